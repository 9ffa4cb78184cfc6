"""Taking in one inbound message: consent, conversation, bots, campaign reply, in this order.

Everything here may run twice for the same message: ids follow from Meta's id and time, and each write is made so that
repeating it changes nothing.
"""

from dataclasses import replace

from functions.webhook_ingest.claimed_time import claimed_time
from functions.webhook_ingest.json_input import word
from functions.webhook_ingest.media.requests import request_copy
from functions.webhook_ingest.messages.logic.parse import Parsed, parse
from functions.webhook_ingest.messages.parts import MessageParts
from functions.webhook_ingest.messages.replies import Answer
from functions.webhook_ingest.messages.stored_message import (
    Place,
    latest_of,
    message_of,
    moment_of,
    name_of,
)
from functions.webhook_ingest.people.identification import Person, person_among
from functions.webhook_ingest.people.logic.identity import Identities, addressee_of, change_of, sender_of
from functions.webhook_ingest.receive.oversize import whole_message
from shared.clock import EpochMs
from shared.domain.contacts.identity import conversation_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import is_wamid, time_of
from shared.errors import InvalidInput
from shared.ids import ContactId, TenantId
from shared.observability import count
from shared.queue_messages import BotTurn, InboundMessage
from shared.store.conversations.conversations import Head
from shared.store.conversations.first_look import Seen

_STANDBY = "on standby: Meta's Business Agent has this conversation"


def take_message(parts: MessageParts, inbound: InboundMessage, now: EpochMs) -> None:
    """Raises InvalidInput for what cannot be routed: an unknown number, a group, nobody as the other side."""
    inbound = whole_message(inbound, parts.parking)
    tenant_id = parts.owners.tenant_of(inbound.phone_number_id, now)
    if tenant_id is None:
        raise InvalidInput("unknown phone number")
    if word(inbound.message, "group_id"):
        raise InvalidInput("a message of a group")
    if inbound.echo:
        _take_echo(parts, tenant_id, inbound, now)
        return
    if word(inbound.message, "type") == "system":
        _take_note(parts, tenant_id, inbound, now)
        return
    who = sender_of(inbound.message, inbound.contact)
    if not who:
        raise InvalidInput("a message without a sender")
    _take_words(parts, tenant_id, inbound, who, now)


def _take_note(parts: MessageParts, tenant_id: TenantId, inbound: InboundMessage, now: EpochMs) -> None:
    """What the platform notes of a person or their conversation: a line in it, of no effect on window, consent and
    bots. A new number or user id is theirs from then on, wherever they are shown."""
    raw, change = inbound.message, change_of(inbound.message)
    who = change.new if change is not None else sender_of(raw, inbound.contact)
    if not who:
        raise InvalidInput("a note of the platform's that names nobody")
    parsed = parse(raw)
    if parsed.kind != "system":
        raise InvalidInput("a system message that says nothing")
    person = _find(parts, tenant_id, inbound, change.old if change is not None else who)
    at = _time_of(parts, tenant_id, inbound, parsed, person.contact_id)
    if change is not None:
        contact_id = parts.people.move(tenant_id, change, at, now)
    else:
        contact_id = parts.people.link(tenant_id, person, who, at, now)
    contact = parts.contacts.get(tenant_id, contact_id)
    name, phone = (contact.shown_name, contact.phone or "") if contact is not None else ("", "")
    place = _place(parts, tenant_id, inbound, parsed, contact_id, at)
    message = message_of(tenant_id, inbound.phone_number_id, contact_id, raw, parsed, place, author="whatsapp")
    head = Head(message.conversation_id, inbound.phone_number_id, contact_id, name or who.name, phone or who.phone)
    _store(parts, tenant_id, inbound, parsed, message, head)
    if change is not None:
        parts.heads.refresh(tenant_id, contact_id)
    count("IdentityChanged" if change is not None else "PlatformNoteTaken")


def _take_echo(parts: MessageParts, tenant_id: TenantId, inbound: InboundMessage, now: EpochMs) -> None:
    """What the business wrote with the WhatsApp Business app, or Meta's Business Agent for it: shown, and of no effect
    on window, consent and bots."""
    who = addressee_of(inbound.message, inbound.contact)
    if not who:
        raise InvalidInput("an echo without an addressee")
    raw, parsed = inbound.message, parse(inbound.message)
    person = _find(parts, tenant_id, inbound, who)
    at = _time_of(parts, tenant_id, inbound, parsed, person.contact_id)
    contact_id = parts.people.link(tenant_id, person, who, at, now)
    message = message_of(
        tenant_id,
        inbound.phone_number_id,
        contact_id,
        raw,
        parsed,
        Place(at),
        author="business_agent" if inbound.standby else "phone_app",
        status="sent",
    )
    name = parts.people.note_names(tenant_id, person, contact_id, who, at)
    _store(parts, tenant_id, inbound, parsed, message, _head(message, inbound, person, who, contact_id, name))
    count("EchoTaken")


