"""Operators of the platform, in the Directory table. Each holds the name of their person (`SUB#<subject>`) for
`PLATFORM`: nobody is an operator and of a team.

| access | key | cost |
|---|---|---|
| add | `T#platform` / `OPERATOR#<id>` | as `guarded.change`, with a name |
| remove | same | 1 RRU + 4 WRU |
| all (at most MOST_OPERATORS) | same | 0.5 RRU per 4 KB |
"""

from collections.abc import Mapping

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from shared.domain.accounts.account import PLATFORM
from shared.domain.accounts.operator import MOST_OPERATORS, Operator
from shared.domain.accounts.permissions import OPERATOR
from shared.domain.limits import require_room
from shared.errors import Conflict, RetryableError
from shared.store.engine import audited, guarded
from shared.store.engine.directory import Directory, DirectoryItem, tenant_key
from shared.store.engine.guarded import RACE, GuardedList, give_up_names

OPERATORS = GuardedList("OPERATOR#", Operator)


class Operators:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def add(self, operator: Operator) -> None:
        """Raises Conflict: `already_operator`, and `already_claimed` for somebody who is of a team; TooMany."""

        def decide(found: Mapping[str, Operator]) -> Mapping[str, Operator]:
            if any(one.subject == operator.subject for one in found.values()):
                raise Conflict("this person is an operator already", code="already_operator")
            require_room(len(found), MOST_OPERATORS, "operators", "too_many_operators")
            return {f"OPERATOR#{operator.operator_id}": operator}

        details = {"member_id": operator.operator_id, "role": OPERATOR}
        guarded.change(PLATFORM, OPERATORS, decide, names={f"SUB#{operator.subject}": details})

    def remove(self, operator: Operator) -> None:
        """They open nothing any more. Repeating it changes nothing. Raises RetryableError."""
        try:
            with TransactWrite(connection=DirectoryItem.low_level()) as transaction:
                transaction.delete(DirectoryItem(tenant_key(PLATFORM), f"OPERATOR#{operator.operator_id}"))
                give_up_names(transaction, PLATFORM, [f"SUB#{operator.subject}"])
        except TransactWriteError as exc:
            if not RACE.intersection(audited.codes_of(exc)):
                raise
            raise RetryableError("somebody else is changing this operator; look again") from exc

    def get(self, operator_id: str) -> Operator:
        """Raises NotFound."""
        return self._directory.need(PLATFORM, f"OPERATOR#{operator_id}", Operator)

    def all(self) -> list[Operator]:
        return self._directory.all(PLATFORM, OPERATORS.prefix, Operator)
