"""Which accounts are another cell's, and how those cells are, in the control stack's Directory table. For the receiver
too, which loads no PynamoDB.

| access | cost |
|---|---|
| where accounts are (`cells_of`) | 1 RRU each, a hundred a call |
| a cell claims an account (`claim`) | 4 WRU |
| a cell gives an account up (`release`) | 1 WRU |
| a cell's health (`health`), its change | 1 RRU, 1 WRU |

A cell's claim (`CELLWABA#<id>`) and a tenant's (`WABA#<id>`) exclude each other: whoever writes one has it checked, in
the same transaction, that there is no other. A cell is named, and its URL stands in the stack's parameters.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.webhooks.breaker import CellHealth
from shared.errors import Conflict, RetryableError
from shared.ids import WabaId
from shared.store.engine.claims import OWNER, account_claim, cell_claim, condition_failed, reasons_of
from shared.store.engine.codec import Item, Wire, decode_item, encode_item, moment, number, text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_A_CALL = 100
"""Amazon DynamoDB, BatchGetItem."""
_ATTEMPTS = 4
_HEALTH_ATTEMPTS = 8


class CellDirectory:
    """`client` is asked for when it is first needed, which in a stack without other cells is never."""

    def __init__(self, client: "Callable[[], DynamoDBClient]", table: str) -> None:
        self._client = client
        self._table = table

    def cells_of(self, accounts: Iterable[WabaId]) -> dict[WabaId, str]:
        """Those of these accounts that are another cell's, with its name. Raises RetryableError when not all of it
        could be read."""
        whose = {cell_claim(waba_id): waba_id for waba_id in accounts}
        keys = [encode_item({"pk": key, "sk": OWNER}) for key in whose]
        found: dict[WabaId, str] = {}
        for i in range(0, len(keys), _KEYS_A_CALL):
            for item in self._read(keys[i : i + _KEYS_A_CALL]):
                found[whose[text(item, "pk")]] = text(item, "cell")
        return found

    def _read(self, keys: list[dict[str, Wire]]) -> Iterator[Item]:
        for _ in range(_ATTEMPTS):
            asked = {self._table: {"Keys": keys, "ConsistentRead": True}}
            answer = self._client().batch_get_item(RequestItems=cast("Any", asked))
            yield from (decode_item(cast("Any", item)) for item in answer["Responses"].get(self._table, []))
            left = answer.get("UnprocessedKeys", {}).get(self._table)
            if not left:
                return
            keys = cast("list[dict[str, Wire]]", left["Keys"])
        raise RetryableError("not all accounts could be looked up at this moment")

    def cell_of(self, waba_id: WabaId) -> str:
        """The name of the cell that has this account; empty when it is here or nowhere."""
        return self.cells_of([waba_id]).get(waba_id, "")

    def claim(self, waba_id: WabaId, cell: str, at: EpochMs) -> None:
        """The account is that cell's, as of `at`; again changes nothing else. Raises Conflict when it is another's or
        a tenant's, and RetryableError when somebody else is at it."""
        mine = encode_item({"pk": cell_claim(waba_id), "sk": OWNER, "cell": cell, "joined_at": at})
        tenants = {"pk": {"S": account_claim(waba_id)}, "sk": {"S": OWNER}}
        try:
            self._client().transact_write_items(
                TransactItems=[
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": mine,
                            "ConditionExpression": "attribute_not_exists(pk) OR cell = :cell",
                            "ExpressionAttributeValues": {":cell": {"S": cell}},
                        }
                    },
                    {
                        "ConditionCheck": {
                            "TableName": self._table,
                            "Key": tenants,
                            "ConditionExpression": "attribute_not_exists(pk)",
                        }
                    },
                ]
            )
        except ClientError as error:
            if "ConditionalCheckFailed" in reasons_of(error):
                raise Conflict("the account is connected elsewhere", code="already_claimed") from error
            raise RetryableError("the account is being connected at this moment; try again") from error

    def release(self, waba_id: WabaId, cell: str, at: EpochMs) -> None:
        """The account is that cell's no more, unless it joined after `at`; nothing happens when it is not."""
        try:
            self._client().delete_item(
                TableName=self._table,
                Key={"pk": {"S": cell_claim(waba_id)}, "sk": {"S": OWNER}},
                ConditionExpression="cell = :cell AND joined_at <= :at",
                ExpressionAttributeValues=encode_item({":cell": cell, ":at": at}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def health(self, cell: str) -> CellHealth:
        return self._health(cell)[0]

    def change_health(self, cell: str, change: Callable[[CellHealth], CellHealth]) -> CellHealth:
        """What is stored afterwards. Raises whatever `change` raises, and RetryableError when others keep winning."""
        for _ in range(_HEALTH_ATTEMPTS):
            before, version = self._health(cell)
            after = change(before)
            if after == before or self._put_health(cell, after, version):
                return after
        raise RetryableError("many changes at the same moment; try again")

    def _health(self, cell: str) -> tuple[CellHealth, int]:
        answer = self._client().get_item(TableName=self._table, Key=encode_item(_health_key(cell)), ConsistentRead=True)
        if "Item" not in answer:
            return CellHealth(), 0
        item = decode_item(cast("Any", answer["Item"]))
        since, until = moment(item, "since"), moment(item, "until")
        health = CellHealth(failing_since=since, failures=number(item, "failures"), paused_until=until)
        return health, number(item, "version")

    def _put_health(self, cell: str, health: CellHealth, version: int) -> bool:
        """False when somebody else changed it meanwhile."""
        said = {"since": health.failing_since, "failures": health.failures, "until": health.paused_until}
        try:
            self._client().put_item(
                TableName=self._table,
                Item=encode_item({**_health_key(cell), **said, "version": version + 1}),
                ConditionExpression="attribute_not_exists(pk) OR version = :seen",
                ExpressionAttributeValues=encode_item({":seen": version}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True


def _health_key(cell: str) -> dict[str, str]:
    return {"pk": f"CELL#{cell}", "sk": "HEALTH"}
