"""Linking the identities of a webhook to one contact: merging, names, changed numbers."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from functions.webhook_ingest.people.identification import Identification, Person, missing_attributes
from functions.webhook_ingest.people.logic.identity import Change, Identities
from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.market import region_of
from shared.domain.contacts.number_plans import canonical_phone
from shared.domain.json_text import LOST, without_lost
from shared.ids import ContactId, TenantId
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.mergers import Mergers
from shared.store.contacts.names import ContactNames
from shared.store.contacts.reach import ContactReach
from shared.store.contacts.senders import Sender, Senders


class People(Identification):
    """`reunite` is called with (tenant id, contact that goes, contact that stays) before two are merged."""

    def __init__(
        self,
        contacts: Contacts,
        mergers: Mergers,
        names: ContactNames,
        reach: ContactReach,
        senders: Senders,
        reunite: Callable[[TenantId, ContactId, ContactId], None],
    ) -> None:
        super().__init__(contacts)
        self._mergers = mergers
        self._names = names
        self._reach = reach
        self._senders = senders
        self._reunite = reunite

    def link(
        self,
        tenant_id: TenantId,
        person: Person,
        who: Identities,
        at: EpochMs,
        now: EpochMs,
        reported_at: EpochMs | None = None,
    ) -> ContactId:
        """`introduce` the person, and merge the contacts that they turned out to be; returns the contact id."""
        contact_id = self.introduce(tenant_id, person, who, at, now, reported_at)
        self.share_no(tenant_id, person, now)
        self.unite(tenant_id, contact_id, person.others, now)
        return contact_id

    def meet(
        self, tenant_id: TenantId, person: Person, who: Identities, at: EpochMs, now: EpochMs
    ) -> tuple[ContactId, str]:
        """`link`, `note_names`, and that they wrote at `at`: (contact id, what they are called).

        One write for the contact, unless several contacts are this person or somebody else writes theirs meanwhile.
        """
        known = person.contact or Contact(person.contact_id)
        username, profile = _new_names(known, who)
        sender = Sender(at, missing_attributes(person, who, at), profile, username)
        if not person.others and (
            self._senders.add(tenant_id, known.contact_id, sender, now)
            if person.contact is None
            else self._senders.update(tenant_id, known, sender, now)
        ):
            self._lead(tenant_id, person, known.contact_id)
            return known.contact_id, _called(known, who, username, profile)
        contact_id = self.link(tenant_id, person, who, at, now)
        name = self.note_names(tenant_id, person, contact_id, who, at)
        self._contacts.note_inbound(tenant_id, contact_id, at)
        return contact_id, name

    def unite(self, tenant_id: TenantId, contact_id: ContactId, others: Iterable[Contact], now: EpochMs) -> bool:
        """Merge these contacts, who are the same person, into that one. Whether none is left that changed meanwhile.
        Raises RetryableError when the database was too busy for it."""
        done = True
        for other in others:
            # Read again, because sharing the no has just changed it; what changes meanwhile is merged next time.
            current = self._contacts.get(tenant_id, other.contact_id, deleted=True)
            if current is not None and current.contact_id != contact_id:
                # Before it is a pointer: nobody would find out later that this was still to be done.
                self._reunite(tenant_id, current.contact_id, contact_id)
                done &= self._mergers.merge(tenant_id, contact_id, current, now)
        return done

    def note_names(
        self, tenant_id: TenantId, person: Person, contact_id: ContactId, who: Identities, at: EpochMs
    ) -> str:
        """Keep how the person called themselves at that time; returns what they are called from now on.

        Costs nothing for names that are known. A name of which characters were lost on the way takes the place of none.
        """
        known = person.contact or Contact(contact_id)
        username, profile = _new_names(known, who)
        if username and not self._names.set_username(tenant_id, contact_id, username, at):
            username = ""
        if profile and not self._names.set_profile_name(tenant_id, contact_id, profile, at):
            profile = ""
        return _called(known, who, username, profile)

    def note_book_name(
        self, tenant_id: TenantId, person: Person, contact_id: ContactId, name: str, at: EpochMs
    ) -> None:
        """What the tenant's phone book calls this person; blank once it does not any more. One of which characters were
        lost on the way takes the place of none."""
        if LOST in name and person.contact is not None and person.contact.name:
            return
        self._names.set_book_name(tenant_id, contact_id, without_lost(name), at)

    def move(self, tenant_id: TenantId, change: Change, at: EpochMs, now: EpochMs) -> ContactId:
        """A changed number or user id: the contact known by the old one takes the new one; returns its id. `at` is when
        Meta said so (epoch ms): of several changes the latest stands, in any order."""
        old, new = self.find(tenant_id, change.old, at), self.find(tenant_id, change.new, at)
        # Whoever is there stays: what is left of somebody who was deleted goes into them.
        known = [one for one in (old, new) if one.contact is not None]
        keeper = min(known, key=lambda one: bool(one.contact and one.contact.deleted_at), default=new)
        same = [person.contact for person in (old, new) if person.contact is not None] + [*old.others, *new.others]
        others = tuple({c.contact_id: c for c in same if c.contact_id != keeper.contact_id}.values())
        person = Person(keeper.contact_id, keeper.contact, others, {**old.by_key, **new.by_key})
        contact_id = self.link(tenant_id, person, change.new, at, now)
        # Whatever the contacts that were merged carried: from now on this is where the person is reached.
        phone, bsuid = change.new.phone, change.new.bsuid
        latest = max(same, key=lambda contact: contact.moved_at, default=None)
        if latest is not None and latest.moved_at > at:
            phone, bsuid, at = canonical_phone(latest.phone or ""), latest.bsuid or "", latest.moved_at
        region = region_of(phone) if phone else ""
        self._reach.set(tenant_id, contact_id, phone=phone, region=region, bsuid=bsuid, at=at, now=now)
        return contact_id

    def share_no(self, tenant_id: TenantId, person: Person, now: EpochMs) -> None:
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


def _new_names(known: Contact, who: Identities) -> tuple[str, str]:
    """(username, profile name) as they are shown now, each blank where that is no news."""
    username = who.username if who.username != known.username and LOST not in who.username else ""
    name = without_lost(who.name)
    heard = name if name == who.name or not known.profile_name else ""
    return username, heard if heard != known.profile_name else ""


def _called(known: Contact, who: Identities, username: str, profile: str) -> str:
    """What they are called once these names, blank for no news, are theirs."""
    own = known.name if known.name != known.profile_name else ""
    name = own or profile or known.profile_name or without_lost(who.name)
    return replace(known, name=name, username=username or known.username).shown_name
