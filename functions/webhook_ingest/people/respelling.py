"""Bringing stored contacts to the canonical form of their number: once after an upgrade that brings a new rule.

Every change is such that doing it again changes nothing, so a part that is cut off, or delivered twice, is done again.
"""

from collections.abc import Callable

from functions.webhook_ingest.people.logic.respelling import Respelling, respelling_of
from functions.webhook_ingest.people.people import People
from shared.clock import EpochMs
from shared.domain.contacts.contact import NEVER_BACK, Contact
from shared.domain.contacts.identity import phone_ids
from shared.domain.contacts.market import region_of
from shared.errors import RetryableError
from shared.ids import TenantId
from shared.observability import count
from shared.store.contacts.contacts import Contacts

RESPELL = "respell_phones"


def respell_shard(
    contacts: Contacts,
    people: People,
    tenant_id: TenantId,
    shard: int,
    after: str,
    now: EpochMs,
    stop: Callable[[], bool],
) -> str | None:
    """Go through a shard's contacts after this id; the last one looked at if `stop` said so, None at the end.

    Costs what reading the shard does, and some 10 WRU for each contact that is stored under an old form.
    """
    for contact in contacts.scan_shard(tenant_id, shard, after):
        respell(contacts, people, tenant_id, contact, now)
        if stop():
            return contact.contact_id
    return None


def respell(contacts: Contacts, people: People, tenant_id: TenantId, contact: Contact, now: EpochMs) -> None:
    """Let every spelling of the number lead to one contact, who is reached under the canonical one.

    `contact` is as it was when its shard was read, which may be a while ago: whoever was deleted, merged or reached
    under another number since is left as they are. Raises RetryableError when somebody keeps changing meanwhile.
    """
    ids = phone_ids(tenant_id, contact.phone or "")
    if len(ids) < 2:
        return
    known = contacts.get_many(tenant_id, {*ids, contact.contact_id}, deleted=True)
    current = known.get(contact.contact_id)
    if current is None or current.phone != contact.phone:
        return
    found = respelling_of(current, ids, known)
    if found is None:
        return
    kept_id = found.kept.contact_id
    reached = {"phone": found.phone, "region": region_of(found.phone)}
    contacts.upsert(tenant_id, kept_id, reached, {}, frozenset(), now, NEVER_BACK)
    for one in ids:
        contacts.put_pointer(tenant_id, one, kept_id)
    _keep_no(contacts, tenant_id, found, now)
    if not people.unite(tenant_id, kept_id, found.merged, now):
        raise RetryableError("a contact changed while it was merged; the part of the contacts is gone through again")
    count("PhoneRespelled")


def _keep_no(contacts: Contacts, tenant_id: TenantId, found: Respelling, now: EpochMs) -> None:
    """A no on either holds, also against a later yes on the other: they were two by our mistake."""
    if found.opted_out_at is None:
        return
    for contact in (found.kept, *found.merged):
        if contact.opted_out_at is None:
            said = contacts.consent.events(tenant_id, contact.contact_id)
            at = max([found.opted_out_at, *(event.at for event in said)])
            contacts.consent.record(
                tenant_id,
                contact.contact_id,
                opted_out=True,
                source="same_person",
                at=at,
                event_id=f"{at:013d}-respelled",
                now=now,
            )
