"""In the Sends table: a tenant's feed of events.

| access | key | cost |
|---|---|---|
| append a chunk of up to CHUNK events | `T#<t>#EVENTS` / `HEAD`, then `E#<n>` | 1 WRU + 1 per compressed KB |
| each further chunk of one append | same / `E#<n>` | 1 WRU per compressed KB |
| look for news (`read`) | same / `E#<n>`, range | 0.5 RRU per 4 KB, at least 0.5 |
| void a number that nothing came under (`read`) | same / `E#<n>` | 1 WRU |
| where the feed ends (`end`) | same / `HEAD`, of both parts | 2 RRU |

**Two parts** (`FeedPart`): what happens, and, as `T#<t>#OUTCOMES`, what campaigns did to each person. All that follows
holds of each by itself: its numbers, its order, its throughput. Between the two there is no order but that of the
events' timestamps. A read is of the parts that are asked for, with an even share of what one call gives.

**A writer takes a number, then puts its chunk there.** Numbers come from an atomic `ADD` on the head, so writers never
wait for each other and none tries again because of another: one chunk is two writes however many write. The chunk is
put only where nothing stands. A part is one partition, which takes 1,000 WRU/s (Amazon DynamoDB, quotas).

**No event is ever skipped.** A reader goes from number to number and stops at one that is missing while later ones
stand: its chunk may still come, or may not show yet. When the chunk after it was begun GAP_MS ago or more, the reader
voids the number: it puts an empty chunk there, also only where nothing stands, and goes on. So of a reader and a late
writer exactly one gets the number, and a writer that finds it void takes a new one for that chunk and those behind it:
the order within an append holds, and a number that a reader has passed never gets events. A writer that dies between
number and chunk leaves a number to be voided; what it had to tell is appended again by whoever gets its work.

**Clocks.** The age is the reader's clock minus that of the writer of the next chunk that stands. A reader that is ahead
by d voids after GAP_MS - d: a writer that is still at work then costs two writes more. One that is behind waits up to
GAP_MS + d, and its cursor stands still for so long. Neither loses anything.

**An event may come more than once**, under the same id: when a batch of changes is worked on again, it is appended
again. Whoever reads drops the ids it knows. A call that the client repeats because its answer was lost appends nothing
twice: head and chunk hold the token of whoever wrote them. If others took numbers in between, the repeated `ADD` takes
more, and those of the first are voided.

**A cursor** holds, of each part, the number of the last chunk that was read, and a time that nothing after it is older
than. A part that is not asked for keeps its place; a cursor of one number is from before there were two. Of a part it
is good for KEEP_MS; chunks live an hour longer than that, so whatever follows a good cursor is still there. A void
chunk has the time of the one after it. The head has no end of life: numbers never begin anew.

**A cursor is not signed,** and a tenant may make one up. One of a time to come is refused. Where nothing is kept up to
its number, no more than MOST_AT_WORK numbers below the first chunk that holds events can still be written to, and none
once that one is older than any writer lives: those further down are passed without voiding them.
"""

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import DAY_MS, EpochMs
from shared.domain.webhooks.tenant_event import FeedPart, portions
from shared.errors import InvalidInput, PermanentError, RetryableError
from shared.ids import TenantId, new_ulid
from shared.store.engine.codec import Item, decode_item, encode, encode_item, moment, number, text
from shared.store.engine.cursor import decode_cursor, encode_cursor
from shared.store.engine.database import Database, put_if_absent, standing_item
from shared.store.engine.paging import query_all

KEEP_MS = DAY_MS
GAP_MS = 5_000
"""How long a number may be missing, while later ones stand, before a reader voids it."""
CHUNK = 250
"""Events; all that one batch of a stream makes of a tenant goes into one, unless it is large."""
MOST_READ = 1_000
"""Events that one call of `read` gives at most."""
_TTL_SECONDS = 25 * 3600
_CHUNK_BYTES = 100_000
_BYTES_READ = 2_000_000
"""An answer of the API is at most 6 MB (AWS Lambda, quotas), and may need twice the bytes of what it holds."""
_CHUNKS_READ, _PAGE = 1_000, 50
_VOIDED = 100
"""Void numbers that one call of `read` passes at most, so that it voids no more. A chunk always stands behind one."""
_ATTEMPTS = 4
_LIST = "events"
_EACH = r"[0-9]{{1,{0}}}(\.[0-9]{{1,{0}}})?"
"""Of one part, or of each, joined by a full stop."""
MOST_AT_WORK = 1_000
"""Numbers that writers have taken and not used yet, of one tenant's feed."""
_WRITERS_LIVE_MS = 3_600_000
"""No invocation lasts longer than 15 minutes (AWS Lambda, quotas)."""
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


