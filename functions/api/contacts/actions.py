"""One contact at a time: making, changing, finding, and what they agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from functions.api.contacts.deletion import keep_no_of_deleted
from functions.api.contacts.field_values import CHECKS, check_tags, check_text
from functions.api.contacts.logic.attributes import ATTRIBUTES, checked_attribute
from functions.api.contacts.logic.identity import Identities, changed_names, new_names, one_contact
from functions.api.contacts.models import ContactIn, ContactPatch, Scalar
from functions.api.contacts.parts import ContactParts
from functions.api.http.revisions import check_revision
from shared.clock import EpochMs
from shared.domain.audit.kinds import Kind
from shared.domain.contacts.contact import Contact, ContactField, living_first
from shared.domain.contacts.identity import conversation_id_for, phone_ids
from shared.domain.contacts.phone import normalise_phone
from shared.domain.conversations.conversation import Conversation
from shared.errors import InvalidInput, NotFound, RetryableError
from shared.ids import ContactId, TenantId
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations
from shared.store.engine.audited import note_change
from shared.store.engine.cursor import Page, PageBytes, decode_cursor, encode_cursor

_MOST_LOOKED_AT = 2_000
_LIST = "contacts"


def as_text(value: Scalar) -> str:
    """A JSON value as custom fields store it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def check_fields(values: Mapping[str, Scalar | None], known: Sequence[ContactField]) -> dict[str, str | None]:
    """Checked and normalised; None stays. Raises InvalidInput, which names the field."""
    kinds = {entry.key: entry.kind for entry in known}
    checked: dict[str, str | None] = {}
    for key, value in values.items():
        if key not in kinds:
            raise InvalidInput("there is no such custom field; create it under /v1/fields", field=f"fields.{key}")
        text = None if value is None else as_text(value)
        if not text:
            checked[key] = None
            continue
        try:
            checked[key] = CHECKS.get(kinds[key], check_text)(text)
        except InvalidInput as exc:
            raise InvalidInput(exc.message, field=f"fields.{key}") from exc
    return checked


def check_attributes(values: Mapping[str, str | None]) -> dict[str, str]:
    """As they are stored, without those that are None. Raises InvalidInput, which names the attribute."""
    return {ATTRIBUTES[name].stored: checked_attribute(name, text) for name, text in values.items() if text is not None}


def put_contact(deps: ContactParts, tenant_id: TenantId, new: ContactIn, now: EpochMs) -> tuple[Contact, bool]:
    """(the contact as stored, whether it is new). Blank values leave what is stored; consent is not touched: who was
    deleted is new, and what they said no to holds.

    Raises InvalidInput, Conflict when phone and BSUID belong to two different contacts, and RetryableError when
    somebody else is writing one of them.
    """
    contacts, bsuid = deps.contacts, new.bsuid or ""
    checked = check_fields(new.fields, deps.fields.all(tenant_id))
    given = {key: value for key, value in checked.items() if value is not None}
    attributes = {"bsuid": bsuid, **new_names(new.name, first=new.first_name, last=new.last_name)}
    attributes |= check_attributes({"language": new.language, "time_zone": new.time_zone, "email": new.email})
    if new.phone:
        country = deps.accounts.tenant(tenant_id).country
        attributes["phone"], attributes["region"] = normalise_phone(new.phone, country)
    by_phone = _by_phone(contacts, tenant_id, attributes["phone"]) if new.phone else None
    by_bsuid = contacts.find(tenant_id, "bsuid", bsuid, deleted=True) if bsuid else None
    found = one_contact(by_phone, by_bsuid)
    gone = [one for one in (by_phone, by_bsuid) if one and found and one.contact_id != found.contact_id]
    ids, tags = Identities.of(tenant_id, attributes.get("phone", ""), bsuid), check_tags(new.tags)
    for one in gone:
        keep_no_of_deleted(deps, tenant_id, ids.of_contact(found), one, now)
    contact_id, change, renamed = contacts.upsert(tenant_id, ids.of_contact(found), attributes, given, tags, now)
    for one in gone:
        # What was said of who was deleted since they were read would be lost on this contact.
        if not deps.mergers.merge(tenant_id, contact_id, one, now):
            raise RetryableError("somebody else is writing this contact; try again")
    for alias in ids.beside(contact_id):
        contacts.put_pointer(tenant_id, alias, contact_id)
    if renamed:
        deps.heads.refresh(tenant_id, contact_id)
    stored = need_contact(contacts, tenant_id, contact_id)
    note_contact(tenant_id, None if change == "created" else found, stored)
    return stored, change == "created"


