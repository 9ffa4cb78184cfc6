"""The streams of the Conversations and the Directory table: what a record says has changed.

Conversations: a head (`HEAD`) or a message (`M#…`). Directory: a campaign (`CMP#…`). The template's filters let nothing
else through; what comes all the same means nothing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.domain.campaigns.campaign import Campaign
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.message import Message
from shared.ids import ConversationId, TenantId
from shared.store.conversations.heads import ConversationItem, conversation_of
from shared.store.conversations.message_items import MessageItem, message_of
from shared.store.engine.directory import DirectoryItem
from shared.store.engine.documents import from_document

T = TypeVar("T", Message, Conversation, Campaign)
Image = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed(Generic[T]):
    """A thing before (None: there was none) and after one write."""

    tenant_id: TenantId
    old: T | None
    new: T


def read_change(record: Mapping[str, Any]) -> Changed[Message] | Changed[Conversation] | Changed[Campaign] | None:
    """None for what was removed and for what is none of these. Raises what decoding an unknown form raises."""
    change = record["dynamodb"]
    new: Image | None = change.get("NewImage")
    old: Image | None = change.get("OldImage")
    if new is None:
        return None
    partition, sort_key = str(new["pk"]["S"]), str(new["sk"]["S"])
    parts = partition.split("#")
    if parts[0] != "T" or (old is None and "moved" in new):
        # What moved here from another conversation was told of when it was new.
        return None
    if len(parts) == 4 and parts[2] == "V" and sort_key.startswith("M#"):
        return Changed(
            TenantId(parts[1]),
            _message_of(ConversationId(parts[3]), old) if old else None,
            _message_of(ConversationId(parts[3]), new),
        )
    if len(parts) == 4 and parts[2] == "V" and sort_key == "HEAD":
        return Changed(TenantId(parts[1]), _head_of(old) if old else None, _head_of(new))
    if len(parts) == 2 and sort_key.startswith("CMP#"):
        return Changed(TenantId(parts[1]), _campaign_of(old) if old else None, _campaign_of(new))
    return None


def _message_of(conversation_id: ConversationId, image: Image) -> Message:
    return message_of(conversation_id, MessageItem.from_raw_data(dict(image)))


def _head_of(image: Image) -> Conversation:
    return conversation_of(ConversationItem.from_raw_data(dict(image)))


def _campaign_of(image: Image) -> Campaign:
    return from_document(Campaign, DirectoryItem.from_raw_data(dict(image)).doc)
