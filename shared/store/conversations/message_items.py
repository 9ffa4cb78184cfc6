"""A message as items of the Conversations table: the message itself, and what leads to it.

`M#` holds the message, `W#<wamid>` leads to it, `A#<wamid>#…` to one that changes it, `MOVED` to the conversation that
has taken this one over. They live RETENTION_DAYS.
"""

import json
from dataclasses import dataclass
from typing import cast

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from shared.clock import EpochMs
from shared.domain.conversations.message import Author, Direction, Message, Source
from shared.domain.conversations.message_changes import Applied, Change, Changes
from shared.domain.media.message_media import MessageMedia
from shared.ids import ConversationId, TenantId
from shared.store.engine.database import TableItem
from shared.store.engine.documents import from_document

RETENTION_DAYS = 400
MOVED = "MOVED"
_MOVES = 3


class MessageItem(TableItem):
    class Meta:
        table_name = ""

    direction = UnicodeAttribute()
    author = UnicodeAttribute()
    author_id = UnicodeAttribute(null=True)
    kind = UnicodeAttribute()
    text = UnicodeAttribute(null=True)
    at = NumberAttribute()
    content = UnicodeAttribute()
    wamid = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    error_code = UnicodeAttribute(null=True)
    reply_to = UnicodeAttribute(null=True)
    about = UnicodeAttribute(null=True)
    source = UnicodeAttribute(null=True)
    change = UnicodeAttribute(null=True)
    changes = UnicodeAttribute(null=True)
    merged_in = BooleanAttribute(null=True)
    media = UnicodeAttribute(null=True)


class ReferenceItem(TableItem):
    """Leads from a wamid to a message (`W#`), or to one that changes it (`A#`)."""

    class Meta:
        table_name = ""

    wamid = UnicodeAttribute()
    message_id = UnicodeAttribute()


class MovedItem(TableItem):
    """Stands in a conversation that has been taken over by another one."""

    class Meta:
        table_name = ""

    conversation_id = UnicodeAttribute()


@dataclass(frozen=True, slots=True)
class StoredChanges:
    """`changes` as they are written."""

    changes: dict[str, Applied]


def conversation_key(tenant_id: TenantId, conversation_id: ConversationId) -> str:
    """The partition of a conversation."""
    return f"T#{tenant_id}#V#{conversation_id}"


def expiry(at: EpochMs) -> int:
    """When something of this time (epoch ms) is forgotten, in epoch seconds."""
    return at // 1000 + RETENTION_DAYS * 24 * 3600


def read_message(partition: str, message_id: str) -> MessageItem | None:
    try:
        return MessageItem.get(partition, f"M#{message_id}", consistent_read=True)
    except MessageItem.DoesNotExist:
        return None


def moved_to(tenant_id: TenantId, conversation_id: ConversationId) -> ConversationId | None:
    """The conversation that has taken this one over, because their contacts turned out to be one person."""
    try:
        return ConversationId(
            MovedItem.get(conversation_key(tenant_id, conversation_id), MOVED, consistent_read=True).conversation_id
        )
    except MovedItem.DoesNotExist:
        return None


def find_message(tenant_id: TenantId, conversation_id: ConversationId, message_id: str) -> MessageItem | None:
    """The item, also where its conversation has moved to."""
    place: ConversationId | None = conversation_id
    for _ in range(_MOVES):
        if place is None:
            break
        item = read_message(conversation_key(tenant_id, place), message_id)
        if item is not None:
            return item
        place = moved_to(tenant_id, place)
    return None


def conversation_of_item(item: MessageItem) -> ConversationId:
    return ConversationId(item.pk.rpartition("#")[2])


def changes_of(item: MessageItem) -> Changes:
    return from_document(StoredChanges, item.changes).changes if item.changes else {}


def media_of(item: MessageItem) -> MessageMedia | None:
    return from_document(MessageMedia, item.media) if item.media else None


def message_of(conversation_id: ConversationId, item: MessageItem) -> Message:
    stored = Message(
        message_id=item.sk.removeprefix("M#"),
        conversation_id=conversation_id,
        direction=cast("Direction", item.direction),
        author=cast("Author", item.author),
        author_id=item.author_id or "",
        kind=item.kind,
        text=item.text or "",
        at=EpochMs(int(item.at)),
        content=json.loads(item.content),
        wamid=item.wamid or "",
        status=item.status or "",
        error_code=item.error_code or "",
        reply_to=item.reply_to or "",
        about=item.about or "",
        source=cast("Source", item.source or "live"),
        change=from_document(Change, item.change) if item.change else None,
        media=media_of(item),
    )
    return stored.changed_by(changes_of(item))
