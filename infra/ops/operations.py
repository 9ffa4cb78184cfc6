"""What operators did, in the Directory table: one entry for each action, written before it and completed after it.

| access | key | cost |
|---|---|---|
| begin, end an entry | `OPS#<yyyy-mm>` / `AUDIT#<id>` | 1 WRU each |
| a month's entries, newest first | same | 0.5 RRU per 4 KB |
"""

from dataclasses import dataclass
from itertools import islice

from shared.clock import EpochMs, to_rfc3339
from shared.ids import moment_of
from shared.store.engine.codec import Item, encode, encode_item, moment, text
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all

_KEPT_SECONDS = 800 * 86_400


@dataclass(frozen=True, slots=True)
class Operation:
    """`operation_id` is a ULID of the moment `at` (epoch ms). `outcome` is blank until it has ended: whoever did it may
    have died on the way. It names ids and keys, and nothing of a person."""

    operation_id: str
    at: EpochMs
    who: str
    action: str
    target: str
    reason: str = ""
    outcome: str = ""


class OperatorAudit:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.directory

    def begin(self, operation: Operation) -> None:
        item: Item = {
            **_key(operation.operation_id),
            "at": operation.at,
            "who": operation.who,
            "action": operation.action,
            "target": operation.target,
            "reason": operation.reason,
            "ttl": operation.at // 1000 + _KEPT_SECONDS,
        }
        self._client.put_item(
            TableName=self._table, Item=encode_item(item), ConditionExpression="attribute_not_exists(pk)"
        )

    def end(self, operation_id: str, outcome: str) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=encode_item(_key(operation_id)),
            UpdateExpression="SET outcome = :outcome",
            ExpressionAttributeValues={":outcome": encode(outcome)},
        )

    def of_month(self, month: str, most: int) -> list[Operation]:
        """Of a month (`2026-11`), newest first."""
        found = query_all(self._client, self._table, "pk = :pk", {":pk": f"OPS#{month}"}, consistent=True, reverse=True)
        return [_operation(item) for item in islice(found, most)]


def _key(operation_id: str) -> Item:
    return {"pk": f"OPS#{to_rfc3339(moment_of(operation_id))[:7]}", "sk": f"AUDIT#{operation_id}"}


def _operation(item: Item) -> Operation:
    return Operation(
        operation_id=text(item, "sk").removeprefix("AUDIT#"),
        at=moment(item, "at"),
        who=text(item, "who"),
        action=text(item, "action"),
        target=text(item, "target"),
        reason=text(item, "reason"),
        outcome=text(item, "outcome"),
    )
