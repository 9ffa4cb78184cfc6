"""In the Sends table: the log of outgoing webhooks.

| access | key | cost |
|---|---|---|
| a delivery | `T#<t>#WH#<endpoint>` / `<ms>-<event>` | 1 RRU, consistent |
| log an attempt | same | 1 WRU per KB: 1 or 2 with the body, which is compressed |
| an endpoint's deliveries, newest first (`page`) | same, backwards | 0.5 RRU per 4 KB |
| those that failed since a time (`failed`) | same, range | 0.5 RRU per 4 KB of all that it looks at |

The body is kept beside the log, so that a replay sends the same bytes; both live RETENTION_DAYS.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.webhooks.delivery import Delivery
from shared.errors import RetryableError
from shared.ids import TenantId
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, decode_item, encode, encode_item, number, text
from shared.store.engine.cursor import Page, decode_cursor, encode_cursor
from shared.store.engine.database import Database
from shared.store.engine.documents import from_document, to_document
from shared.store.engine.paging import query_all

RETENTION_DAYS = 30
_ATTEMPTS = 8
_LOOKED_AT = 1_000
_LIST, _REPLAY = "deliveries", "replay"
_PLACE = r"[0-9]{13}-[0-9A-Za-z_]{1,100}"


@dataclass(frozen=True, slots=True)
class Logged:
    """A delivery with the body it carries."""

    delivery: Delivery
    body: str


class WebhookDeliveries:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def get(self, tenant_id: TenantId, endpoint_id: str, delivery_id: str) -> Logged | None:
        item = self._item(tenant_id, endpoint_id, delivery_id)
        return _logged(item) if item else None

    def change(
        self,
        tenant_id: TenantId,
        endpoint_id: str,
        fresh: Logged,
        change: Callable[[Delivery], Delivery],
    ) -> Delivery:
        """Read, change and replace if nobody else did meanwhile; `fresh` is what to begin with when it is not there.

        `change` must be pure. Raises RetryableError when others keep winning.
        """
        delivery_id = fresh.delivery.delivery_id
        for _ in range(_ATTEMPTS):
            item = self._item(tenant_id, endpoint_id, delivery_id)
            before = _logged(item) if item else fresh
            after = change(before.delivery)
            if item and after == before.delivery:
                return after
            version = number(item or {}, "v")
            try:
                self._put(tenant_id, endpoint_id, Logged(after, before.body), version)
            except ClientError as error:
                if not condition_failed(error):
                    raise
                continue
            return after
        raise RetryableError("many attempts of one delivery at the same moment")

    def page(
        self, tenant_id: TenantId, endpoint_id: str, limit: int, cursor: str | None, state: str | None = None
    ) -> Page[Logged]:
        """Newest first. With `state` a page may hold fewer than `limit`, even none, and still not be the last: a
        thousand deliveries are looked at for it. Raises InvalidInput for a cursor this API did not hand out."""
        start = _start(_LIST, cursor) or "~"
        return self._look(tenant_id, endpoint_id, ("0", start), state, limit, _LIST)

    def failed(
        self, tenant_id: TenantId, endpoint_id: str, since: EpochMs, until: EpochMs, cursor: str | None, most: int
    ) -> Page[Logged]:
        """Failed ones made in [since, until) (epoch ms), oldest first: at most `most`, of a thousand looked at.

        Raises InvalidInput for a cursor this API did not hand out.
        """
        start = _start(_REPLAY, cursor) or f"{since:013d}"
        return self._look(tenant_id, endpoint_id, (start, f"{until:013d}"), "failed", most, _REPLAY)

    def _look(
        self,
        tenant_id: TenantId,
        endpoint_id: str,
        between: tuple[str, str],
        state: str | None,
        most: int,
        list_name: str,
    ) -> Page[Logged]:
        (low, high), reverse = between, list_name == _LIST
        if low > high:
            return Page([], None)
        items = query_all(
            self._client,
            self._table,
            "pk = :pk AND sk BETWEEN :low AND :high",
            {":pk": _partition(tenant_id, endpoint_id), ":low": low, ":high": high},
            consistent=not reverse,
            reverse=reverse,
            page_size=most + 1 if state is None else _LOOKED_AT,
        )
        found: list[Logged] = []
        for looked_at, item in enumerate(items):
            if looked_at == _LOOKED_AT or len(found) == most:
                return Page(found, encode_cursor(list_name, {"next": text(item, "sk")}))
            if state is None or text(item, "st") == state:
                found.append(_logged(item))
        return Page(found, None)

    def _item(self, tenant_id: TenantId, endpoint_id: str, delivery_id: str) -> Item | None:
        key = encode_item({"pk": _partition(tenant_id, endpoint_id), "sk": delivery_id})
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return decode_item(answer["Item"]) if "Item" in answer else None

    def _put(self, tenant_id: TenantId, endpoint_id: str, logged: Logged, version: int) -> None:
        delivery = logged.delivery
        item: Item = {
            "pk": _partition(tenant_id, endpoint_id),
            "sk": delivery.delivery_id,
            "v": version + 1,
            "st": delivery.state,
            "doc": to_document(delivery),
            "body": zlib.compress(logged.body.encode()),
            "ttl": delivery.created_at // 1000 + RETENTION_DAYS * 24 * 3600,
        }
        if version:
            self._client.put_item(
                TableName=self._table,
                Item=encode_item(item),
                ConditionExpression="v = :v",
                ExpressionAttributeValues={":v": encode(version)},
            )
        else:
            self._client.put_item(
                TableName=self._table, Item=encode_item(item), ConditionExpression="attribute_not_exists(pk)"
            )


def _partition(tenant_id: TenantId, endpoint_id: str) -> str:
    return f"T#{tenant_id}#WH#{endpoint_id}"


def _start(list_name: str, cursor: str | None) -> str:
    position = decode_cursor(list_name, cursor, next=_PLACE)
    return position["next"] if position else ""


def _logged(item: Item) -> Logged:
    body = zlib.decompress(cast("bytes", item["body"])).decode()
    return Logged(from_document(Delivery, text(item, "doc")), body)
