"""Finding the contact behind the identities of a webhook, adding whom nobody knows yet, and recording their consent."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.people.logic.identity import Identities
from functions.webhook_ingest.people.logic.preference import Preference
from functions.webhook_ingest.receive.routing import digest
from shared.clock import EpochMs
from shared.domain.contacts.consent_words import ConsentWord
from shared.domain.contacts.contact import Contact, living_first, was_before
from shared.domain.contacts.market import region_of
from shared.domain.contacts.number_plans import canonical_phone
from shared.domain.json_text import without_lost
from shared.ids import ContactId, TenantId, WabaId
from shared.store.contacts.contacts import Contacts


@dataclass(frozen=True, slots=True)
class Person:
    """`contact` is None for somebody new, whose id will be `contact_id`; `by_key` is what each identity led to.

    `others` are contacts that turned out to be the same person: they share every no, and are merged into this one. Any
    of them may have been deleted: who writes again is there again, and their no holds.
    """

    contact_id: ContactId
    contact: Contact | None
    others: tuple[Contact, ...]
    by_key: Mapping[ContactId, Contact | None]

    @property
    def ids(self) -> tuple[ContactId, ...]:
        return (self.contact_id, *(other.contact_id for other in self.others))


class Identification:
    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def find(self, tenant_id: TenantId, who: Identities, at: EpochMs | None = None) -> Person:
        """Read only. When phone and BSUID lead to two contacts, the phone's is the person. `at` is when these
        identities were theirs (epoch ms), None for now: a number belongs to whoever had it then."""
        known = self._contacts.get_many(tenant_id, who.keys(tenant_id), deleted=True)
        return person_among(known, tenant_id, who, at)

    def hear(
        self, tenant_id: TenantId, person: Person, said: ConsentWord, wamid: str, at: EpochMs, now: EpochMs
    ) -> bool:
        """Record the word that a message (`wamid`) of this time said, in place of all else or on a button. Whether that
        is news: the same message is heard twice, on the path of consent and on that of everything else."""
        event_id = f"{at:013d}-{digest(wamid or said)[:24]}"
        return self._record(tenant_id, person, said == "stop", "keyword", at=at, event_id=event_id, now=now)

    def choose(
        self, tenant_id: TenantId, person: Person, chosen: Preference, waba_id: WabaId, at: EpochMs, now: EpochMs
    ) -> bool:
        """Record what a person chose in WhatsApp's own control at this time. Whether that is news, as in `hear`."""
        event_id = f"{at:013d}-{digest(f'{waba_id}{chosen}')[:24]}"
        return self._record(
            tenant_id, person, chosen.opted_out, "whatsapp_preferences", at=at, event_id=event_id, now=now
        )

    def introduce(
        self,
        tenant_id: TenantId,
        person: Person,
        who: Identities,
        at: EpochMs,
        now: EpochMs,
        reported_at: EpochMs | None = None,
    ) -> ContactId:
        """Create or complete the contact, let free identities lead to it; returns the contact id.

        `at` is when these identities were theirs (epoch ms): those from before the person changed their number lead to
        the contact, and say no more where it is reached. What was reported before the contact was deleted, and comes
        late or again, leaves it deleted; `reported_at` is left out where that was at `at`, and NEVER_BACK for what no
        person did.
        """
        reported_at = at if reported_at is None else reported_at
        attributes = missing_attributes(person, who, at)
        contact_id = person.contact_id
        deleted_at = person.contact.deleted_at if person.contact is not None else EpochMs(0)
        if not was_before(reported_at, deleted_at) and (attributes or person.contact is None or deleted_at):
            none = frozenset[str]()
            contact_id = self._contacts.upsert(tenant_id, contact_id, attributes, {}, none, now, reported_at).contact_id
        self._lead(tenant_id, person, contact_id)
        return contact_id

    def _lead(self, tenant_id: TenantId, person: Person, contact_id: ContactId) -> None:
        """Let the person's free identities lead to this contact."""
        for key, found in person.by_key.items():
            if found is None and key != contact_id:
                self._contacts.put_pointer(tenant_id, key, contact_id)

    def _record(
        self,
        tenant_id: TenantId,
        person: Person,
        opted_out: bool,
        source: str,
        *,
        at: EpochMs,
        event_id: str,
        now: EpochMs,
    ) -> bool:
        """For every contact this person is: whichever a campaign knows them by, the no holds."""
        consent, news = self._contacts.consent, False
        for contact_id in person.ids:
            if not consent.is_recorded(tenant_id, contact_id, event_id):
                consent.record(
                    tenant_id, contact_id, opted_out=opted_out, source=source, at=at, event_id=event_id, now=now
                )
                news = True
        return news


def person_among(
    known: Mapping[ContactId, Contact], tenant_id: TenantId, who: Identities, at: EpochMs | None
) -> Person:
    """Who somebody is, from the contacts to whom their identities lead; see `find`."""
    keys = who.keys(tenant_id)
    by_key: dict[ContactId, Contact | None] = {}
    for key, (kind, value) in keys.items():
        found = known.get(key)
        if kind == "phone" and found is not None and _moved_away(found, value, who, at):
            continue
        by_key[key] = found
    # What is left of somebody who was deleted goes into who is there.
    distinct = living_first({found.contact_id: found for found in by_key.values() if found is not None}.values())
    first = distinct[0] if distinct else None
    new_id = next((key for key in by_key), next(iter(keys)))
    return Person(first.contact_id if first else new_id, first, tuple(distinct[1:]), by_key)


def _moved_away(contact: Contact, phone: str, who: Identities, at: EpochMs | None) -> bool:
    """Whether the number was this contact's once and belongs to somebody else at that time, who writes from it."""
    if at is not None and at <= contact.moved_at:
        return False
    has_other_phone = contact.phone is not None and canonical_phone(contact.phone) != canonical_phone(phone)
    return has_other_phone and bool(contact.bsuid and who.bsuid and contact.bsuid != who.bsuid)


def missing_attributes(person: Person, who: Identities, at: EpochMs) -> dict[str, str]:
    """Attributes to set. The name a tenant gave is kept; a phone in an earlier spelling becomes the canonical one.

    What another contact of this person carries stays there: one phone and one BSUID are in one contact only, so that
    an audience does not hold them twice.
    """
    known = person.contact or Contact(person.contact_id)
    elsewhere = {canonical_phone(other.phone or "") for other in person.others}
    attributes: dict[str, str] = {}
    if at < known.moved_at:
        return attributes
    respelled = canonical_phone(known.phone or "") == who.phone
    if who.phone and who.phone != known.phone and (respelled or who.phone not in elsewhere):
        attributes["phone"], attributes["region"] = who.phone, region_of(who.phone)
    if who.bsuid and who.bsuid not in {contact.bsuid for contact in (known, *person.others)}:
        attributes["bsuid"] = who.bsuid
    if who.name and person.contact is None:
        attributes["profile"] = without_lost(who.name)
    return attributes
