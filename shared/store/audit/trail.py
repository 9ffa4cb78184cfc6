"""The audit log of a tenant, in the Directory table. Entries are added and read; nothing changes or removes them.

| access | key | cost |
|---|---|---|
| an entry by itself (`append`, `begin`, `end`) | `T#<t>#AUDIT#<yyyy-mm>` / `E#<id>#<form>` | 1 WRU |
| an entry with its change | same | see shared.store.engine.audited |
| entries, newest first (`page`) | same, range, a month at a time | 0.5 RRU per 4 KB of what is looked at |

They go by the table's TTL, after `AUDIT_RETENTION_DAYS`: 400 unless it is set, so that the log of a whole year is there
for a month after its end, when it is asked for (and as messages are kept).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pynamodb.exceptions import PutError

from shared.clock import DAY_MS, EpochMs, from_rfc3339
from shared.domain.audit.entry import Actor, ActorKind, Entry, began, month_of, refused
from shared.errors import InvalidInput
from shared.ids import TenantId, last_ulid, moment_of, time_part
from shared.store.engine.audited import FINAL, FIRST, Occasion, entry_item, open_occasion, partition_of
from shared.store.engine.cursor import Page, PageBytes, decode_cursor, encode_cursor
from shared.store.engine.database import refusal_code
from shared.store.engine.directory import Directory
from shared.store.engine.directory_items import DirectoryItem
from shared.store.engine.documents import from_document

_LIST = "AUDIT"
_MOST_EXAMINED = 1_000
"""Entries that are looked at for one page: one that finds few ends all the same."""
_ENTRY_KEY = r"E#[0-7][0-9A-HJKMNP-TV-Z]{25}#[01]"
_LOOK_AHEAD = 250
"""Entries that are read at a time where only some are looked for."""


@dataclass(frozen=True, slots=True)
class Span:
    """Moments, both included; `latest` is now at most."""

    earliest: EpochMs
    latest: EpochMs


class AuditTrail:
    """Every method takes the tenant id."""

    def __init__(self, directory: Directory) -> None:
        """The table is the directory's, which has been made before it."""

    @property
    def retention_days(self) -> int:
        return DirectoryItem.Meta.audit_retention_days

    def append(self, tenant_id: TenantId, entry: Entry) -> None:
        """An entry by itself: of what is no write of ours, and is over. Nothing happens when it is there."""
        _put_if_absent(entry_item(tenant_id, entry))

    def begin(self, tenant_id: TenantId, occasion: Occasion) -> None:
        """Before something is done elsewhere; whoever comes again to do it finds it begun."""
        occasion.is_begun = True
        _put_if_absent(entry_item(tenant_id, began(occasion.entry), FIRST))

    def end(self, tenant_id: TenantId, occasion: Occasion, *, object_id: str = "", refusal: str = "") -> None:
        """After it; nothing happens where a change took the final form along. `refusal` is the code of a refusal,
        `object_id` what came of it where that was not known before."""
        if occasion.is_written:
            return
        entry = replace(occasion.entry, object_id=object_id or occasion.entry.object_id)
        _put_if_absent(entry_item(tenant_id, refused(entry, refusal) if refusal else entry))
        occasion.is_written = True

    def enter(self, tenant_id: TenantId, member_id: str) -> None:
        """The entry of the occasion that is open, of what a member did and no document shows."""
        occasion = open_occasion()
        if occasion is not None:
            actor = Actor(ActorKind.MEMBER, member_id)
            self.end(tenant_id, replace(occasion, entry=replace(occasion.entry, actor=actor)), object_id=member_id)

    def page(
        self,
        tenant_id: TenantId,
        span: Span,
        limit: int,
        cursor: str | None,
        fits: Callable[[Entry], bool] | None = None,
    ) -> Page[Entry]:
        """Newest first, each in its last form. A page may hold fewer than `limit`, or none, and be followed by others:
        so many entries are looked at for it at most. Raises InvalidInput for a cursor of another list."""
        position = decode_cursor(_LIST, cursor, month=r"\d{4}-\d\d", sk=_ENTRY_KEY)
        if span.earliest > span.latest:
            return Page([], None)
        _require_inside(position, span)
        page_size = _LOOK_AHEAD if fits else limit + 1
        found, room, examined, seen = list[Entry](), PageBytes(), 0, _id_in(position)
        last: dict[str, str] = {}
        for item in _items(tenant_id, span, position, page_size):
            entry_id = item.sk.split("#")[1]
            if entry_id != seen:
                entry = from_document(Entry, item.doc)
                is_found = fits is None or fits(entry)
                is_full = len(found) == limit or examined == _MOST_EXAMINED
                if last and (is_full or (is_found and not room.takes(len(item.doc.encode())))):
                    return Page(found, encode_cursor(_LIST, last))
                found += [entry] if is_found else []
                seen, examined = entry_id, examined + 1
            # Else it is the first form of an entry whose last one came before it.
            last = {"month": item.pk.rpartition("#")[2], "sk": item.sk}
        return Page(found, None)


def _id_in(position: dict[str, str] | None) -> str:
    return position["sk"].split("#")[1] if position else ""


def _bounds(span: Span) -> tuple[str, str]:
    return f"E#{time_part(last_ulid(span.earliest))}", f"E#{last_ulid(span.latest)}#{FINAL}"


def _require_inside(position: dict[str, str] | None, span: Span) -> None:
    """A query that is to go on outside its bounds is refused by DynamoDB. Raises InvalidInput."""
    if position is None:
        return
    earliest, latest = _bounds(span)
    inside = earliest <= position["sk"] <= latest
    if not inside or month_of(moment_of(_id_in(position))) != position["month"]:
        raise InvalidInput("cursor is of another search: leave the moments as they were", field="cursor")


def _items(tenant_id: TenantId, span: Span, position: dict[str, str] | None, page_size: int) -> Iterator[DirectoryItem]:
    earliest, latest = _bounds(span)
    for month in months_back(span):
        if position is not None and month > position["month"]:
            continue
        partition = partition_of(tenant_id, month)
        resumed = position is not None and month == position["month"]
        yield from DirectoryItem.query(
            partition,
            DirectoryItem.sk.between(earliest, latest),
            scan_index_forward=False,
            consistent_read=True,
            page_size=page_size,
            last_evaluated_key={"pk": {"S": partition}, "sk": {"S": position["sk"]}} if resumed and position else None,
        )


def months_back(span: Span) -> list[str]:
    """The months of a span, the latest first."""
    found = list[str]()
    at = span.latest
    while month_of(at) >= month_of(span.earliest):
        found.append(month_of(at))
        at = EpochMs(from_rfc3339(f"{month_of(at)}-01T00:00:00Z") - DAY_MS)
    return found


def _put_if_absent(item: DirectoryItem) -> None:
    try:
        item.save(DirectoryItem.pk.does_not_exist())
    except PutError as exc:
        if refusal_code(exc) != "ConditionalCheckFailedException":
            raise
