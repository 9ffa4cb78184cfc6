"""Finding and linking the contact behind the identities of a webhook, and recording what they consent to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from functions.webhook_ingest.people.logic.identity import Change, Identities
from functions.webhook_ingest.receive.routing import digest
from shared.domain.contacts.consent_words import ConsentWord
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.market import region_of
from shared.domain.contacts.number_plans import canonical_phone
from shared.domain.json_text import LOST, without_lost
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.names import ContactNames
from shared.store.contacts.reach import ContactReach


@dataclass(frozen=True, slots=True)
class Person:
    """`contact` is None for somebody new, whose id will be `contact_id`; `by_key` is what each identity led to.

    `others` are contacts that turned out to be the same person: they share every no, and are merged into this one.
    """

    contact_id: str
    contact: Contact | None
    others: tuple[Contact, ...]
    by_key: Mapping[str, Contact | None]

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.contact_id, *(other.contact_id for other in self.others))


class People:
    """`reunite` is called with (tenant id, contact that goes, contact that stays) before two are merged."""

    def __init__(
        self, contacts: Contacts, names: ContactNames, reach: ContactReach, reunite: Callable[[str, str, str], None]
    ) -> None:
        self._contacts = contacts
        self._names = names
        self._reach = reach
        self._reunite = reunite

    def find(self, tenant_id: str, who: Identities, at: int | None = None) -> Person:
        """Read only. When phone and BSUID lead to two contacts, the phone's is the person. `at` is when these
        identities were theirs (epoch ms), None for now: a number belongs to whoever had it then."""
        keys = who.keys(tenant_id)
        known = self._contacts.get_many(tenant_id, keys)
        by_key: dict[str, Contact | None] = {}
        for key, (kind, value) in keys.items():
            found = known.get(key)
            if kind == "phone" and found is not None and _moved_away(found, value, who, at):
                continue
            by_key[key] = found
        distinct = list({found.contact_id: found for found in by_key.values() if found is not None}.values())
        first = distinct[0] if distinct else None
        new_id = next((key for key in by_key), next(iter(keys)))
        return Person(first.contact_id if first else new_id, first, tuple(distinct[1:]), by_key)

    def record_consent(
        self, tenant_id: str, person: Person, *, opted_out: bool, source: str, at: int, event_id: str, now: int
    ) -> None:
        """For every contact this person is: whichever a campaign knows them by, the no holds."""
        for contact_id in person.ids:
            self._contacts.consent.record(
                tenant_id, contact_id, opted_out=opted_out, source=source, at=at, event_id=event_id, now=now
            )

    def hear(self, tenant_id: str, person: Person, said: ConsentWord, wamid: str, at: int, now: int) -> None:
        """Record the word that a message (`wamid`) of this time said, in place of all else or on a button."""
        event_id = f"{at:013d}-{digest(wamid)[:24]}"
        self.record_consent(
            tenant_id, person, opted_out=said == "stop", source="keyword", at=at, event_id=event_id, now=now
        )

    def link(self, tenant_id: str, person: Person, who: Identities, at: int, now: int) -> str:
        """Create or complete the contact, let free identities lead to it; returns the contact id.

        `at` is when these identities were theirs (epoch ms): those from before the person changed their number lead to
        the contact, and say no more where it is reached.
        """
        attributes = _missing(person, who, at)
        contact_id = person.contact_id
        if attributes or person.contact is None:
            contact_id, _ = self._contacts.upsert(tenant_id, contact_id, attributes, {}, frozenset(), now)
        for key, found in person.by_key.items():
            if found is None and key != contact_id:
                self._contacts.put_pointer(tenant_id, key, contact_id)
        self._share_no(tenant_id, person, now)
        self.unite(tenant_id, contact_id, person.others, now)
        return contact_id

    def unite(self, tenant_id: str, contact_id: str, others: Iterable[Contact], now: int) -> None:
        """Merge these contacts, who are the same person, into that one."""
        for other in others:
            # Read again, because sharing the no has just changed it; what changes meanwhile is merged next time.
            current = self._contacts.get(tenant_id, other.contact_id)
            if current is not None and current.contact_id != contact_id:
                # Before it is a pointer: nobody would find out later that this was still to be done.
                self._reunite(tenant_id, current.contact_id, contact_id)
                self._contacts.merge(tenant_id, contact_id, current, now)

    def note_names(self, tenant_id: str, person: Person, contact_id: str, who: Identities, at: int) -> str:
        """Keep how the person called themselves at that time; returns what they are called from now on.

        Costs nothing for names that are known. A name of which characters were lost on the way takes the place of none.
        """
        known = person.contact or Contact("")
        username, name = known.username, without_lost(who.name)
        told = name if name == who.name or not known.profile_name else ""
        if (
            who.username not in ("", username)
            and LOST not in who.username
            and self._names.set_username(tenant_id, contact_id, who.username, at)
        ):
            username = who.username
        own = known.name if known.name != known.profile_name else ""
        profile = known.profile_name
        if told and told != profile and self._names.set_profile_name(tenant_id, contact_id, told, at):
            profile = told
        return replace(known, name=own or profile or name, username=username).shown_name

    def note_book_name(self, tenant_id: str, person: Person, contact_id: str, name: str, at: int) -> None:
        """What the tenant's phone book calls this person; blank once it does not any more. One of which characters were
        lost on the way takes the place of none."""
        if LOST in name and person.contact is not None and person.contact.name:
            return
        self._names.set_book_name(tenant_id, contact_id, without_lost(name), at)

    def move(self, tenant_id: str, change: Change, at: int, now: int) -> str:
        """A changed number or user id: the contact known by the old one takes the new one; returns its id. `at` is when
        Meta said so (epoch ms): of several changes the latest stands, in any order."""
        old, new = self.find(tenant_id, change.old, at), self.find(tenant_id, change.new, at)
        keeper = old if old.contact is not None else new
        same = [person.contact for person in (old, new) if person.contact is not None] + [*old.others, *new.others]
        others = tuple({c.contact_id: c for c in same if c.contact_id != keeper.contact_id}.values())
        person = Person(keeper.contact_id, keeper.contact, others, {**old.by_key, **new.by_key})
        contact_id = self.link(tenant_id, person, change.new, at, now)
        # Whatever the contacts that were merged carried: from now on this is where the person is reached.
        phone, bsuid = change.new.phone, change.new.bsuid
        latest = max(same, key=lambda contact: contact.moved_at, default=None)
        if latest is not None and latest.moved_at > at:
            phone, bsuid, at = latest.phone or "", latest.bsuid or "", latest.moved_at
        region = region_of(phone) if phone else ""
        self._reach.set(tenant_id, contact_id, phone=phone, region=region, bsuid=bsuid, at=at, now=now)
        return contact_id

    def _share_no(self, tenant_id: str, person: Person, now: int) -> None:
        """Contacts of one person: a no said as one of them counts for all; a newer yes is not overwritten."""
        known = [c for c in (person.contact, *person.others) if c is not None]
        for said in known:
            for heard in known:
                if said.opted_out_at is not None and heard.opted_out_at is None:
                    self._contacts.consent.record(
                        tenant_id,
                        heard.contact_id,
                        opted_out=True,
                        source="same_person",
                        at=said.opted_out_at,
                        event_id=f"{said.opted_out_at:013d}-{said.contact_id}",
                        now=now,
                    )


def _moved_away(contact: Contact, phone: str, who: Identities, at: int | None) -> bool:
    """Whether the number was this contact's once and belongs to somebody else at that time, who writes from it."""
    if at is not None and at <= contact.moved_at:
        return False
    has_other_phone = contact.phone is not None and canonical_phone(contact.phone) != canonical_phone(phone)
    return has_other_phone and bool(contact.bsuid and who.bsuid and contact.bsuid != who.bsuid)


def _missing(person: Person, who: Identities, at: int) -> dict[str, str]:
    """Attributes to set. The name a tenant gave is kept; a phone in an earlier spelling becomes the canonical one.

    What another contact of this person carries stays there: one phone and one BSUID are in one contact only, so that
    an audience does not hold them twice.
    """
    known = person.contact or Contact("")
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
