"""Taking in what a number brings along from the WhatsApp Business app: old messages and the phone book.

Old messages wake no bot and wait for nobody; a STOP among them counts, at the time it was said.
"""

from dataclasses import replace

from functions.webhook_ingest.account.give_notice import give_notice
from functions.webhook_ingest.claimed_time import claimed_time
from functions.webhook_ingest.json_input import Json, as_object, identifier, word
from functions.webhook_ingest.media.requests import request_copy
from functions.webhook_ingest.messages.logic.parse import parse
from functions.webhook_ingest.messages.stored_message import HISTORY_MS, Place, message_of, name_of
from functions.webhook_ingest.people.identification import Person
from functions.webhook_ingest.people.logic.identity import Identities
from functions.webhook_ingest.sync.logic.history import BookEntry, NotRead, Old, book_entries, old_messages, progress_of
from functions.webhook_ingest.sync.parts import SyncParts
from shared.clock import EpochMs
from shared.domain.contacts.contact import NEVER_BACK, Contact, was_before
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import time_of
from shared.domain.numbers.number import Number
from shared.errors import InvalidInput, NotFound
from shared.ids import ContactId, PhoneNumberId, TenantId, WabaId
from shared.observability import count
from shared.store.conversations.conversations import Head

Known = dict[Identities, tuple[Person, ContactId]]


def take_history(parts: SyncParts, waba_id: WabaId, value: Json, received_at: EpochMs, now: EpochMs) -> None:
    """Raises InvalidInput for a number that is nobody's."""
    tenant_id, phone_number_id = _number_of(parts, value, now)
    _note_progress(parts, tenant_id, waba_id, phone_number_id, value)
    known: Known = {}
    for found in old_messages(value):
        if isinstance(found, NotRead):
            parts.parking.park("a message of a history without a person or a shape", found.raw)
        else:
            _take_old(parts, tenant_id, phone_number_id, found, known, received_at, now)


def take_phone_book(parts: SyncParts, _waba_id: WabaId, value: Json, received_at: EpochMs, now: EpochMs) -> None:
    """Raises InvalidInput for a number that is nobody's."""
    tenant_id, _ = _number_of(parts, value, now)
    for found in book_entries(value):
        if isinstance(found, NotRead):
            parts.parking.park("an entry of a phone book that is not understood", found.raw)
        else:
            _take_entry(parts, tenant_id, found, received_at, now)


def _number_of(parts: SyncParts, value: Json, now: EpochMs) -> tuple[TenantId, PhoneNumberId]:
    phone_number_id = PhoneNumberId(identifier(as_object(value.get("metadata")), "phone_number_id"))
    tenant_id = parts.owners.tenant_of(phone_number_id, now) if phone_number_id else None
    if tenant_id is None:
        raise InvalidInput("unknown phone number")
    return tenant_id, phone_number_id


def _note_progress(
    parts: SyncParts, tenant_id: TenantId, waba_id: WabaId, phone_number_id: PhoneNumberId, value: Json
) -> None:
    reported = progress_of(value)
    if reported is None:
        return

    def change(number: Number) -> Number:
        declined = number.history_declined or reported.declined
        percent = max(number.history_percent, reported.percent or 0)
        return replace(number, history_declined=declined, history_percent=percent)

    try:
        number = parts.accounts.change_number(tenant_id, phone_number_id, change)
    except NotFound:
        count("NumberWithoutDocument")
        return
    # Meta gives no time, and may tell again; it is told of once for each time the number was connected.
    give_notice(parts.notices, tenant_id, waba_id, "history", value, number.connected_at)


def _take_old(
    parts: SyncParts,
    tenant_id: TenantId,
    phone_number_id: PhoneNumberId,
    old: Old,
    known: Known,
    received_at: EpochMs,
    now: EpochMs,
) -> None:
    raw, parsed = old.message, parse(old.message)
    reported = claimed_time(raw, received_at, HISTORY_MS)
    at = reported or received_at
    if old.who not in known:
        person = parts.people.find(tenant_id, old.who, at)
        # What was said nobody knows when is older than every deletion.
        known[old.who] = person, parts.people.link(tenant_id, person, old.who, at, now, reported or NEVER_BACK)
    person, contact_id = known[old.who]
    # A yes that was said nobody knows when is older than every no.
    if parsed.consent is not None and not old.ours and (reported is not None or parsed.consent == "stop"):
        parts.people.hear(tenant_id, person, parsed.consent, word(raw, "id"), at, now)
    if parsed.too_large:
        parts.parking.park("message body too large for the conversation", raw)
    message = message_of(
        tenant_id,
        phone_number_id,
        contact_id,
        raw,
        parsed,
        Place(at),
        author="whatsapp" if parsed.kind == "system" else "phone_app" if old.ours else "contact",
        status=old.status,
        source="history",
    )
    there = parts.conversations.messages.by_wamid(tenant_id, message.conversation_id, message.wamid)
    if there is not None and there.source == "live":
        return
    if reported is None:
        message = _as_before(parts, tenant_id, message, there, name_of(raw))
    head = _head(message, phone_number_id, contact_id, person, old.who)
    parts.conversations.append(tenant_id, head, message)
    request_copy(parts.media, tenant_id, phone_number_id, message)
    if message.opens_window:
        parts.contacts.note_inbound(tenant_id, contact_id, at)
    count("HistoryTaken")


def _as_before(parts: SyncParts, tenant_id: TenantId, message: Message, there: Message | None, name: str) -> Message:
    """Without a time, where it was put when it came first."""
    known = there.message_id if there is not None else None
    if message.change is not None:
        target = message.change.target
        known = parts.conversations.messages.id_of_change(tenant_id, message.conversation_id, target, name)
    return replace(message, message_id=known, at=time_of(known)) if known is not None else message


def _head(
    message: Message, phone_number_id: PhoneNumberId, contact_id: ContactId, person: Person, who: Identities
) -> Head:
    """What is known of the person: from before, else from what the history says of them."""
    contact = person.contact or Contact(contact_id, username=who.username)
    phone = contact.phone or who.phone
    return Head(message.conversation_id, phone_number_id, contact_id, contact.shown_name, phone)


def _take_entry(parts: SyncParts, tenant_id: TenantId, entry: BookEntry, received_at: EpochMs, now: EpochMs) -> None:
    person = parts.people.find(tenant_id, entry.who)
    at = min(entry.at or received_at, received_at)
    reported_at = at if entry.at else NEVER_BACK
    deleted_at = person.contact.deleted_at if person.contact is not None else EpochMs(0)
    # Nobody is there again because of a name that is taken away, or that was written down before they were deleted or
    # nobody knows when.
    if (not entry.name and (person.contact is None or deleted_at)) or was_before(reported_at, deleted_at):
        count("PhoneBookUnknown")
        return
    # A phone book keeps numbers that people have left: it says nothing of where they are reached now.
    contact_id = parts.people.link(tenant_id, person, entry.who, EpochMs(0), now, reported_at)
    parts.people.note_book_name(tenant_id, person, contact_id, entry.name, at)
    # Also for old news: whoever noted the name may have died before it was shown.
    parts.heads.refresh(tenant_id, contact_id)
    count("PhoneBookTaken")
