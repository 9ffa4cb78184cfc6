"""In the Sends table: how much waits for an endpoint.

| access | key | cost |
|---|---|---|
| take a place, give it back, count what is given up | `T#<t>#WHB#<endpoint>` / `<window>` | 1 WRU |
| what waits for endpoints (`read`) | same, of two windows | 0.5 RRU each |

A place is taken before the message that waits is sent, and given back after its end is logged. So whoever dies in
between, and does it again, leaves a place that nobody has, until its window is forgotten, and never one too few.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.webhooks.backlog import MOST_WAITING, Backlog, forgotten_at, window_of
from shared.ids import TenantId
from shared.store.engine.batch_read import read_items
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, decode_item, encode, encode_item, moment, number, text
from shared.store.engine.database import Database

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UpdateItemInputTypeDef


@dataclass(frozen=True, slots=True)
class GivenUp:
    """How many events of a window were given up, since when (epoch ms), and whether the tenant knows."""

    count: int
    since: EpochMs
    announced: bool


class WebhookBacklog:
    """`most` is how many events of a window wait at most."""

    def __init__(self, database: Database, most: int = MOST_WAITING) -> None:
        self._client = database.client
        self._table = database.sends
        self._most = most

    def take(self, tenant_id: TenantId, endpoint_id: str, since: EpochMs) -> bool:
        """Whether there was room for one more that began to wait then (epoch ms)."""
        values: dict[str, Value] = {":one": 1, ":most": self._most, ":ttl": forgotten_at(window_of(since))}
        changed = self._change(
            tenant_id, endpoint_id, since, "ADD n :one SET #ttl = :ttl", values, "attribute_not_exists(n) OR n < :most"
        )
        return changed is not None

    def give_back(self, tenant_id: TenantId, endpoint_id: str, since: EpochMs) -> None:
        """The place of one that began to wait then waits no more."""
        values: dict[str, Value] = {":less": -1, ":none": 0, ":ttl": forgotten_at(window_of(since))}
        self._change(tenant_id, endpoint_id, since, "ADD n :less SET #ttl = :ttl", values, "n > :none")

    def count_given_up(self, tenant_id: TenantId, endpoint_id: str, since: EpochMs, now: EpochMs) -> GivenUp:
        """One more that found no room; what there are by now."""
        values: dict[str, Value] = {":one": 1, ":now": now, ":ttl": forgotten_at(window_of(since))}
        update = "ADD d :one SET #ttl = :ttl, fs = if_not_exists(fs, :now)"
        item = self._change(tenant_id, endpoint_id, since, update, values) or {}
        return GivenUp(number(item, "d"), moment(item, "fs"), "announced" in item)

    def note_announced(self, tenant_id: TenantId, endpoint_id: str, since: EpochMs, now: EpochMs) -> None:
        values: dict[str, Value] = {":now": now, ":ttl": forgotten_at(window_of(since))}
        self._change(tenant_id, endpoint_id, since, "SET announced = :now, #ttl = :ttl", values)

    def read(self, tenant_id: TenantId, endpoint_ids: Iterable[str], now: EpochMs) -> dict[str, Backlog]:
        """What waits for each of them, and what was given up."""
        found = {endpoint_id: Backlog() for endpoint_id in endpoint_ids}
        windows = (window_of(now) - 1, window_of(now))
        keys = {_partition(tenant_id, endpoint_id): endpoint_id for endpoint_id in found}
        keys_read: list[Item] = [{"pk": pk, "sk": str(window)} for pk in keys for window in windows]
        for row in read_items(self._client, {self._table: keys_read}, consistent=False)[self._table]:
            item = decode_item(row)
            found[keys[text(item, "pk")]] += Backlog(number(item, "n"), number(item, "d"), moment(item, "fs"))
        return found

    def _change(
        self,
        tenant_id: TenantId,
        endpoint_id: str,
        since: EpochMs,
        update: str,
        values: dict[str, Value],
        condition: str = "",
    ) -> Item | None:
        """The count as it stands then; None, and nothing has changed, where it does not meet the condition."""
        request: UpdateItemInputTypeDef = {
            "TableName": self._table,
            "Key": encode_item({"pk": _partition(tenant_id, endpoint_id), "sk": str(window_of(since))}),
            "UpdateExpression": update,
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {name: encode(value) for name, value in values.items()},
            "ReturnValues": "ALL_NEW",
        }
        if condition:
            request["ConditionExpression"] = condition
        try:
            answer = self._client.update_item(**request)
        except ClientError as error:
            if condition_failed(error):
                return None
            raise
        return decode_item(answer["Attributes"])


def _partition(tenant_id: TenantId, endpoint_id: str) -> str:
    return f"T#{tenant_id}#WHB#{endpoint_id}"
