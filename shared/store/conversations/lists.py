"""Lists of conversations, in the indexes of their table; what they cost: see `conversations`."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from shared.clock import EpochMs
from shared.domain.conversations.conversation import STATUSES, Conversation, Status
from shared.ids import ConversationId, PhoneNumberId, TenantId
from shared.store.conversations.heads import (
    ConversationItem,
    DeskIndex,
    conversation_of,
    desk_partition,
    position,
    status_partition,
)
from shared.store.conversations.list_split import parts_of
from shared.store.engine.cursor import Page, decode_cursor, encode_cursor
from shared.store.engine.database import ActivityIndex

MOST_LOOKED_AT = 2_000
_START, _END = "0", "~"
_LIST, _PLACE = "conversations", r"[0-9]{13}#[0-9A-Za-z]{1,64}"


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Which conversations a list holds; None is any. `assignee` "" is nobody's."""

    status: Status | None = None
    assignee: str | None = None
    label: str | None = None
    phone_number_id: PhoneNumberId | None = None
    unread: bool = False

    def includes(self, conversation: Conversation) -> bool:
        """Whether what the index did not choose by fits."""
        return (
            (self.label is None or self.label in conversation.labels)
            and self.phone_number_id in (None, conversation.phone_number_id)
            and (not self.unread or conversation.unread > 0)
        )


def page_of(
    tenant_id: TenantId, limit: int, cursor: str | None, now: EpochMs, chosen: ConversationFilter
) -> Page[Conversation]:
    """Raises InvalidInput for a cursor that is none."""
    after = _place(cursor)
    found: list[Conversation] = []
    looked_at, last = 0, ""
    page_size = limit + 1 if chosen == ConversationFilter(chosen.status, chosen.assignee) else 300
    ranges = _Ranges(tenant_id, chosen.assignee, page_size, parts_of(tenant_id))
    for conversation in _sorted(ranges, chosen, after, now):
        if len(found) == limit or looked_at == MOST_LOOKED_AT:
            return Page(found, encode_cursor(_LIST, {"at": last}))
        looked_at, last = looked_at + 1, _position(conversation)
        if chosen.includes(conversation):
            found.append(conversation)
    return Page(found, None)


def _place(cursor: str | None) -> str:
    given = decode_cursor(_LIST, cursor, at=_PLACE)
    return given["at"] if given is not None else ""


def _position(conversation: Conversation) -> str:
    return position(conversation.active_at, conversation.conversation_id)


def _sorted(read: "_Ranges", chosen: ConversationFilter, after: str, now: EpochMs) -> Iterator[Conversation]:
    """The conversations of the wanted status and assignee behind a place in the list, read as they are needed."""
    due = position(now, ConversationId(_END))
    if chosen.status == "snoozed":
        return read.range("snoozed", max(after, due), _END, forward=True)
    upto = after or _END
    if chosen.status == "open":
        ranges = [read.range("open", "", upto), read.range("snoozed", "", min(upto, due))]
    else:
        ranges = [read.range(s, "", upto) for s in (STATUSES if chosen.status is None else (chosen.status,))]
    return heapq.merge(*ranges, key=_position, reverse=True)


@dataclass(frozen=True, slots=True)
class _Ranges:
    tenant_id: TenantId
    assignee: str | None
    page_size: int
    parts: int

    def range(self, status: Status, above: str, below: str, *, forward: bool = False) -> Iterator[Conversation]:
        """Heads of a status whose place lies strictly between the two."""
        found = [
            self._read(index, partition, above=above, below=below, forward=forward)
            for index, partition in self._partitions(status)
        ]
        return heapq.merge(*found, key=_position, reverse=not forward)

    def _partitions(self, status: Status) -> Iterator[tuple[ActivityIndex | DeskIndex, str]]:
        """Where they stand; each in one of these."""
        if self.assignee is not None:
            # Of nobody's: those last written before they had a place of their own.
            yield ConversationItem.by_desk, desk_partition(self.tenant_id, self.assignee, status)
        for part in range(self.parts):
            if not self.assignee:
                yield ConversationItem.by_status, status_partition(self.tenant_id, status, part, assigned=False)
            if self.assignee is None:
                yield ConversationItem.by_status, status_partition(self.tenant_id, status, part, assigned=True)

    def _read(
        self, index: ActivityIndex | DeskIndex, partition: str, *, above: str, below: str, forward: bool
    ) -> Iterator[Conversation]:
        place = ConversationItem.gsi1sk.between(above or _START, below)
        found = index.query(partition, place, scan_index_forward=forward, page_size=self.page_size)
        for item in cast("Iterator[ConversationItem]", found):
            if item.gsi1sk not in (above, below):
                yield conversation_of(item)
