"""Taking in one inbound message: consent, conversation, bots, campaign reply, in this order.

Everything here may run twice for the same message: ids follow from Meta's id and time, and each write is made so that
repeating it changes nothing.
"""

import json

from functions.webhook_ingest.bootstrap import Deps
from functions.webhook_ingest.logic.identity import Identities, change_of, sender_of
from functions.webhook_ingest.logic.json_input import time_ms, word
from functions.webhook_ingest.logic.media import media_of
from functions.webhook_ingest.logic.parse import Parsed, parse
from functions.webhook_ingest.logic.split import digest
from functions.webhook_ingest.media_requests import request_copy
from shared.domain.identity import conversation_id_for
from shared.domain.message import Message
from shared.errors import InvalidInput
from shared.events import BotTurn, InboundMessage
from shared.observability import count
from shared.store.conversations import Head
from shared.store.messages import message_key

_DAY_MS = 24 * 3600 * 1000


def take_message(at_hand: Deps, inbound: InboundMessage, now: int) -> None:
    """Raises InvalidInput for what cannot be routed: an unknown number, a group, nobody as the sender."""
    tenant_id = at_hand.owners.tenant_of(inbound.phone_number_id, now)
    if tenant_id is None:
        raise InvalidInput("unknown phone number")
    if word(inbound.message, "group_id"):
        raise InvalidInput("a message of a group")
    if word(inbound.message, "type") == "system":
        _take_change(at_hand, tenant_id, inbound, now)
        return
    who = sender_of(inbound.message, inbound.contact)
    if not who:
        raise InvalidInput("a message without a sender")
    _take_words(at_hand, tenant_id, inbound, who, now)


def _take_change(at_hand: Deps, tenant_id: str, inbound: InboundMessage, now: int) -> None:
    change = change_of(inbound.message)
    if change is None:
        raise InvalidInput("a system message that changes nobody's number or user id")
    at_hand.people.move(tenant_id, change, now)
    count("IdentityChanged")


def _take_words(at_hand: Deps, tenant_id: str, inbound: InboundMessage, who: Identities, now: int) -> None:
    wamid = word(inbound.message, "id")
    at = _time_of(inbound)
    parsed = parse(inbound.message)
    person = at_hand.people.find(tenant_id, who)
    # Before anything that can fail: a no must hold even if the rest has to be tried again.
    if parsed.consent is not None:
        at_hand.people.record_consent(
            tenant_id,
            person,
            opted_out=parsed.consent == "stop",
            source="keyword",
            at=at,
            event_id=f"{at:013d}-{digest(wamid)[:24]}",
            now=now,
        )
        count("OptOut" if parsed.consent == "stop" else "OptIn")
    if parsed.too_large:
        at_hand.parking.park("message body too large for the conversation", inbound.message)
    contact_id = at_hand.people.link(tenant_id, person, who, now)
    at_hand.people.note_username(tenant_id, person, contact_id, who, at)
    name = (person.contact.name if person.contact is not None else "") or who.name
    message = _message(inbound, tenant_id, contact_id, parsed, at)
    head = Head(message.conversation_id, inbound.phone_number_id, contact_id, name)
    fresh = at_hand.conversations.append(tenant_id, head, message)
    request_copy(at_hand.media, tenant_id, inbound.phone_number_id, message)
    at_hand.contacts.note_inbound(tenant_id, contact_id, at)
    if parsed.answerable and parsed.consent != "stop":
        turn = BotTurn(tenant_id, inbound.phone_number_id, contact_id, message.conversation_id, message.message_id)
        at_hand.bots.send(turn, group=message.conversation_id, dedupe=message.message_id)
    at_hand.replies.mark(tenant_id, inbound.phone_number_id, (contact_id, *person.ids), at, now)
    count("InboundTaken" if fresh else "InboundRepeated")


def _message(inbound: InboundMessage, tenant_id: str, contact_id: str, parsed: Parsed, at: int) -> Message:
    wamid = word(inbound.message, "id")
    name = digest(wamid or json.dumps(inbound.message, sort_keys=True))[:24]
    # What changes another message comes after it, also within Meta's whole seconds.
    message_id = message_key(at, f"z{name}" if parsed.change is not None else name)
    conversation_id = conversation_id_for(tenant_id, inbound.phone_number_id, contact_id)
    return Message(
        message_id=message_id,
        conversation_id=conversation_id,
        direction="in",
        author="contact",
        kind=parsed.kind,
        text=parsed.text,
        at=at,
        content=parsed.content,
        wamid=wamid[:256],
        reply_to=parsed.reply_to,
        about=parsed.about,
        change=parsed.change,
        media=media_of(inbound.message, tenant_id, conversation_id, message_id),
    )


def _time_of(inbound: InboundMessage) -> int:
    """Meta's time of the message; ours when they gave none, or one that lies in the future."""
    at = time_ms(inbound.message.get("timestamp"))
    return at if at is not None and at < inbound.received_at + _DAY_MS else inbound.received_at