@dataclass(frozen=True, slots=True)
class _Place:
    """In one part: the number of the last chunk that was read, and a time that nothing after it is older than."""

    number: int
    since: EpochMs


@dataclass(frozen=True, slots=True)
class _Found:
    events: list[str]
    place: _Place
    more: bool


class EventFeed:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def append(
        self, tenant_id: TenantId, events: Sequence[str], now: EpochMs, part: FeedPart = FeedPart.HAPPENINGS
    ) -> None:
        """Append events to this part in this order; `now` is epoch ms. Raises RetryableError when readers voided its
        numbers again and again before it came to use them."""
        partition = _partition(tenant_id, part)
        left = [zlib.compress(json.dumps(chunk).encode()) for chunk in portions(events, _CHUNK_BYTES, CHUNK)]
        for _ in range(_ATTEMPTS):
            if not left:
                return
            token = new_ulid(now)
            first = self._take_numbers(partition, len(left), token)
            left = left[self._put_all(partition, first, left, token, now) :]
        if left:
            raise RetryableError("readers of this feed do not wait for as long as it takes to write to it")

    def end(self, tenant_id: TenantId, now: EpochMs) -> str:
        """The cursor that leaves out everything up to now (epoch ms). What has a number by now, and may not have come
        yet, tells of what was in the tables before: whoever reads those after this call has it."""
        return _encode({part: _Place(self._last(_partition(tenant_id, part)), now) for part in FeedPart})

    def _last(self, partition: str) -> int:
        """The last number that was taken."""
        key = encode_item({"pk": partition, "sk": "HEAD"})
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return number(decode_item(answer["Item"]), "n") if "Item" in answer else 0

    def read(
        self,
        tenant_id: TenantId,
        cursor: str,
        now: EpochMs,
        parts: Collection[FeedPart] = frozenset({FeedPart.HAPPENINGS}),
    ) -> News:
        """What follows a cursor in these parts, at most MOST_READ events; `now` is epoch ms. Raises InvalidInput for a
        cursor this API did not hand out, and CursorExpired."""
        places = _decode(cursor, now)
        if any(places[part].since < now - KEEP_MS for part in parts):
            raise CursorExpired(
                "this cursor is more than a day old, and what followed it may be gone: start without one, and read the "
                "conversations again",
                field="after",
            )
        events: list[str] = []
        more = False
        for part in FeedPart:
            if part in parts:
                found = self._read(_partition(tenant_id, part), places[part], now, len(parts))
                events += found.events
                places[part], more = found.place, more or found.more
        return News(events, _encode(places), more)

    def _read(self, partition: str, place: _Place, now: EpochMs, parts: int) -> _Found:
        """What follows a place in one of so many parts that are read."""
        begin, since = place.number, place.since
        following = query_all(
            self._client,
            self._table,
            "pk = :pk AND sk BETWEEN :from AND :to",
            {":pk": partition, ":from": _chunk_key(begin + 1), ":to": "E#~"},
            page_size=_PAGE,
        )
        first = next(following, None)
        if first is None:
            return _Found([], _Place(begin, EpochMs(now - _CLOCKS_APART_MS)), more=False)
        events: list[str] = []
        if _number(first) > begin + 1 and not self._has_chunk(partition, begin):
            first, *more = _up_to_events(first, following)
            begin = max(begin, _lowest(more[-1] if more else first, now) - 1)
            following = chain(more, following)
        last, size, voids = begin, 0, 0
        for item in islice(self._without_gap(partition, last, chain((first,), following), now), _CHUNKS_READ):
            chunk: list[str] = json.loads(zlib.decompress(cast("bytes", item["events"])))
            size += sum(map(len, chunk))
            if events and (len(events) + len(chunk) > MOST_READ // parts or size > _BYTES_READ // parts):
                return _Found(events, _Place(last, since), more=True)
            events += chunk
            last, since = _number(item), EpochMs(moment(item, "at") - _CLOCKS_APART_MS)
            voids += not text(item, "tok")
            if voids == _VOIDED:
                return _Found(events, _Place(last, since), more=True)
        return _Found(events, _Place(last, since), more=last - begin == _CHUNKS_READ)

    def _has_chunk(self, partition: str, last: int) -> bool:
        """Whether any of the feed up to this number is kept."""
        bounds = {":pk": partition, ":from": _chunk_key(0), ":to": _chunk_key(last)}
        kept = query_all(self._client, self._table, "pk = :pk AND sk BETWEEN :from AND :to", {**bounds}, page_size=1)
        return next(kept, None) is not None

    def _without_gap(self, partition: str, last: int, found: Iterator[Item], now: EpochMs) -> Iterator[Item]:
        """Chunk after chunk, up to a number that may still come. Those that will not are voided."""
        for item in found:
            at = moment(item, "at")
            for missing in range(last + 1, _number(item)):
                if now - at < GAP_MS:
                    return
                void = _chunk(partition, missing, zlib.compress(b"[]"), "", at)
                yield put_if_absent(self._client, self._table, void)
            yield item
            last = _number(item)

    def _take_numbers(self, partition: str, count: int, token: str) -> int:
        """The first of so many numbers in a row."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=encode_item({"pk": partition, "sk": "HEAD"}),
                UpdateExpression="SET tok = :tok ADD n :count",
                ConditionExpression="attribute_not_exists(tok) OR tok <> :tok",
                ExpressionAttributeValues={":tok": encode(token), ":count": encode(count)},
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            head = decode_item(answer["Attributes"])
        except ClientError as error:
            # The client repeats a call whose answer was lost: then it was this very call that took them.
            head = standing_item(error)
        return number(head, "n") - count + 1

    def _put_all(self, partition: str, first: int, chunks: Sequence[bytes], token: str, now: EpochMs) -> int:
        """How many found their numbers free: in order, up to the first that did not."""
        for place, packed in enumerate(chunks):
            chunk = _chunk(partition, first + place, packed, token, now)
            if text(put_if_absent(self._client, self._table, chunk), "tok") != token:
                return place
        return len(chunks)


def _up_to_events(first: Item, following: Iterator[Item]) -> list[Item]:
    """The chunks up to the first that no reader made."""
    found = [first]
    while not text(found[-1], "tok") and len(found) <= _CHUNKS_READ and (item := next(following, None)) is not None:
        found.append(item)
    return found


def _lowest(first: Item, now: EpochMs) -> int:
    """The lowest number that may still get events where `first` is the first chunk of the feed that holds some."""
    return _number(first) if now - moment(first, "at") > _WRITERS_LIVE_MS else _number(first) - MOST_AT_WORK


def _chunk(partition: str, n: int, packed: bytes, token: str, at: EpochMs) -> Item:
    ttl = at // 1000 + _TTL_SECONDS
    return {"pk": partition, "sk": _chunk_key(n), "events": packed, "at": at, "tok": token, "ttl": ttl}


def _number(chunk: Item) -> int:
    return int(text(chunk, "sk").removeprefix("E#"))


def _partition(tenant_id: TenantId, part: FeedPart) -> str:
    return f"T#{tenant_id}#OUTCOMES" if part is FeedPart.PEOPLE else f"T#{tenant_id}#EVENTS"


def _chunk_key(n: int) -> str:
    return f"E#{n:012d}"


def _encode(places: Mapping[FeedPart, _Place]) -> str:
    numbers, times = zip(*((str(places[part].number), str(places[part].since)) for part in FeedPart), strict=True)
    return encode_cursor(_LIST, {"n": ".".join(numbers), "at": ".".join(times)})


def _decode(cursor: str, now: EpochMs) -> dict[FeedPart, _Place]:
    try:
        position = decode_cursor(_LIST, cursor, n=_EACH.format(12), at=_EACH.format(15))
    except InvalidInput as exc:
        raise InvalidInput(exc.message, field="after") from exc
    numbers, times = ([int(one) for one in position[name].split(".")] if position else [] for name in ("n", "at"))
    if len(numbers) != len(times) or not times or max(times) > now + _CLOCKS_APART_MS:
        raise InvalidInput("this cursor is not one this API returned; start without it", field="after")
    # Before there were two parts there was nothing in the second.
    ends = zip(FeedPart, (*numbers, 0), (*times, times[0]), strict=False)
    return {part: _Place(last, EpochMs(at)) for part, last, at in ends}