def edit_contact(
    deps: ContactParts, tenant_id: TenantId, contact_id: ContactId, patch: ContactPatch, now: EpochMs
) -> Contact:
    """The contact as it is afterwards. Raises NotFound, InvalidInput and Conflict (`changed_meanwhile`)."""
    before = need_contact(deps.contacts, tenant_id, contact_id)
    attributes = changed_names(before, name=patch.name, first=patch.first_name, last=patch.last_name)
    attributes |= check_attributes({"language": patch.language, "time_zone": patch.time_zone, "email": patch.email})
    changed = deps.contacts.edits.apply(
        tenant_id,
        before.contact_id,
        attributes=attributes,
        fields=check_fields(patch.fields, deps.fields.all(tenant_id)),
        add_tags=check_tags(patch.add_tags),
        remove_tags=check_tags(patch.remove_tags),
        now=now,
        check=lambda revision: check_revision(revision, patch.revision),
    )
    if not changed:
        raise NotFound("there is no such contact")
    after = need_contact(deps.contacts, tenant_id, before.contact_id)
    note_contact(tenant_id, before, after)
    if after.shown_name != before.shown_name:
        deps.heads.refresh(tenant_id, after.contact_id)
    return after


def note_contact(tenant_id: TenantId, before: Contact | None, after: Contact) -> None:
    """Has the audit log name the fields that are otherwise now, by whoever's call in the same moment."""
    former = None if before is None else _fields_of(before)
    note_change(tenant_id, Kind.CONTACT, after.contact_id, before=former, after=_fields_of(after))


def _fields_of(contact: Contact) -> Mapping[str, object]:
    return {one.name: getattr(contact, one.name) for one in fields(contact)}


def _by_phone(contacts: Contacts, tenant_id: TenantId, phone: str) -> Contact | None:
    """Also the one who is still stored under an earlier spelling of this (canonical) number; who was deleted only if
    nobody is there."""
    ids = phone_ids(tenant_id, phone)
    found = contacts.get_many(tenant_id, ids, deleted=True)
    return next(iter(living_first(found[one] for one in ids if one in found)), None)


def need_contact(contacts: Contacts, tenant_id: TenantId, contact_id: ContactId) -> Contact:
    """Raises NotFound."""
    contact = contacts.get(tenant_id, contact_id)
    if contact is None:
        raise NotFound("there is no such contact")
    return contact


def conversations_of(
    accounts: Accounts, conversations: Conversations, tenant_id: TenantId, contact: Contact
) -> list[Conversation]:
    """What each of the tenant's numbers and this person say to each other; 0.5 RRU for each that there could be."""
    ids = (contact.contact_id, *sorted(contact.merged))
    numbers = [number.phone_number_id for number in accounts.numbers(tenant_id)]
    possible = [conversation_id_for(tenant_id, number, contact_id) for number in numbers for contact_id in ids]
    return conversations.get_many(tenant_id, possible)


def list_contacts(
    contacts: Contacts, tenant_id: TenantId, tag: str, since: EpochMs, limit: int, cursor: str | None
) -> Page[Contact]:
    """In order of id. With a tag, or only those that changed since then (0 for all), a page may hold fewer than
    `limit`, even none, and still have a next one: at most 2,000 contacts are looked at for each. An index by change
    would double the writes of every import."""
    position = decode_cursor(_LIST, cursor, id="[0-9a-f]{32}")
    after = position["id"] if position is not None else ""
    found: list[Contact] = []
    room, looked_at = PageBytes(), 0
    while looked_at < _MOST_LOOKED_AT:
        page_size = 500 if tag or since else limit
        batch = contacts.page(tenant_id, after, page_size)
        for contact in batch:
            if (not tag or tag in contact.tags) and max(contact.updated_at, contact.created_at) >= since:
                if not room.takes(_size(contact)):
                    return Page(found, encode_cursor(_LIST, {"id": after}))
                found.append(contact)
            after = contact.contact_id
            if len(found) == limit:
                return Page(found, encode_cursor(_LIST, {"id": after}))
        looked_at += len(batch)
        if len(batch) < page_size:
            return Page(found, None)
    return Page(found, encode_cursor(_LIST, {"id": after}))


def _size(contact: Contact) -> int:
    """About how many bytes of UTF-8 it is in an answer."""
    return 500 + len(f"{contact.name}{contact.tags}{contact.fields}".encode("utf-8", "surrogatepass"))
