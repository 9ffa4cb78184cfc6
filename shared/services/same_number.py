"""Who is stored under the same phone number as a contact, apart from it.

Since numbers have a canonical form, nobody new is. Who was stored before may stand under an old spelling beside a
contact under the canonical one, until the tenant's contacts were gone through (`respell_phones`, which notes with the
tenant the version of the table). Until then both are looked at wherever a no must hold: 1 RRU a spelling, only for
numbers that have several. Afterwards, and for tenants that began with this table, that costs nothing: what stays apart
then leads from the old one to the canonical one.
"""

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import contact_id_for, phone_ids
from shared.domain.contacts.number_plans import VERSION, canonical_phone
from shared.ids import ContactId, TenantId
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts


def is_respelled(accounts: Accounts, tenant_id: TenantId) -> bool:
    """Whether all contacts are stored under the canonical form of today's table. 1 RRU. Raises NotFound."""
    return accounts.tenant(tenant_id).number_plans == VERSION


def of_same_number(contacts: Contacts, tenant_id: TenantId, contact: Contact, *, respelled: bool) -> Sequence[Contact]:
    """Everybody with the contact's number, themselves and who was deleted included, in the order of spellings;
    nobody when no read is needed to know that there is nobody else."""
    phone = canonical_phone(contact.phone or "")
    if respelled:
        ids: Sequence[ContactId] = (contact_id_for(tenant_id, "phone", phone),) if phone else ()
    else:
        ids = phone_ids(tenant_id, contact.phone or "")
    if all(one == contact.contact_id for one in ids):
        return ()
    known = contacts.get_many(tenant_id, ids, deleted=True)
    found = {known[one].contact_id: known[one] for one in ids if one in known}
    # Who was deleted has no number any more, and is who this one leads to all the same.
    same = {
        one: other for one, other in found.items() if other.deleted_at or canonical_phone(other.phone or "") == phone
    }
    return tuple(({**same, contact.contact_id: contact} if contact.contact_id not in same else same).values())


def with_no_of_others(accounts: Accounts, contacts: Contacts, tenant_id: TenantId, contact: Contact) -> Contact:
    """The contact with the latest no that was said under any spelling of the number. For one message to one person;
    1 RRU where the number has several, 1 more for each in a tenant whose contacts were not gone through."""
    if len(phone_ids(tenant_id, contact.phone or "")) < 2 or is_respelled(accounts, tenant_id):
        return contact
    people = of_same_number(contacts, tenant_id, contact, respelled=False)
    noes = [one.opted_out_at for one in (contact, *people) if one.opted_out_at is not None]
    return replace(contact, opted_out_at=max(noes)) if noes else contact
