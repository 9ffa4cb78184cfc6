"""Webhooks about people whom the tenant has deleted."""

from functions.webhook_ingest.people.identification import Identification
from functions.webhook_ingest.people.logic.identity import Identities
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.identity import contact_id_for
from shared.ids import ContactId
from shared.store.contacts.contacts import Contacts
from shared.store.engine.database import Database
from tests.support.webhook_place import BSUID, NOW_S, PHONE, WebhookPlace, said


def now_s() -> int:
    """By now, which is after what was deleted a moment ago."""
    return epoch_ms() // 1000


def ids(place: WebhookPlace) -> tuple[ContactId, ContactId]:
    tenant = place.tenant_id
    return contact_id_for(tenant, "phone", f"+{PHONE}"), contact_id_for(tenant, "bsuid", BSUID)


def test_who_said_no_and_was_deleted_is_there_again_when_they_write_and_the_no_holds(
    place: WebhookPlace, database: Database
) -> None:
    contacts = Contacts(database)
    both = [{"wa_id": PHONE, "user_id": BSUID, "profile": {"name": "Ana Souza"}}]
    place.say(said("wamid.1", "STOP", NOW_S - 60), contacts=both)
    before = place.person(f"+{PHONE}")
    assert before.opted_out_at is not None
    assert contacts.deletions.apply(place.tenant_id, before.contact_id, epoch_ms())
    place.say(said("wamid.2", "hello", now_s()), contacts=both)
    after = place.person(f"+{PHONE}")
    assert (after.contact_id, after.name, after.opted_out_at) == (before.contact_id, "Ana Souza", before.opted_out_at)
    assert (after.bsuid, after.phone, after.deleted_at) == (BSUID, f"+{PHONE}", 0)
    head, listed = place.talk(f"+{PHONE}")
    assert [message.text for message in listed] == ["STOP", "hello"]
    assert head.contact_name == "Ana Souza"


def test_a_no_of_who_was_deleted_reaches_who_they_are_under_their_user_id(
    place: WebhookPlace, database: Database
) -> None:
    contacts, (by_phone, by_user_id) = Contacts(database), ids(place)
    contacts.upsert(place.tenant_id, by_phone, {"phone": f"+{PHONE}"}, {}, frozenset(), EpochMs(1))
    at = EpochMs((NOW_S - 60) * 1000)
    contacts.consent.record(
        place.tenant_id, by_phone, opted_out=True, source="keyword", at=at, event_id="e", now=epoch_ms()
    )
    assert contacts.deletions.apply(place.tenant_id, by_phone, epoch_ms())
    contacts.upsert(place.tenant_id, by_user_id, {"bsuid": BSUID, "name": "Ana"}, {}, frozenset({"vip"}), EpochMs(2))
    place.say(said("wamid.1", "hello", now_s()), contacts=[{"wa_id": PHONE, "user_id": BSUID}])
    person = place.person(f"+{PHONE}")
    assert (person.contact_id, person.name, person.tags) == (by_user_id, "Ana", frozenset({"vip"}))
    assert (person.phone, person.opted_out_at) == (f"+{PHONE}", at)
    assert contacts.get(place.tenant_id, by_phone) == person


def test_what_is_from_before_the_deletion_and_comes_late_or_again_brings_nobody_back(
    place: WebhookPlace, database: Database
) -> None:
    contacts = Contacts(database)
    first = said("wamid.1", "hello", NOW_S - 60)
    place.say(first)
    contact_id = place.person(f"+{PHONE}").contact_id
    assert contacts.deletions.apply(place.tenant_id, contact_id, epoch_ms())
    place.say(first)
    place.say(said("wamid.2", "are you there?", NOW_S - 50))
    assert contacts.find(place.tenant_id, "phone", f"+{PHONE}") is None
    place.say(said("wamid.3", "STOP", NOW_S - 40))
    left = contacts.get(place.tenant_id, contact_id, deleted=True)
    assert left is not None
    assert (left.opted_out_at, left.phone, left.deleted_at > 0) == ((NOW_S - 40) * 1000, None, True)
    place.say(said("wamid.4", "hello again", now_s()))
    assert place.person(f"+{PHONE}").contact_id == contact_id


def test_a_new_number_of_who_was_deleted_is_learned_by_who_is_there_under_it(
    place: WebhookPlace, database: Database
) -> None:
    contacts, there = Contacts(database), "+12195555358"
    old, new = (contact_id_for(place.tenant_id, "phone", phone) for phone in (f"+{PHONE}", there))
    contacts.upsert(place.tenant_id, old, {"phone": f"+{PHONE}"}, {}, frozenset(), EpochMs(1))
    at = EpochMs((NOW_S - 60) * 1000)
    contacts.consent.record(place.tenant_id, old, opted_out=True, source="keyword", at=at, event_id="e", now=at)
    assert contacts.deletions.apply(place.tenant_id, old, epoch_ms())
    contacts.upsert(place.tenant_id, new, {"phone": there, "name": "Ana"}, {}, frozenset({"vip"}), EpochMs(2))
    system = {"type": "user_changed_number", "wa_id": there[1:], "body": "changed"}
    place.say(said("wamid.M", at=now_s(), type="system", system=system))
    kept = place.person(there)
    assert (kept.contact_id, kept.name, kept.tags, kept.opted_out_at) == (new, "Ana", frozenset({"vip"}), at)
    assert place.person(f"+{PHONE}") == kept


def test_who_is_deleted_between_the_look_and_the_write_stays_deleted(place: WebhookPlace, database: Database) -> None:
    contacts, (by_phone, _) = Contacts(database), ids(place)
    contacts.upsert(place.tenant_id, by_phone, {"phone": f"+{PHONE}"}, {}, frozenset(), EpochMs(1))
    people, who, at = Identification(contacts), Identities(f"+{PHONE}", BSUID), EpochMs((NOW_S - 60) * 1000)
    person = people.find(place.tenant_id, who, at)
    assert contacts.deletions.apply(place.tenant_id, by_phone, epoch_ms())
    assert people.introduce(place.tenant_id, person, who, at, epoch_ms()) == by_phone
    assert contacts.get(place.tenant_id, by_phone) is None
