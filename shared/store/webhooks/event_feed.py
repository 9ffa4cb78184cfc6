"""The Sends table, part three: a tenant's feed of events.

| access | key | cost |
|---|---|---|
| append up to CHUNK events | `T#<t>#EVENTS` / `HEAD`, `E#<n>`, transaction | 1 RRU + 2 WRU + 2 per compressed KB |
| look for news (`read`) | same / `E#<n>`, range | 0.5 RRU per 4 KB, at least 0.5 |
| where the feed ends (`end`) | same / `HEAD` | 1 RRU |

**No event is ever skipped.** Chunks are numbered without a gap: a chunk and the head's new number are written in one
transaction, on the condition that the head still has the number before. So of writers at the same moment one gets the
number, and the others take the next. A reader goes from number to number and stops at the first that is missing: a
query does not see a transaction as a whole (DynamoDB, read-committed isolation for Query), so the number may be
missing for a moment while a later one shows. It is there the next time, and only then does the cursor pass it.

**An event may come more than once**, under the same id: when a batch of changes is worked on again, it is appended
again. Whoever reads drops the ids it knows.

**A cursor** holds the number of the last chunk that was read, and a time that nothing after it is older than. It is
good for KEEP_MS; chunks live an hour longer than that, so whatever follows a good cursor is still there. The head has
no end of life: numbers never begin anew.
"""

import json
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import DAY_MS, EpochMs
from shared.errors import InvalidInput, PermanentError, RetryableError
from shared.ids import TenantId, new_ulid
from shared.store.engine.codec import Item, encode_item, moment, text
from shared.store.engine.cursor import decode_cursor, encode_cursor
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all

KEEP_MS = DAY_MS
_TTL_SECONDS = 25 * 3600
CHUNK = 50
_CHUNK_BYTES = 100_000
_CHUNKS_READ = 4
_ATTEMPTS = 40
_LIST = "events"
_PAUSE_SECONDS = 0.01
_CLOCKS_APART_MS = 60_000
"""How much older than a chunk, by its writer's clock, the one after it may be."""


class CursorExpired(PermanentError):
    """What followed the cursor may be gone."""

    code = "cursor_expired"
    status = 410


@dataclass(frozen=True, slots=True)
class News:
    """Events as they were appended (JSON each), the cursor behind them, and whether more is there already."""

    events: list[str]
    cursor: str
    more: bool


class EventFeed:
    def __init__(self, database: Database, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = database.client
        self._table = database.sends
        self._sleep = sleep

    def append(self, tenant_id: TenantId, events: Sequence[str], now: EpochMs) -> None:
        """Append events in this order. Raises RetryableError when other writers keep winning."""
        for chunk in _chunks(events):
            self._append(tenant_id, zlib.compress(json.dumps(chunk).encode()), now)

    def end(self, tenant_id: TenantId, now: EpochMs) -> str:
        """The cursor that leaves out everything up to now."""
        return _encode(self._number(tenant_id), now)

    def read(self, tenant_id: TenantId, cursor: str, now: EpochMs) -> News:
        """What follows a cursor; at most a few chunks. Raises InvalidInput for a cursor this API did not hand out, and
        CursorExpired."""
        last, since = _decode(cursor)
        if since < now - KEEP_MS:
            raise CursorExpired(
                "this cursor is more than a day old, and what followed it may be gone: start without one, and read the "
                "conversations again",
                field="after",
            )
        following = query_all(
            self._client,
            self._table,
            "pk = :pk AND sk BETWEEN :from AND :to",
            {":pk": _partition(tenant_id), ":from": _chunk_key(last + 1), ":to": "E#~"},
            page_size=_CHUNKS_READ,
        )
        found = list(islice(following, _CHUNKS_READ))
        events: list[str] = []
        for item in found:
            if text(item, "sk") != _chunk_key(last + 1):
                break
            events += json.loads(zlib.decompress(cast("bytes", item["events"])))
            last, since = last + 1, EpochMs(moment(item, "at") - _CLOCKS_APART_MS)
        if not found:
            since = EpochMs(now - _CLOCKS_APART_MS)
        return News(events, _encode(last, since), more=len(found) == _CHUNKS_READ)

    def _number(self, tenant_id: TenantId) -> int:
        key = encode_item({"pk": _partition(tenant_id), "sk": "HEAD"})
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return int(answer["Item"]["n"]["N"]) if "Item" in answer else 0

    def _append(self, tenant_id: TenantId, packed: bytes, now: EpochMs) -> None:
        token = new_ulid(now)
        for attempt in range(_ATTEMPTS):
            n = self._number(tenant_id)
            try:
                self._write(tenant_id, n, packed, token, now)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in ("TransactionCanceledException", "TransactionInProgressException"):
                    raise
                # The client repeats a call whose answer was lost: then it was this very write that won.
                if self._token(tenant_id, n + 1) == token:
                    return
                self._sleep(_PAUSE_SECONDS * (1 + attempt % 7))
                continue
            return
        raise RetryableError("many writers of one feed at the same moment")

    def _write(self, tenant_id: TenantId, n: int, packed: bytes, token: str, now: EpochMs) -> None:
        partition = _partition(tenant_id)
        free = "n = :n" if n else "attribute_not_exists(n)"
        values = {":next": n + 1} | ({":n": n} if n else {})
        chunk: Item = {
            "pk": partition,
            "sk": _chunk_key(n + 1),
            "events": packed,
            "at": now,
            "tok": token,
            "ttl": now // 1000 + _TTL_SECONDS,
        }
        self._client.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": self._table,
                        "Key": encode_item({"pk": partition, "sk": "HEAD"}),
                        "UpdateExpression": "SET n = :next",
                        "ConditionExpression": free,
                        "ExpressionAttributeValues": encode_item(values),
                    }
                },
                {"Put": {"TableName": self._table, "Item": encode_item(chunk)}},
            ]
        )

    def _token(self, tenant_id: TenantId, n: int) -> str:
        key = encode_item({"pk": _partition(tenant_id), "sk": _chunk_key(n)})
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer["Item"]["tok"]["S"] if "Item" in answer else ""


def _partition(tenant_id: TenantId) -> str:
    return f"T#{tenant_id}#EVENTS"


def _chunk_key(n: int) -> str:
    return f"E#{n:012d}"


def _chunks(events: Sequence[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for event in events:
        if chunk and (len(chunk) == CHUNK or size + len(event) > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(event)
        size += len(event)
    if chunk:
        yield chunk


def _encode(last: int, since: EpochMs) -> str:
    return encode_cursor(_LIST, {"n": str(last), "at": str(since)})


def _decode(cursor: str) -> tuple[int, EpochMs]:
    try:
        position = decode_cursor(_LIST, cursor, n="[0-9]{1,12}", at="[0-9]{1,15}")
    except InvalidInput as exc:
        raise InvalidInput(exc.message, field="after") from exc
    if position is None:
        raise InvalidInput("this cursor is not one this API returned; start without it", field="after")
    return int(position["n"]), EpochMs(int(position["at"]))