def _take_words(
    parts: MessageParts, tenant_id: TenantId, inbound: InboundMessage, who: Identities, now: EpochMs
) -> None:
    parsed = parse(inbound.message)
    person, seen = _look(parts, tenant_id, inbound, who)
    at = _time_of(parts, tenant_id, inbound, parsed, person.contact_id)
    # Before anything that can fail: a no must hold even if the rest has to be tried again. A yes that was said nobody
    # knows when is older than every no.
    wamid = word(inbound.message, "id")
    dated = claimed_time(inbound.message, inbound.received_at) is not None
    if (
        parsed.consent is not None
        and (dated or parsed.consent == "stop")
        and parts.people.hear(tenant_id, person, parsed.consent, wamid, at, now)
    ):
        count("OptOut" if parsed.consent == "stop" else "OptIn")
    contact_id, name = parts.people.meet(tenant_id, person, who, at, now)
    known = seen if contact_id == person.contact_id else None
    message = message_of(
        tenant_id,
        inbound.phone_number_id,
        contact_id,
        inbound.message,
        parsed,
        _place(parts, tenant_id, inbound, parsed, contact_id, at, known),
        about=_STANDBY if inbound.standby else "",
    )
    head = _head(message, inbound, person, who, contact_id, name)
    head = replace(head, list_parts=parts.list_parts.of(tenant_id, now))
    fresh = _store(parts, tenant_id, inbound, parsed, message, head, known)
    if inbound.standby:
        # Somebody else answers, and whoever answers them writes to somebody else than the campaign.
        count("StandbyTaken")
        return
    if parsed.answerable and parsed.consent != "stop":
        turn = BotTurn(tenant_id, inbound.phone_number_id, contact_id, message.conversation_id, message.message_id)
        parts.bots.send(turn, group=turn.group, dedupe=message.message_id)
    answer = _answer(parsed, moment_of(at, inbound.received_at), inbound.received_at)
    if answer is not None:
        # A campaign may know them by the id of a contact that was merged since.
        merged = sorted(person.contact.merged) if person.contact is not None else ()
        ids = tuple(dict.fromkeys((contact_id, *person.ids, *merged)))
        parts.replies.mark(tenant_id, inbound.phone_number_id, ids, answer, now)
    count("InboundTaken" if fresh else "InboundRepeated")


def _look(parts: MessageParts, tenant_id: TenantId, inbound: InboundMessage, who: Identities) -> tuple[Person, Seen]:
    """Who wrote, and their conversation with the number, in one call; in one more for whoever has another identity
    first."""
    number, wamid = inbound.phone_number_id, word(inbound.message, "id")
    wamid = wamid if is_wamid(wamid) else ""
    ids = list(who.keys(tenant_id))
    known, seen = parts.first_look.people(tenant_id, ids, conversation_id_for(tenant_id, number, ids[0]), wamid)
    claimed = claimed_time(inbound.message, inbound.received_at)
    person = person_among(known, tenant_id, who, inbound.received_at if claimed is None else claimed)
    conversation_id = conversation_id_for(tenant_id, number, person.contact_id)
    if seen.conversation_id != conversation_id:
        seen = parts.first_look.conversation(tenant_id, conversation_id, wamid)
    return person, seen


def _find(parts: MessageParts, tenant_id: TenantId, inbound: InboundMessage, who: Identities) -> Person:
    at = claimed_time(inbound.message, inbound.received_at)
    return parts.people.find(tenant_id, who, inbound.received_at if at is None else at)


def _time_of(
    parts: MessageParts, tenant_id: TenantId, inbound: InboundMessage, parsed: Parsed, contact_id: ContactId
) -> EpochMs:
    """Meta's time, epoch ms. Where they gave none that can be right, when the message was received first: what comes
    again must say nothing new."""
    at = claimed_time(inbound.message, inbound.received_at)
    if at is not None:
        return at
    known = _known_id(parts, tenant_id, inbound, parsed, contact_id)
    return time_of(known) if known is not None else inbound.received_at


def _known_id(
    parts: MessageParts, tenant_id: TenantId, inbound: InboundMessage, parsed: Parsed, contact_id: ContactId
) -> str | None:
    """Our id of a message that was stored before, if Meta gives it one."""
    wamid, messages = word(inbound.message, "id"), parts.conversations.messages
    if not is_wamid(wamid):
        return None
    conversation_id = conversation_id_for(tenant_id, inbound.phone_number_id, contact_id)
    if parsed.change is not None:
        return messages.id_of_change(tenant_id, conversation_id, parsed.change.target, name_of(inbound.message))
    return messages.id_of(tenant_id, conversation_id, wamid)


def _answer(parsed: Parsed, at: EpochMs, received_at: EpochMs) -> Answer | None:
    """What the message answers with; None for what is no answer: to edit what was said, or to take it back."""
    change = parsed.change
    if change is None:
        return Answer(at, received_at, parsed.reply_to)
    said = change.action == "reaction" and change.emoji
    return Answer(at, received_at, change.target, bare=True) if said else None


def _place(
    parts: MessageParts,
    tenant_id: TenantId,
    inbound: InboundMessage,
    parsed: Parsed,
    contact_id: ContactId,
    at: EpochMs,
    seen: Seen | None = None,
) -> Place:
    """Where in its conversation a message stands: what Meta tells again, later, keeps the place it has."""
    if seen is not None and parsed.change is None:
        known = seen.message_id
    else:
        known = _known_id(parts, tenant_id, inbound, parsed, contact_id)
    if known is not None:
        return Place(time_of(known), known)
    if parsed.change is not None or not is_wamid(word(inbound.message, "id")):
        return Place(latest_of(at))
    return Place(moment_of(at, inbound.received_at), after=inbound.received_at - at)


def _head(
    message: Message, inbound: InboundMessage, person: Person, who: Identities, contact_id: ContactId, name: str
) -> Head:
    phone = (person.contact.phone if person.contact is not None else "") or who.phone
    return Head(message.conversation_id, inbound.phone_number_id, contact_id, name, phone)


def _store(
    parts: MessageParts,
    tenant_id: TenantId,
    inbound: InboundMessage,
    parsed: Parsed,
    message: Message,
    head: Head,
    seen: Seen | None = None,
) -> bool:
    """Whether it is new."""
    if parsed.too_large:
        parts.parking.park("message body too large for the conversation", inbound.message)
    fresh = parts.conversations.append(tenant_id, head, message, seen)
    request_copy(parts.media, tenant_id, inbound.phone_number_id, message)
    return fresh
