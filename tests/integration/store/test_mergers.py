"""Two contacts that are one person: whatever comes in between, every id leads to one of them, and no no is lost."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import SHARDS, contact_id_for
from shared.errors import RetryableError
from shared.ids import ContactId, TenantId
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.items import read_contact_item
from shared.store.contacts.mergers import Mergers
from shared.store.contacts.names import ContactNames
from shared.store.engine.database import Database
from tests.integration.store.test_contacts import PHONE, add, contacts, need, say
from tests.support.capacity import Meter
from tests.support.engine import new_test_database
from tests.support.faults import Crash, before_kth_call, crash_at_write

__all__ = ["contacts"]


def merge(database: Database, tenant: TenantId, keep: ContactId, gone: ContactId) -> bool:
    return Mergers(database).merge(tenant, keep, need(Contacts(database), tenant, gone), EpochMs(9_000))


def pointer(database: Database, tenant: TenantId, contact_id: ContactId) -> str:
    return str((read_contact_item(database.client, database.contacts, tenant, contact_id) or {}).get("ptr", ""))


def persons(contacts: Contacts, tenant: TenantId, count: int) -> list[ContactId]:
    return [add(contacts, tenant, f"+551191234567{n}") for n in range(count)]


def half_merged(database: Database, contacts: Contacts, tenant: TenantId, keep: ContactId, gone: ContactId) -> None:
    """Who is to go changes meanwhile, and stays for now; who is kept has it among the merged."""
    as_read = need(contacts, tenant, gone)
    contacts.upsert(tenant, gone, {"name": "Eva"}, {}, frozenset(), EpochMs(8_000))
    assert not Mergers(database).merge(tenant, keep, as_read, EpochMs(9_000))
    assert gone in need(contacts, tenant, keep).merged


@contextmanager
def after_the_next_transaction(database: Database, meanwhile: Any) -> Iterator[None]:
    """Others do something as soon as it is through, before its caller goes on."""
    done = False

    def act(**_: object) -> None:
        nonlocal done
        if not done:
            done = True
            meanwhile()

    name = "after-call.dynamodb.TransactWriteItems"
    database.client.meta.events.register(name, act)
    try:
        yield
    finally:
        database.client.meta.events.unregister(name, act)


def test_a_merge_takes_over_what_the_kept_contact_lacks(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    kept, gone = add(contacts, tenant, name=""), contact_id_for(tenant, "bsuid", "BR.1")
    known = {"bsuid": "BR.1", "profile": "annie", "name": "Ana", "last": "Lima\nAna", "lang": "pt", "zone": "UTC"}
    contacts.upsert(tenant, gone, {**known, "email": "other@example.com"}, {}, frozenset(), EpochMs(5))
    contacts.upsert(tenant, kept, {"email": "ana@example.com"}, {}, frozenset(), EpochMs(5))
    ContactNames(database).set_username(tenant, gone, "ana", EpochMs(5))
    assert merge(database, tenant, kept, gone)
    found = need(contacts, tenant, gone)
    assert (found.last_name, found.language, found.time_zone, found.email) == ("Lima", "pt", "UTC", "ana@example.com")
    assert (found.contact_id, found.name, found.profile_name, found.username) == (kept, "Ana", "annie", "ana")


def test_two_contacts_that_are_one_person_become_one(database: Database, contacts: Contacts, tenant: TenantId) -> None:
    keep = add(contacts, tenant, points="1")
    gone = contact_id_for(tenant, "bsuid", "BR.1")
    contacts.upsert(
        tenant, gone, {"bsuid": "BR.1", "name": "Other"}, {"points": "9", "city": "SP"}, frozenset("b"), EpochMs(5)
    )
    assert merge(database, tenant, keep, gone)
    found = need(contacts, tenant, gone)
    assert (found.contact_id, found.phone, found.bsuid, found.name) == (keep, PHONE, "BR.1", "Ana")
    assert dict(found.fields) == {"points": "1", "city": "SP"}
    assert found.tags == {"all", "b"}
    assert [c.contact_id for shard in range(SHARDS) for c in contacts.scan_shard(tenant, shard)] == [keep]


@pytest.mark.parametrize("who", ["keep", "gone"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_no_to_either_of_them_holds_under_every_id_a_campaign_may_know(
    database: Database, contacts: Contacts, tenant: TenantId, who: str, moment: str
) -> None:
    ids = {"keep": add(contacts, tenant), "gone": add(contacts, tenant, "+5511912345678")}
    if moment == "before":
        say(contacts, tenant, ids[who], no=True, at=EpochMs(100))
    assert merge(database, tenant, ids["keep"], ids["gone"])
    if moment == "after":
        say(contacts, tenant, ids[who], no=True, at=EpochMs(100))
    assert need(contacts, tenant, ids["keep"]).opted_out_at == 100
    assert need(contacts, tenant, ids["gone"]).opted_out_at == 100
    heard = {change.contact_id for change in contacts.consent.feed(tenant, EpochMs(0)) if change.opted_out}
    assert heard == {ids["keep"], ids["gone"]}


@pytest.mark.parametrize("millisecond", [8_000, "the same"])
def test_a_no_that_comes_while_they_are_merged_is_not_lost(
    database: Database, contacts: Contacts, tenant: TenantId, millisecond: int | str
) -> None:
    keep, gone = add(contacts, tenant), add(contacts, tenant, "+5511912345678")
    as_read = need(contacts, tenant, gone)
    learned_at = millisecond if isinstance(millisecond, int) else as_read.updated_at
    say(contacts, tenant, gone, no=True, at=EpochMs(8_000), now=learned_at)
    assert not Mergers(database).merge(tenant, ContactId(keep), as_read, EpochMs(9_000))
    assert need(contacts, tenant, gone).opted_out_at == 8_000
    assert merge(database, tenant, ContactId(keep), gone)
    assert need(contacts, tenant, ContactId(keep)).opted_out_at == 8_000


CALLS_OF_A_MERGER = 7


@pytest.mark.parametrize("who", ["keep", "gone"])
def test_a_no_before_any_call_of_a_merger_holds_under_both_ids(
    database: Database, contacts: Contacts, tenant: TenantId, who: str
) -> None:
    for k in itertools.count(1):
        ids = {name: add(contacts, tenant, f"+5511912{k:02}000{n}") for n, name in enumerate(("keep", "gone"))}
        no = partial(say, contacts, tenant, ids[who], no=True, at=EpochMs(8_500), now=8_500)
        with before_kth_call(database, k, no) as reached:
            done = merge(database, tenant, ids["keep"], ids["gone"])
        if not reached():
            assert k > CALLS_OF_A_MERGER
            return
        assert done or merge(database, tenant, ids["keep"], ids["gone"])
        assert [need(contacts, tenant, one).opted_out_at for one in ids.values()] == [8_500, 8_500]
        heard = {change.contact_id for change in contacts.consent.feed(tenant, EpochMs(0)) if change.opted_out}
        assert set(ids.values()) <= heard, k


def test_nobody_becomes_a_pointer_to_who_is_deleted_meanwhile(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    deleted = 0
    for k in itertools.count(1):
        keep, gone = (add(contacts, tenant, f"+5511912{k:02}000{n}") for n in range(2))
        say(contacts, tenant, gone, no=True, at=EpochMs(8_000), now=8_000)
        apply = partial(contacts.deletions.apply, tenant, keep, EpochMs(8_600))
        with before_kth_call(database, k, apply) as reached:
            done = merge(database, tenant, keep, gone)
        if not reached():
            break
        if contacts.get(tenant, keep) is None:
            deleted += 1
            assert (done, need(contacts, tenant, gone).contact_id) == (False, gone), k
    assert deleted > 1


def test_whoever_reads_who_goes_in_the_middle_of_another_merger_leaves_nobody_behind(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    """One worker merges the first into the second; another read the second meanwhile, and merges it into the third."""
    for k in itertools.count(1):
        ids = [add(contacts, tenant, f"+5511912{k:02}000{n}") for n in range(3)]
        first, second, third = ids
        read: list[Contact] = []
        with before_kth_call(database, k, lambda: read.append(need(contacts, tenant, second))):  # noqa: B023
            assert merge(database, tenant, second, first)
        if not read:
            assert k > CALLS_OF_A_MERGER
            return
        if not Mergers(database).merge(tenant, third, read[0], EpochMs(9_001)):
            assert merge(database, tenant, third, second)
        say(contacts, tenant, third, no=True, at=EpochMs(9_500))
        heard = {change.contact_id for change in contacts.consent.feed(tenant, EpochMs(0)) if change.opted_out}
        assert set(ids) <= heard, k


def test_no_merger_the_other_way_round_leads_in_a_circle(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    """One is merged into the other, changes, is the one kept, and is merged into a third at that very moment."""
    one, other, third = persons(contacts, tenant, 3)
    half_merged(database, contacts, tenant, one, other)
    with after_the_next_transaction(database, lambda: merge(database, tenant, third, other)):
        assert merge(database, tenant, other, one)
    assert {need(contacts, tenant, contact).contact_id for contact in (one, other, third)} == {third}
    say(contacts, tenant, one, no=True, at=EpochMs(10_000))
    assert need(contacts, tenant, third).opted_out_at == 10_000


def test_who_was_to_be_merged_and_leads_elsewhere_is_left_there(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    first, kept, gone, elsewhere = persons(contacts, tenant, 4)
    half_merged(database, contacts, tenant, first, gone)
    assert merge(database, tenant, elsewhere, gone)
    assert merge(database, tenant, kept, first)
    assert pointer(database, tenant, gone) == elsewhere
    assert need(contacts, tenant, gone).contact_id == elsewhere


def test_who_is_merged_elsewhere_while_the_way_is_made_shorter_stays_there(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    alias, kept, gone, elsewhere = persons(contacts, tenant, 4)
    assert merge(database, tenant, gone, alias)
    with after_the_next_transaction(database, lambda: merge(database, tenant, elsewhere, kept)):
        assert merge(database, tenant, kept, gone)
    assert {need(contacts, tenant, one).contact_id for one in (alias, kept, gone)} == {elsewhere}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_merger_that_was_cut_off_anywhere_is_whole_after_the_redelivery(
    database: Database, contacts: Contacts, tenant: TenantId, when: str
) -> None:
    for k in range(1, 12):
        alias, gone, kept = (add(contacts, tenant, f"+5511912{k:02}000{n}") for n in range(3))
        assert merge(database, tenant, gone, alias)
        say(contacts, tenant, alias, no=True, at=EpochMs(100))
        try:
            with crash_at_write(database, k, when):  # type: ignore[arg-type]
                merge(database, tenant, kept, gone)
        except Crash:
            if need(contacts, tenant, gone).contact_id != kept:
                assert merge(database, tenant, kept, gone)
        else:
            assert k > 5
        assert [pointer(database, tenant, one) for one in (alias, gone, kept)] == [kept, kept, ""]
        found = need(contacts, tenant, kept)
        assert found.opted_out_at == 100
        assert found.merged == {alias, gone}


def canceled(codes: tuple[str, ...], **_: object) -> tuple[Any, Any]:
    """What DynamoDB answers when a transaction did not go through; the emulator never has it busy."""
    reasons = [{"Code": code} for code in codes]
    answer = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
    return AWSResponse("", 400, HTTPHeaders(), None), answer


@pytest.mark.parametrize(
    ("codes", "changed"),
    [
        (("None", "TransactionConflict"), False),
        (("ThrottlingError", "None"), False),
        (("ProvisionedThroughputExceeded", "None"), False),
        (("None", "ConditionalCheckFailed"), True),
        (("TransactionConflict", "ConditionalCheckFailed"), True),
    ],
)
def test_a_busy_database_is_no_change_and_has_the_merger_come_again(
    database: Database, contacts: Contacts, tenant: TenantId, codes: tuple[str, ...], changed: bool
) -> None:
    keep, gone = persons(contacts, tenant, 2)

    name = "before-call.dynamodb.TransactWriteItems"
    answer = cast("Any", partial(canceled, codes))
    database.client.meta.events.register(name, answer)
    try:
        if changed:
            assert not merge(database, tenant, keep, gone)
        else:
            with pytest.raises(RetryableError):
                merge(database, tenant, keep, gone)
    finally:
        database.client.meta.events.unregister(name, answer)
    assert merge(database, tenant, keep, gone)
    assert need(contacts, tenant, gone).contact_id == keep


def test_nobody_is_merged_into_themselves_nor_into_nobody(
    database: Database, contacts: Contacts, tenant: TenantId
) -> None:
    keep, gone = persons(contacts, tenant, 2)
    assert not merge(database, tenant, keep, keep)
    assert not merge(database, tenant, contact_id_for(tenant, "phone", "+5511900000000"), gone)
    assert need(contacts, tenant, gone).contact_id == gone


def test_a_merger_costs_what_is_stated(dynoxide: str, tenant: TenantId) -> None:
    database = new_test_database(dynoxide)
    alias, gone, kept, last = persons(Contacts(database), tenant, 4)
    as_read = need(Contacts(database), tenant, alias)
    meter = Meter(database.client)
    assert Mergers(database).merge(tenant, gone, as_read, EpochMs(9_000))
    assert (meter.reads.total(), meter.writes.total()) == (3, 7)
    for stays, goes, before in ((kept, gone, 1), (last, kept, 2)):
        as_read = need(Contacts(database), tenant, goes)
        meter = Meter(database.client)
        assert Mergers(database).merge(tenant, stays, as_read, EpochMs(9_000))
        assert (meter.reads.total(), meter.writes.total()) == (3 + before, 7 + 2 * before)
