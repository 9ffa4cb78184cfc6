"""What tenants are told of: events, made from what changed in the tables.

The same event goes into the tenant's feed and to its webhook endpoints. Its id follows from the record of the change,
so a record that is worked on twice gives the same event twice, and whoever gets it can tell.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Self

from shared.clock import EpochMs, from_rfc3339, to_rfc3339
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.stop_reasons import next_action
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.message import Message

MAX_REPRESENTATION = 16 * 1024
"""Bytes of JSON up to which an event carries the thing itself. Standard Webhooks advises payloads below 20 KB."""


class EventType(StrEnum):
    """`message.created` is an outgoing message that was taken on; how far it gets, `message.status` tells."""

    MESSAGE_RECEIVED = "message.received"
    MESSAGE_CREATED = "message.created"
    MESSAGE_STATUS = "message.status"
    MESSAGE_UPDATED = "message.updated"
    CONVERSATION_CREATED = "conversation.created"
    CONVERSATION_UPDATED = "conversation.updated"
    CAMPAIGN_SCHEDULED = "campaign.scheduled"
    CAMPAIGN_SENDING = "campaign.sending"
    CAMPAIGN_PAUSED = "campaign.paused"
    CAMPAIGN_COMPLETED = "campaign.completed"
    CAMPAIGN_CANCELLED = "campaign.cancelled"
    CAMPAIGN_RECIPIENTS = "campaign.recipients"
    ENDPOINT_DISABLED = "endpoint.disabled"
    ENDPOINT_BACKLOG_FULL = "endpoint.backlog_full"
    ENDPOINT_TEST = "endpoint.test"
    ENDPOINT_VERIFICATION = "endpoint.verification"


OPT_IN = frozenset({EventType.CAMPAIGN_RECIPIENTS})
"""Made only for tenants of whom an endpoint names them, and shown only to who asks for them by name: `*` and a look at
the feed without types leave them out, because a campaign makes more of them than all else together."""


class FeedPart(StrEnum):
    """A tenant's feed has two parts, each with an order of its own: whoever wants to know what happens does not read
    past what campaigns did to each person, 3,200 events for a million and a half of them, nor waits behind it."""

    HAPPENINGS = "happenings"
    PEOPLE = "people"

    @classmethod
    def of(cls, event_type: str) -> "FeedPart":
        """In which part events of this type stand."""
        return cls.PEOPLE if event_type in OPT_IN else cls.HAPPENINGS


@dataclass(frozen=True, slots=True)
class TenantEvent:
    """`at` is epoch ms: when it happened, not when it is told. `data` is JSON."""

    event_id: str
    type: EventType
    at: EpochMs
    data: Mapping[str, object]

    def to_json(self) -> str:
        """The one form of an event, in the feed and in the body of a webhook (Standard Webhooks, payload structure).

        ASCII only: what people write may hold half a surrogate pair, which has no UTF-8.
        """
        document = {"id": self.event_id, "type": self.type, "timestamp": to_rfc3339(self.at), "data": self.data}
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` gave. Raises ValueError, KeyError or TypeError for anything else."""
        document = json.loads(text)
        at = from_rfc3339(document["timestamp"])
        return cls(document["id"], EventType(document["type"]), at, document["data"])


@dataclass(frozen=True, slots=True)
class Change:
    """What one write means. `changed` are the names of what is different."""

    type: EventType
    changed: tuple[str, ...] = ()


_DELIVERY = frozenset({"status", "error_code", "wamid"})
# A new message moves the first three, and has an event of its own; the others only go with what people change.
_NO_NEWS = frozenset({"last_message_at", "last_message_text", "last_inbound_at", "trail", "version", "state_at"})
_STATES = {
    State.SCHEDULED: EventType.CAMPAIGN_SCHEDULED,
    State.SENDING: EventType.CAMPAIGN_SENDING,
    State.PAUSED: EventType.CAMPAIGN_PAUSED,
    State.COMPLETED: EventType.CAMPAIGN_COMPLETED,
    State.CANCELLED: EventType.CAMPAIGN_CANCELLED,
}


def message_changes(old: Message | None, new: Message) -> list[Change]:
    """A new message; its delivery state; anything else of it (an edit, a revocation, a reaction).

    Old messages that a number brings along when it is connected are no news, and notes of the platform's no messages.
    """
    if old is None:
        if new.source == "history" or new.author == "whatsapp":
            return []
        return [Change(EventType.MESSAGE_RECEIVED if new.direction == "in" else EventType.MESSAGE_CREATED)]
    different = _different(old, new)
    found = [Change(EventType.MESSAGE_STATUS, ("status",))] if "status" in different else []
    if different - _DELIVERY:
        found.append(Change(EventType.MESSAGE_UPDATED, tuple(sorted(different - _DELIVERY))))
    return found


def conversation_changes(old: Conversation | None, new: Conversation) -> list[Change]:
    """A new conversation, or what somebody changed in it: state, assignment, labels, what is unread."""
    if old is None:
        return [Change(EventType.CONVERSATION_CREATED)]
    different = _different(old, new) - _NO_NEWS
    return [Change(EventType.CONVERSATION_UPDATED, tuple(sorted(different)))] if different else []


def campaign_changes(old: Campaign | None, new: Campaign) -> list[Change]:
    """A campaign that came into another state."""
    if (old is not None and old.state == new.state) or new.state not in _STATES:
        return []
    return [Change(_STATES[new.state], ("status",))]


def campaign_data(campaign: Campaign) -> dict[str, object]:
    """What an event says of a campaign: why it stands still, and what can be done, included."""
    return {
        "campaign_id": campaign.campaign_id,
        "name": campaign.name,
        "phone_number_id": campaign.phone_number_id,
        "status": campaign.state,
        "reason": campaign.reason or None,
        "next_action": next_action(campaign.reason) or None,
    }


def event_id(record_id: str, position: int) -> str:
    """The id of the event that the change at `position` of a record makes. It holds no full stop, which would let one
    signed content be read as another (Standard Webhooks, signature scheme)."""
    letters = "".join(char for char in record_id if char.isalnum())
    return f"evt_{letters}" + (f"_{position}" if position else "")


def fits(representation: object) -> bool:
    """Whether a thing is small enough to be carried by its event."""
    return len(json.dumps(representation, separators=(",", ":"))) <= MAX_REPRESENTATION


def _different(old: object, new: object) -> frozenset[str]:
    names = [field.name for field in fields(new)]  # type: ignore[arg-type]
    return frozenset(name for name in names if getattr(old, name) != getattr(new, name))


def portions(events: Iterable[str], most_bytes: int, most: int | None = None) -> Iterator[list[str]]:
    """Events in JSON, in their order, in lists of at most so many bytes and events; one larger event goes alone."""
    portion: list[str] = []
    size = 0
    for event in events:
        if portion and (len(portion) == most or size + len(event) > most_bytes):
            yield portion
            portion, size = [], 0
        portion.append(event)
        size += len(event)
    if portion:
        yield portion
