"""A contact that was deleted: nothing is left of what was known, and whatever was said of consent is."""

import pytest

from shared.clock import EpochMs
from shared.domain.contacts.identity import SHARDS, contact_id_for
from shared.ids import ContactId, TenantId
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.items import read_contact_item
from shared.store.contacts.names import ContactNames
from shared.store.engine.database import Database
from tests.integration.store.test_contacts import PHONE, add, contacts, need, say
from tests.support.faults import before_kth_call, sent_twice

__all__ = ["contacts"]
NONE = frozenset[str]()
LEFT = {"gone", "updated", "rev", "upserts"}
"""When it was, and how often it was written: no change that was begun before is made to who is there again."""


def left(database: Database, tenant: TenantId, contact_id: ContactId) -> set[str]:
    return set(read_contact_item(database.client, database.contacts, tenant, contact_id) or {}) - {"pk", "sk"}


def known(database: Database, contacts: Contacts, tenant: TenantId) -> ContactId:
    """Somebody of whom everything is known."""
    contact_id = add(contacts, tenant, city="SP", points="5")
    given = {"bsuid": "BR.1", "region": "BR", "first": "Ana\nAna", "last": "Lima\nAna", "profile": "annie"}
    more = {"lang": "pt", "zone": "UTC", "email": "ana@example.com"}
    contacts.upsert(tenant, contact_id, {**given, **more}, {}, NONE, EpochMs(2_000))
    ContactNames(database).set_username(tenant, contact_id, "ana", EpochMs(3_000))
    ContactNames(database).set_book_name(tenant, contact_id, "Ana L.", EpochMs(3_000))
    contacts.note_inbound(tenant, contact_id, EpochMs(3_000))
    contacts.edits.apply(
        tenant, contact_id, attributes={"name": "Ana L"}, fields={}, add_tags=NONE, remove_tags=NONE, now=EpochMs(4_000)
    )
    return contact_id


@pytest.mark.parametrize("no", [True, False])
def test_nothing_is_left_of_what_was_known(database: Database, contacts: Contacts, tenant: TenantId, no: bool) -> None:
    contact_id = known(database, contacts, tenant)
    if no:
        say(contacts, tenant, contact_id, no=True, at=EpochMs(5_000))
    assert contacts.deletions.apply(tenant, contact_id, EpochMs(6_000))
    consent = {"out_at", "out_by", "consent_at"} if no else set()
    assert left(database, tenant, contact_id) == {*LEFT, *consent}
    assert contacts.get(tenant, contact_id) is None
    assert contacts.get_many(tenant, [contact_id]) == {}
    assert contacts.find(tenant, "phone", PHONE) is None
    assert contacts.page(tenant, "", 10) == []
    assert [one for shard in range(SHARDS) for one in contacts.scan_shard(tenant, shard)] == []
    gone = contacts.get(tenant, contact_id, deleted=True)
    assert gone is not None
    assert (gone.deleted_at, gone.opted_out_at) == (6_000, 5_000 if no else None)


def test_it_happens_once_and_nothing_is_written_to_who_is_gone(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    contact_id = known(database, contacts, tenant)
    assert contacts.deletions.apply(tenant, contact_id, EpochMs(6_000))
    before = left(database, tenant, contact_id)
    assert not contacts.deletions.apply(tenant, contact_id, EpochMs(7_000))
    assert not contacts.deletions.apply(tenant, contact_id_for(tenant, "phone", "+5511900000000"), EpochMs(7_000))
    contacts.note_inbound(tenant, contact_id, EpochMs(8_000))
    assert not ContactNames(database).set_username(tenant, contact_id, "anita", EpochMs(8_000))
    assert not contacts.edits.apply(
        tenant, contact_id, attributes={"name": "x"}, fields={}, add_tags=NONE, remove_tags=NONE, now=EpochMs(8_000)
    )
    assert left(database, tenant, contact_id) == before
    say(contacts, tenant, contact_id, no=True, at=EpochMs(9_000))
    assert contacts.get(tenant, contact_id) is None


def test_whoever_is_there_again_is_new_and_their_no_holds(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = add(contacts, tenant, city="SP")
    say(contacts, tenant, contact_id, no=True, at=EpochMs(5_000))
    contacts.deletions.apply(tenant, contact_id, EpochMs(6_000))
    attributes = {"phone": PHONE, "name": "Eva"}
    assert contacts.upsert(tenant, contact_id, attributes, {}, NONE, EpochMs(7_000)) == (contact_id, "created", True)
    again = need(contacts, tenant, contact_id)
    assert (again.name, dict(again.fields), again.tags, again.created_at) == ("Eva", {}, NONE, 7_000)
    assert (again.opted_out_at, again.deleted_at) == (5_000, 0)
    say(contacts, tenant, contact_id, no=False, at=EpochMs(8_000))
    assert need(contacts, tenant, contact_id).opted_out_at is None


@pytest.mark.parametrize(
    ("reported_at", "there"),
    [(5_000, False), (5_999, False), (6_000, True), (7_000, True), (0, True)],
    ids=["before", "late in the second before", "in the same second", "after", "now"],
)
def test_what_was_told_before_brings_nobody_back(
    contacts: Contacts, tenant: TenantId, reported_at: int, there: bool
) -> None:
    contact_id = add(contacts, tenant)
    contacts.deletions.apply(tenant, contact_id, EpochMs(6_500))
    told = contacts.upsert(tenant, contact_id, {"phone": PHONE}, {}, NONE, EpochMs(8_000), EpochMs(reported_at))
    assert (told.contact_id, told.change) == (contact_id, "created" if there else "unchanged")
    assert (contacts.get(tenant, contact_id) is not None) is there


def test_what_comes_in_between_is_deleted_too_and_a_no_is_not(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    contact_id = add(contacts, tenant)

    def meanwhile() -> None:
        contacts.upsert(tenant, contact_id, {"email": "ana@example.com"}, {"shoe": "38"}, frozenset({"x"}), EpochMs(2))
        say(contacts, tenant, contact_id, no=True, at=EpochMs(5_000))

    with before_kth_call(database, 2, meanwhile):
        assert contacts.deletions.apply(tenant, contact_id, EpochMs(6_000))
    assert left(database, tenant, contact_id) == {*LEFT, "out_at", "out_by", "consent_at"}


def test_a_write_that_reaches_the_database_twice_is_one(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    contact_id = known(database, contacts, tenant)
    with sent_twice(database, "UpdateItem"):
        contacts.deletions.apply(tenant, contact_id, EpochMs(6_000))
    assert left(database, tenant, contact_id) == LEFT
