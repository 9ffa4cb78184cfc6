"""People of the user pool, in the Directory table: `PERSON#<subject>`. Read with each token that is not remembered, for
1 RRU; a change costs 1 RRU and 1 WRU."""

from collections.abc import Callable

from shared.domain.accounts.account import PLATFORM, Member
from shared.domain.accounts.operator import Operator
from shared.domain.accounts.person import Person
from shared.store.engine import lone
from shared.store.engine.directory import Directory, Owner

_SORT_KEY = "PERSON"


class People:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def find(self, subject: str) -> Person:
        """An empty one when nothing is known."""
        return lone.read(_key(subject), _SORT_KEY, Person())[0]

    def proved_address(self, owner: Owner) -> str:
        """The e-mail address with which a person of a team, or an operator, has proved here to log in; "" for one who
        is gone: 1 RRU."""
        member_id = owner.details["member_id"]
        if owner.tenant_id == PLATFORM:
            operator = self._directory.get(PLATFORM, f"OPERATOR#{member_id}", Operator, consistent=True)
            return "" if operator is None else operator.email
        member = self._directory.get(owner.tenant_id, f"MEMBER#{member_id}", Member, consistent=True)
        return "" if member is None or member.removed_at is not None else member.email

    def change(self, subject: str, change: Callable[[Person], Person]) -> Person:
        """What is stored afterwards. `change` must be pure: it may run more than once. Raises whatever it raises, and
        RetryableError when others keep winning."""
        key = _key(subject)
        return lone.change(
            key, _SORT_KEY, Person(), change, lambda after, version: lone.replacement(key, _SORT_KEY, after, version)
        )


def _key(subject: str) -> str:
    return f"PERSON#{subject}"
