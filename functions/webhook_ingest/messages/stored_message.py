"""The message that is stored of a webhook, in either direction. Pure: ids follow from Meta's id and time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.json_input import word
from functions.webhook_ingest.messages.logic.media import media_of
from functions.webhook_ingest.messages.logic.parse import Parsed
from functions.webhook_ingest.receive.routing import digest
from shared.clock import DAY_MS, EpochMs
from shared.domain.contacts.identity import conversation_id_for
from shared.domain.conversations.message import Author, Message, Source
from shared.domain.conversations.message_ids import message_key
from shared.ids import ContactId, PhoneNumberId, TenantId
from shared.store.conversations.message_items import RETENTION_DAYS

_LONGEST_MS = 0xFFFFFFFF
HISTORY_MS = RETENTION_DAYS * DAY_MS
"""An old message that a number brings along is kept for so long after its time; Meta hands over 180 days."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: its time (epoch ms), or that with the id it has already. `after` (ms) orders those of one
    moment."""

    at: EpochMs
    message_id: str = ""
    after: int | None = None


def message_of(
    tenant_id: TenantId,
    phone_number_id: PhoneNumberId,
    contact_id: ContactId,
    raw: Mapping[str, object],
    parsed: Parsed,
    place: Place,
    *,
    author: Author = "contact",
    status: str = "",
    source: Source = "live",
    about: str = "",
) -> Message:
    """`about` is to be known besides what the message itself says of it."""
    wamid, name = word(raw, "id"), name_of(raw)
    if place.after is not None:
        name = f"{min(max(place.after, 0), _LONGEST_MS):08x}{name[:16]}"
    # What changes another message comes after it, also within Meta's whole seconds.
    message_id = place.message_id or message_key(place.at, f"z{name}" if parsed.change is not None else name)
    conversation_id = conversation_id_for(tenant_id, phone_number_id, contact_id)
    return Message(
        message_id=message_id,
        conversation_id=conversation_id,
        direction="in" if author in ("contact", "whatsapp") else "out",
        author=author,
        kind=parsed.kind,
        text=parsed.text,
        at=place.at,
        content=parsed.content,
        wamid=wamid[:256],
        status=status,
        reply_to=parsed.reply_to,
        about="; ".join(filter(None, (about, parsed.about))),
        source=source,
        change=parsed.change,
        media=media_of(raw, tenant_id, conversation_id, message_id),
    )


def name_of(raw: Mapping[str, object]) -> str:
    """What our id of a message ends with."""
    return digest(word(raw, "id") or json.dumps(raw, sort_keys=True))[:24]


def moment_of(at: EpochMs, received_at: EpochMs) -> EpochMs:
    """A message's place among those of the same second (epoch ms): Meta tells whole seconds, so within one it is when
    the message was received that says who was first, and whether an answer of ours came before it."""
    return min(max(at, received_at), latest_of(at))


def latest_of(at: EpochMs) -> EpochMs:
    """The last moment that Meta's time may stand for; what changes a message comes after it, in any order."""
    return EpochMs(at + 999 if at % 1000 == 0 else at)
