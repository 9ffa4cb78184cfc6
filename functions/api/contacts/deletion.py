"""Deleting one contact, and making one of somebody who was deleted."""

from dataclasses import dataclass

from functions.api.contacts.parts import ContactParts
from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import contact_id_for, conversation_id_for, phone_ids
from shared.errors import NotFound, RetryableError
from shared.ids import ContactId, ConversationId, TenantId
from shared.services.same_number import of_same_number

_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is left of `contact`, and the conversations that stay."""

    contact: Contact
    conversations: tuple[ConversationId, ...]


def delete_contact(deps: ContactParts, tenant_id: TenantId, contact_id: ContactId, now: EpochMs) -> Deletion:
    """Harmless to repeat, and done as a whole by repeating what was cut off: what is known of the person goes last,
    with one write. Raises NotFound, and RetryableError when others keep changing the contact.

    Campaigns under way are told first: those that are frozen after that look back for longer than this takes.
    """
    contacts = deps.contacts
    for _ in range(_ATTEMPTS):
        found = contacts.get(tenant_id, contact_id, deleted=True)
        if found is None:
            raise NotFound("there is no such contact")
        if found.deleted_at:
            return Deletion(found, _conversations_of(deps, tenant_id, found))
        _keep_no(deps, tenant_id, found, now)
        # Whoever writes under one of these identities again is this one.
        for one in _identities(tenant_id, found):
            if one != found.contact_id:
                contacts.put_pointer(tenant_id, one, found.contact_id)
        contacts.consent.note_deleted(tenant_id, (found.contact_id, *sorted(found.merged)), now)
        # Nothing happens to who was merged into another meanwhile: then that is who is meant.
        contacts.deletions.apply(tenant_id, found.contact_id, now)
    raise RetryableError("many changes of this contact at the same moment; try again")


def _conversations_of(deps: ContactParts, tenant_id: TenantId, contact: Contact) -> tuple[ConversationId, ...]:
    numbers = [number.phone_number_id for number in deps.accounts.numbers(tenant_id)]
    ids = (contact.contact_id, *sorted(contact.merged))
    possible = [conversation_id_for(tenant_id, number, one) for number in numbers for one in ids]
    return tuple(sorted(head.conversation_id for head in deps.conversations.get_many(tenant_id, possible)))


def keep_no_of_deleted(
    deps: ContactParts, tenant_id: TenantId, contact_id: ContactId, gone: Contact, now: EpochMs
) -> None:
    """Before an identity of somebody who was deleted becomes this contact's: what they said no to holds for it."""
    if gone.opted_out_at is not None:
        _record(deps, tenant_id, contact_id, gone, gone.opted_out_at, now)


def _keep_no(deps: ContactParts, tenant_id: TenantId, found: Contact, now: EpochMs) -> None:
    """Of several contacts with one number, those that stay hear the no of the one that goes."""
    if found.opted_out_at is None:
        return
    for other in of_same_number(deps.contacts, tenant_id, found, respelled=False):
        if other.opted_out_at is None and other.contact_id != found.contact_id:
            _record(deps, tenant_id, other.contact_id, found, found.opted_out_at, now)


def _record(
    deps: ContactParts, tenant_id: TenantId, contact_id: ContactId, said: Contact, at: EpochMs, now: EpochMs
) -> None:
    deps.contacts.consent.record(
        tenant_id,
        contact_id,
        opted_out=True,
        source="same_person",
        at=at,
        event_id=f"{at:013d}-{said.contact_id}",
        now=now,
    )


def _identities(tenant_id: TenantId, contact: Contact) -> list[ContactId]:
    by_phone = phone_ids(tenant_id, contact.phone) if contact.phone else ()
    by_bsuid = (contact_id_for(tenant_id, "bsuid", contact.bsuid),) if contact.bsuid else ()
    return [*by_phone, *by_bsuid]
