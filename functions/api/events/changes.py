"""A stream record as the events that it makes. Nothing is read and nothing is written here."""

from collections.abc import Mapping
from typing import Any

from functions.api.inbox.models import ConversationOut, MessageOut
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.message import Message
from shared.domain.webhooks.tenant_event import (
    Change,
    TenantEvent,
    campaign_changes,
    campaign_data,
    conversation_changes,
    event_id,
    fits,
    message_changes,
)
from shared.ids import TenantId
from shared.store.conversations.change_stream import read_change


def events_of(record: Mapping[str, Any]) -> tuple[TenantId, list[TenantEvent]]:
    """(tenant id, events) of one record. Raises whatever a record of an unknown form leads to."""
    changed = read_change(record)
    if changed is None:
        return TenantId(""), []
    at = EpochMs(int(float(record["dynamodb"]["ApproximateCreationDateTime"]) * 1000))
    changes, data = _changes_and_data(changed.old, changed.new, at)
    return changed.tenant_id, [
        TenantEvent(event_id(str(record["eventID"]), i), change.type, at, _with_names(data, change))
        for i, change in enumerate(changes)
    ]


def _changes_and_data(
    old: Message | Conversation | Campaign | None, new: Message | Conversation | Campaign, at: EpochMs
) -> tuple[list[Change], dict[str, object]]:
    if isinstance(new, Message):
        changes = message_changes(old if isinstance(old, Message) else None, new)
    elif isinstance(new, Conversation):
        changes = conversation_changes(old if isinstance(old, Conversation) else None, new)
    else:
        changes = campaign_changes(old if isinstance(old, Campaign) else None, new)
    return changes, data_of(new, at) if changes else {}


def data_of(thing: Message | Conversation | Campaign, at: EpochMs) -> dict[str, object]:
    """What an event of this moment (epoch ms) says of a thing."""
    if isinstance(thing, Message):
        return _message_data(thing)
    return _conversation_data(thing, at) if isinstance(thing, Conversation) else campaign_data(thing)


def _message_data(message: Message) -> dict[str, object]:
    shown = MessageOut.of(message).model_dump(mode="json")
    return {
        "conversation_id": message.conversation_id,
        "message_id": message.message_id,
        "status": message.status or None,
        "error_code": message.error_code or None,
        "message": shown if fits(shown) else None,
    }


def _conversation_data(conversation: Conversation, at: EpochMs) -> dict[str, object]:
    shown = ConversationOut.of(conversation, at).model_dump(mode="json")
    return {
        "conversation_id": conversation.conversation_id,
        "contact_id": conversation.contact_id,
        "phone_number_id": conversation.phone_number_id,
        "conversation": shown if fits(shown) else None,
    }


def _with_names(data: dict[str, object], change: Change) -> dict[str, object]:
    return data | {"changed": list(change.changed)} if change.changed else data
