"""Taking in one inbound message: consent, conversation, bots, campaign reply, in this order.

Everything here may run twice for the same message: ids follow from Meta's id and time, and each write is made so that
repeating it changes nothing.
"""

from functions.webhook_ingest.bootstrap import Deps
from functions.webhook_ingest.json_input import word
from functions.webhook_ingest.media.requests import request_copy
from functions.webhook_ingest.messages.logic.parse import Parsed, parse
from functions.webhook_ingest.messages.stored_message import Place, latest_of, message_of, moment_of, time_of
from functions.webhook_ingest.people.logic.identity import Identities, addressee_of, change_of, sender_of
from functions.webhook_ingest.people.people import Person
from functions.webhook_ingest.receive.oversize import whole_message
from shared.domain.contacts.identity import conversation_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import is_wamid
from shared.errors import InvalidInput
from shared.observability import count
from shared.queue_messages import BotTurn, InboundMessage
from shared.store.conversations.conversations import Head


def take_message(at_hand: Deps, inbound: InboundMessage, now: int) -> None:
    """Raises InvalidInput for what cannot be routed: an unknown number, a group, nobody as the other side."""
    inbound = whole_message(inbound, at_hand.parking)
    tenant_id = at_hand.owners.tenant_of(inbound.phone_number_id, now)
    if tenant_id is None:
        raise InvalidInput("unknown phone number")
    if word(inbound.message, "group_id"):
        raise InvalidInput("a message of a group")
    if inbound.echo:
        _take_echo(at_hand, tenant_id, inbound, now)
        return
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


def _take_echo(at_hand: Deps, tenant_id: str, inbound: InboundMessage, now: int) -> None:
    """What the business wrote with the WhatsApp Business app: shown, and of no effect on window, consent and bots."""
    who = addressee_of(inbound.message, inbound.contact)
    if not who:
        raise InvalidInput("an echo without an addressee")
    raw, parsed = inbound.message, parse(inbound.message)
    person = at_hand.people.find(tenant_id, who)
    contact_id = at_hand.people.link(tenant_id, person, who, now)
    at = time_of(raw, inbound.received_at)
    place = Place(at)
    message = message_of(tenant_id, inbound.phone_number_id, contact_id, raw, parsed, place, ours=True, status="sent")
    name = at_hand.people.note_names(tenant_id, person, contact_id, who, at)
    _store(at_hand, tenant_id, inbound, parsed, message, _head(message, inbound, person, who, contact_id, name))
    count("EchoTaken")


def _take_words(at_hand: Deps, tenant_id: str, inbound: InboundMessage, who: Identities, now: int) -> None:
    at = time_of(inbound.message, inbound.received_at)
    parsed = parse(inbound.message)
    person = at_hand.people.find(tenant_id, who)
    # Before anything that can fail: a no must hold even if the rest has to be tried again.
    if parsed.consent is not None:
        at_hand.people.hear(tenant_id, person, parsed.consent, word(inbound.message, "id"), at, now)
        count("OptOut" if parsed.consent == "stop" else "OptIn")
    contact_id = at_hand.people.link(tenant_id, person, who, now)
    name = at_hand.people.note_names(tenant_id, person, contact_id, who, at)
    message = message_of(
        tenant_id,
        inbound.phone_number_id,
        contact_id,
        inbound.message,
        parsed,
        _place(at_hand, tenant_id, inbound, parsed, contact_id, at),
    )
    head = _head(message, inbound, person, who, contact_id, name)
    fresh = _store(at_hand, tenant_id, inbound, parsed, message, head)
    at_hand.contacts.note_inbound(tenant_id, contact_id, at)
    if parsed.answerable and parsed.consent != "stop":
        turn = BotTurn(tenant_id, inbound.phone_number_id, contact_id, message.conversation_id, message.message_id)
        at_hand.bots.send(turn, group=message.conversation_id, dedupe=message.message_id)
    ids = tuple(dict.fromkeys((contact_id, *person.ids)))
    at_hand.replies.mark(tenant_id, inbound.phone_number_id, ids, at, now)
    count("InboundTaken" if fresh else "InboundRepeated")


def _place(at_hand: Deps, tenant_id: str, inbound: InboundMessage, parsed: Parsed, contact_id: str, at: int) -> Place:
    """Where in its conversation a message stands: what Meta tells again, later, keeps the place it has."""
    wamid = word(inbound.message, "id")
    if parsed.change is not None or not is_wamid(wamid):
        return Place(latest_of(at))
    conversation_id = conversation_id_for(tenant_id, inbound.phone_number_id, contact_id)
    known = at_hand.conversations.messages.id_of(tenant_id, conversation_id, wamid)
    if known is not None:
        return Place(int(known[:13]), known)
    return Place(moment_of(at, inbound.received_at), after=inbound.received_at - at)


def _head(
    message: Message, inbound: InboundMessage, person: Person, who: Identities, contact_id: str, name: str
) -> Head:
    phone = (person.contact.phone if person.contact is not None else "") or who.phone
    return Head(message.conversation_id, inbound.phone_number_id, contact_id, name, phone)


def _store(
    at_hand: Deps, tenant_id: str, inbound: InboundMessage, parsed: Parsed, message: Message, head: Head
) -> bool:
    """Whether it is new."""
    if parsed.too_large:
        at_hand.parking.park("message body too large for the conversation", inbound.message)
    fresh = at_hand.conversations.append(tenant_id, head, message)
    request_copy(at_hand.media, tenant_id, inbound.phone_number_id, message)
    return fresh
