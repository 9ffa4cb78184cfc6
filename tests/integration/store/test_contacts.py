"""Contacts: found by any identity, in one order, and a no that nothing undoes but a newer yes."""

import itertools
from collections.abc import Mapping

import pytest

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.first_name import first_name_of, kept_with_name
from shared.domain.contacts.identity import SHARDS, contact_id_for, shard_of
from shared.ids import ContactId, TenantId, new_ulid
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.items import read_contact_item
from shared.store.contacts.names import ContactNames
from shared.store.engine.database import Database
from tests.support.capacity import Meter
from tests.support.faults import Crash, at_once, crash_at_write

PHONE = "+5511987654321"


def edited(
    contacts: Contacts, tenant: TenantId, contact_id: ContactId, attributes: Mapping[str, str], *, at: int
) -> bool:
    """Whether there was somebody to change."""
    none = frozenset[str]()
    return contacts.edits.apply(
        tenant, contact_id, attributes=attributes, fields={}, add_tags=none, remove_tags=none, now=EpochMs(at)
    )


@pytest.fixture
def contacts(database: Database) -> Contacts:
    return Contacts(database)


def add(contacts: Contacts, tenant: TenantId, phone: str = PHONE, name: str = "Ana", **fields: str) -> ContactId:
    contact_id = contact_id_for(tenant, "phone", phone)
    found, *_ = contacts.upsert(
        tenant, contact_id, {"phone": phone, "name": name}, fields, frozenset({"all"}), EpochMs(1_000)
    )
    return found


def need(contacts: Contacts, tenant: TenantId, contact_id: ContactId) -> Contact:
    found = contacts.get(tenant, contact_id)
    assert found is not None
    return found


def say(
    contacts: Contacts, tenant: TenantId, contact_id: ContactId, *, no: bool, at: EpochMs, now: int | None = None
) -> None:
    contacts.consent.record(
        tenant,
        contact_id,
        opted_out=no,
        source="keyword",
        at=at,
        event_id=new_ulid(),
        now=EpochMs(now if now is not None else at),
    )


def test_an_imported_row_is_created_updated_or_unchanged(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = contact_id_for(tenant, "phone", PHONE)

    def upsert(attributes: dict[str, str], fields: dict[str, str], *tags: str) -> str:
        return contacts.upsert(tenant, contact_id, attributes, fields, frozenset(tags), EpochMs(5))[1]

    assert upsert({"phone": PHONE, "name": "Ana"}, {"points": "1"}, "a") == "created"
    assert upsert({"phone": PHONE, "name": "Ana"}, {"points": "1"}, "a") == "unchanged"
    assert upsert({"name": ""}, {"points": ""}) == "unchanged"
    assert upsert({}, {"points": "2"}) == "updated"
    assert upsert({}, {}, "b") == "updated"
    found = need(contacts, tenant, contact_id)
    assert (found.name, found.phone, dict(found.fields), found.tags) == (
        "Ana",
        PHONE,
        {"points": "2"},
        frozenset({"a", "b"}),
    )


def test_a_pointer_leads_to_the_contact_for_reading_and_for_importing(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = add(contacts, tenant)
    alias = contact_id_for(tenant, "bsuid", "BR.1")
    contacts.put_pointer(tenant, alias, contact_id)
    found = contacts.find(tenant, "bsuid", "BR.1")
    assert found is not None
    assert found.contact_id == contact_id
    assert contacts.upsert(tenant, alias, {"name": "Ana B"}, {}, frozenset(), EpochMs(6)) == (
        contact_id,
        "updated",
        True,
    )
    assert need(contacts, tenant, contact_id).name == "Ana B"


def test_the_tenants_name_comes_first_then_their_phone_books_then_the_persons_own(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    names, contact_id = ContactNames(database), add(contacts, tenant, name="")
    contacts.upsert(tenant, ContactId(contact_id), {"profile": "annie"}, {}, frozenset(), EpochMs(6))
    shown = [need(contacts, tenant, ContactId(contact_id)).name]
    for name, at in (("Ana B", 20), ("Ana A", 10), ("", 30)):
        names.set_book_name(tenant, ContactId(contact_id), name, EpochMs(at))
        shown.append(need(contacts, tenant, ContactId(contact_id)).name)
    names.set_book_name(tenant, ContactId(contact_id), "Ana C", EpochMs(40))
    contacts.upsert(tenant, ContactId(contact_id), {"name": "Ana Souza"}, {}, frozenset(), EpochMs(6))
    shown.append(need(contacts, tenant, ContactId(contact_id)).name)
    assert shown == ["annie", "Ana B", "Ana B", "annie", "Ana Souza"]


def test_a_username_is_the_latest_by_its_time_and_makes_no_contact(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    names, contact_id = ContactNames(database), add(contacts, tenant)
    for username, at in (("new", 20), ("old", 10), ("newer", 20)):
        names.set_username(tenant, ContactId(contact_id), username, EpochMs(at))
    assert need(contacts, tenant, ContactId(contact_id)).username == "newer"
    nobody = contact_id_for(tenant, "bsuid", "BR.9")
    names.set_username(tenant, nobody, "nobody", EpochMs(1))
    assert contacts.get(tenant, nobody) is None


def test_a_pointer_never_replaces_what_is_there(contacts: Contacts, tenant: TenantId) -> None:
    first, second = add(contacts, tenant), add(contacts, tenant, "+5511912345678", "Bia")
    contacts.put_pointer(tenant, ContactId(first), ContactId(second))
    assert need(contacts, tenant, ContactId(first)).name == "Ana"


def test_pointers_in_a_circle_lead_nowhere(contacts: Contacts, tenant: TenantId) -> None:
    one, two = contact_id_for(tenant, "bsuid", "1"), contact_id_for(tenant, "bsuid", "2")
    contacts.put_pointer(tenant, one, two)
    contacts.put_pointer(tenant, two, one)
    assert contacts.get(tenant, one) is None


def test_a_pointer_to_nobody_is_followed_once(database: Database, contacts: Contacts, tenant: TenantId) -> None:
    alias, nobody = contact_id_for(tenant, "bsuid", "BR.1"), contact_id_for(tenant, "bsuid", "BR.2")
    contacts.put_pointer(tenant, alias, nobody)
    meter = Meter(database.client)
    assert contacts.get_many(tenant, [alias]) == {}
    assert meter.calls["BatchGetItem"] == 2


def test_a_no_said_under_an_alias_holds_for_the_contact(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = add(contacts, tenant)
    alias = contact_id_for(tenant, "bsuid", "BR.1")
    contacts.put_pointer(tenant, alias, contact_id)
    say(contacts, tenant, alias, no=True, at=EpochMs(100))
    contacts.note_inbound(tenant, alias, EpochMs(200))
    found = need(contacts, tenant, contact_id)
    assert (found.opted_out_at, found.last_inbound_at) == (100, 200)
    assert [change.contact_id for change in contacts.consent.feed(tenant, EpochMs(0))] == [contact_id]


def test_another_tenants_contact_is_not_there(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = add(contacts, tenant)
    other = TenantId(new_ulid())
    assert contacts.get(other, contact_id) is None
    assert contacts.find(other, "phone", PHONE) is None
    assert contacts.page(other, "", 10) == []
    assert not edited(contacts, other, contact_id, {"name": "x"}, at=1)


def test_an_import_at_the_same_time_never_undoes_a_no(contacts: Contacts, tenant: TenantId) -> None:
    for round_ in range(6):
        phone = f"+551198765{round_:04}"
        contact_id = contact_id_for(tenant, "phone", phone)

        def act(i: int, phone: str = phone, contact_id: ContactId = contact_id) -> None:
            if i == 3:
                say(contacts, tenant, contact_id, no=True, at=EpochMs(500))
                return
            contacts.upsert(
                tenant, contact_id, {"phone": phone, "name": f"Ana {i}"}, {"n": str(i)}, frozenset(), EpochMs(400)
            )

        at_once(8, act)
        found = need(contacts, tenant, contact_id)
        assert found.opted_out_at == 500
        assert found.phone == phone


@pytest.mark.parametrize("order", list(itertools.permutations([(10, True), (20, False), (30, True)])))
def test_the_newest_word_counts_in_any_order(
    contacts: Contacts, tenant: TenantId, order: list[tuple[int, bool]]
) -> None:
    contact_id = add(contacts, tenant)
    for now, (at, no) in enumerate([*order, *order]):
        say(contacts, tenant, contact_id, no=no, at=EpochMs(at), now=1_000 + now)
    found = need(contacts, tenant, contact_id)
    assert (found.opted_out_at, found.opt_out_source) == (30, "keyword")


def test_a_newer_yes_lifts_the_no(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = add(contacts, tenant)
    say(contacts, tenant, contact_id, no=True, at=EpochMs(10))
    say(contacts, tenant, contact_id, no=False, at=EpochMs(20))
    say(contacts, tenant, contact_id, no=True, at=EpochMs(10))
    assert need(contacts, tenant, contact_id).opted_out_at is None


@pytest.mark.parametrize("order", list(itertools.permutations([True, False, False])))
def test_of_two_words_in_the_same_moment_the_no_counts(contacts: Contacts, tenant: TenantId, order: list[bool]) -> None:
    """Meta's times are whole seconds, and it delivers twice and out of order."""
    contact_id = add(contacts, tenant)
    for now, no in enumerate(order):
        say(contacts, tenant, contact_id, no=no, at=EpochMs(10), now=1_000 + now)
    assert need(contacts, tenant, contact_id).opted_out_at == 10
    assert contacts.consent.feed(tenant, EpochMs(0))[-1].opted_out


def test_a_no_of_somebody_unknown_is_kept_for_when_they_are_imported(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = contact_id_for(tenant, "phone", PHONE)
    say(contacts, tenant, contact_id, no=True, at=EpochMs(10))
    assert add(contacts, tenant) == contact_id
    assert need(contacts, tenant, contact_id).opted_out_at == 10


def test_the_feed_is_in_the_order_of_learning_and_starts_where_asked(contacts: Contacts, tenant: TenantId) -> None:
    people = [add(contacts, tenant, f"+551198765{i:04}") for i in range(4)]
    for i, now in enumerate((400, 100, 300, 200)):
        say(contacts, tenant, ContactId(people[i]), no=i != 2, at=EpochMs(50), now=now)
    feed = contacts.consent.feed(tenant, EpochMs(0))
    assert [(change.contact_id, change.opted_out, change.at) for change in feed] == [
        (people[1], True, 100),
        (people[3], True, 200),
        (people[2], False, 300),
        (people[0], True, 400),
    ]
    assert [change.at for change in contacts.consent.feed(tenant, EpochMs(200))] == [200, 300, 400]
    assert contacts.consent.feed(tenant, EpochMs(401)) == []
    assert contacts.consent.feed(TenantId(new_ulid()), EpochMs(0)) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_no_whose_recording_crashed_is_whole_after_the_redelivery(
    database: Database, contacts: Contacts, tenant: TenantId, k: int, when: str
) -> None:
    contact_id = add(contacts, tenant)

    def record() -> None:
        contacts.consent.record(
            tenant, contact_id, opted_out=True, source="keyword", at=EpochMs(10), event_id="e1", now=EpochMs(1_000)
        )

    with crash_at_write(database, k, when), pytest.raises(Crash):  # type: ignore[arg-type]
        record()
    record()
    assert need(contacts, tenant, contact_id).opted_out_at == 10
    assert [change.contact_id for change in contacts.consent.feed(tenant, EpochMs(0))] == [contact_id]
    assert len(consent_events(database, tenant, contact_id)) == 1


def consent_events(database: Database, tenant: TenantId, contact_id: ContactId) -> list[dict[str, object]]:
    answer = database.client.query(
        TableName=database.contacts,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={
            ":pk": {"S": f"T#{tenant}#{shard_of(contact_id):x}"},
            ":sk": {"S": f"E#{contact_id}#"},
        },
    )
    return list(answer["Items"])  # type: ignore[arg-type]


def test_every_word_stays_on_record_also_one_that_came_late(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    contact_id = add(contacts, tenant)
    say(contacts, tenant, contact_id, no=True, at=EpochMs(30))
    say(contacts, tenant, contact_id, no=False, at=EpochMs(20))
    assert len(consent_events(database, tenant, contact_id)) == 2
    assert need(contacts, tenant, contact_id).opted_out_at == 30
    assert [change.opted_out for change in contacts.consent.feed(tenant, EpochMs(0))] == [True]


def test_the_last_inbound_moves_forward_only(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = add(contacts, tenant)
    for at in (20, 10, 30, 30, 5):
        contacts.note_inbound(tenant, contact_id, EpochMs(at))
    assert need(contacts, tenant, contact_id).last_inbound_at == 30


def test_scanning_shard_by_shard_gives_everybody_once_in_order_of_id(contacts: Contacts, tenant: TenantId) -> None:
    ids = sorted(add(contacts, tenant, f"+55119{i:08}") for i in range(60))
    contacts.put_pointer(tenant, contact_id_for(tenant, "bsuid", "BR.1"), ContactId(ids[0]))
    say(contacts, tenant, ContactId(ids[0]), no=True, at=EpochMs(5))
    scanned = [c.contact_id for shard in range(SHARDS) for c in contacts.scan_shard(tenant, shard)]
    assert scanned == ids
    for after in (ids[0], ids[17], ids[59]):
        rest = [c.contact_id for c in contacts.scan_shard(tenant, shard_of(ContactId(after)), after)]
        assert rest == [i for i in ids if i > after and shard_of(ContactId(i)) == shard_of(ContactId(after))]


def test_pages_of_contacts_hold_everybody_once(contacts: Contacts, tenant: TenantId) -> None:
    ids = sorted(add(contacts, tenant, f"+55119{i:08}") for i in range(30))
    seen: list[str] = []
    while page := contacts.page(tenant, seen[-1] if seen else "", 7):
        seen += [contact.contact_id for contact in page]
    assert seen == ids


def test_an_edit_sets_removes_and_leaves_the_rest(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = add(contacts, tenant, points="1", city="SP")
    say(contacts, tenant, contact_id, no=True, at=EpochMs(5))
    assert contacts.edits.apply(
        tenant,
        contact_id,
        attributes={"name": "Bia"},
        fields={"points": None, "shoe": "38"},
        add_tags=frozenset({"vip"}),
        remove_tags=frozenset({"all"}),
        now=EpochMs(9),
    )
    found = need(contacts, tenant, contact_id)
    assert (found.name, dict(found.fields), found.tags) == ("Bia", {"city": "SP", "shoe": "38"}, frozenset({"vip"}))
    assert found.opted_out_at == 5


def test_what_is_not_known_of_somebody_takes_no_room(contacts: Contacts, tenant: TenantId, database: Database) -> None:
    contact_id = add(contacts, tenant)
    assert contacts.upsert(tenant, contact_id, {"lang": "", "email": ""}, {}, frozenset(), EpochMs(2))[1] == "unchanged"
    stored = read_contact_item(database.client, database.contacts, tenant, contact_id)
    assert stored is not None
    assert stored.keys() == {"pk", "sk", "phone", "name", "tags", "created", "updated", "upserts"}
    given = {"lang": "pt-BR", "zone": "UTC", "email": "ana@example.com", "last": kept_with_name("Lima", "Ana")}
    assert contacts.upsert(tenant, contact_id, given, {}, frozenset(), EpochMs(3))[1] == "updated"
    found = need(contacts, tenant, contact_id)
    assert (found.language, found.time_zone, found.email, found.last_name) == (
        "pt-BR",
        "UTC",
        "ana@example.com",
        "Lima",
    )
    assert edited(contacts, tenant, contact_id, dict.fromkeys(given, ""), at=4)
    after = read_contact_item(database.client, database.contacts, tenant, contact_id)
    assert after is not None
    assert after.keys() == stored.keys() | {"rev"}


def test_nobody_is_made_by_an_edit(contacts: Contacts, tenant: TenantId) -> None:
    contact_id = contact_id_for(tenant, "phone", PHONE)
    assert not edited(contacts, tenant, contact_id, {"name": "x"}, at=1)
    assert contacts.get(tenant, contact_id) is None


@pytest.mark.parametrize("no_first", [True, False])
def test_of_a_yes_and_a_no_learned_in_one_millisecond_the_lanes_hear_the_no(
    contacts: Contacts, tenant: TenantId, no_first: bool
) -> None:
    contact_id = add(contacts, tenant)
    for no in (no_first, not no_first):
        say(contacts, tenant, contact_id, no=no, at=EpochMs(2_000 + no), now=5_000)
    assert need(contacts, tenant, contact_id).opted_out_at == 2_001
    assert [(c.contact_id, c.opted_out) for c in contacts.consent.feed(tenant, EpochMs(0))] == [(contact_id, True)]


def test_a_first_name_goes_when_the_name_is_another_whoever_sets_it(contacts: Contacts, tenant: TenantId) -> None:
    whole = "Ana María Gómez"
    given = {"phone": "+34600000001", "name": whole, "first": kept_with_name("Ana María", whole)}
    contact_id, *_ = contacts.upsert(
        tenant, contact_id_for(tenant, "phone", "+34600000001"), given, {}, frozenset(), EpochMs(1)
    )

    def first_name() -> str:
        found = contacts.get(tenant, contact_id)
        assert found is not None
        return first_name_of(found)

    assert first_name() == "Ana María"
    contacts.upsert(tenant, contact_id, {"name": "Eva Gómez"}, {}, frozenset(), EpochMs(2))
    assert first_name() == "Eva"
    contacts.upsert(tenant, contact_id, {"name": "Ana María Gómez"}, {}, frozenset(), EpochMs(3))
    assert first_name() == "Ana María"
    for name, first, said in ((None, kept_with_name("Ani", whole), "Ani"), (None, "", "Ana")):
        edited(
            contacts,
            tenant,
            contact_id,
            {key: text for key, text in (("name", name), ("first", first)) if text is not None},
            at=4,
        )
        assert first_name() == said
