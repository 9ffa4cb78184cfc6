"""Contacts stored before their national plan was changed are found and become one, on a real DynamoDB."""

import contextlib
import itertools
import json
from typing import Any, Literal

import pytest

from functions.webhook_ingest import inbound_handler, sync_handler
from functions.webhook_ingest.people.logic.identity import Change, identities
from functions.webhook_ingest.people.respelling import RESPELL, respell
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Role, Tenant, with_part_respelled
from shared.domain.contacts.consent_record import ConsentChange
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import SHARDS, contact_id_for, conversation_id_for, shard_of
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.numbers.number import Number, Waba
from shared.errors import RetryableError
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.queue_messages import InboundMessage, SyncTask
from shared.services.same_number import is_respelled, of_same_number, with_no_of_others
from shared.store.contacts.mergers import Mergers
from shared.store.contacts.reach import ContactReach
from shared.store.conversations.conversations import Head
from shared.store.engine.database import Database
from tests.support.consumers import Deps, build
from tests.support.engine import open_test_database
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.faults import Crash, at_once, crash_at_write

OLD, NEW = "+541143210001", "+5491143210001"
SPELLINGS = {
    "AR": (OLD, NEW),
    "BR": ("+553188887772", "+5531988887772"),
    "CI": ("+22508090099", "+2250708090099"),
    "BJ": ("+22997123456", "+2290197123456"),
}


class Bench:
    """A tenant with one number; people are stored as they were before there was a canonical form."""

    def __init__(self, database: Database, deps: Deps, aws: FakeAws) -> None:
        self.database, self.deps, self.aws, self.tenant = database, deps, aws, TenantId(f"t-{new_ulid()}")
        self.number = PhoneNumberId(new_ulid())
        deps.accounts.create(Tenant(self.tenant, "Shop", "AR"), Member("m", self.tenant, "o@example.com", Role.OWNER))
        deps.accounts.connect(
            self.tenant,
            Waba(WabaId(f"w-{self.tenant}"), "Shop", "USD", "sealed"),
            [Number(self.number, WabaId(f"w-{self.tenant}"), "+15550000000", "Shop")],
        )

    def store(self, phone: str, now: EpochMs = EpochMs(1), **attributes: str) -> str:
        contact_id = contact_id_for(self.tenant, "phone", phone)
        self.deps.contacts.upsert(
            self.tenant, contact_id, {"phone": phone, **attributes}, {"city": phone}, frozenset({phone}), now
        )
        return contact_id

    def say(self, contact_id: ContactId, at: EpochMs, *, no: bool) -> None:
        self.deps.contacts.consent.record(
            self.tenant, contact_id, opted_out=no, source="test", at=at, event_id=f"{at:013d}-x", now=at
        )

    def find(self, phone: str) -> Contact | None:
        return self.deps.contacts.find(self.tenant, "phone", phone)

    def people(self) -> list[Contact]:
        return self.deps.contacts.page(self.tenant, "", 100)

    def feed(self) -> list[ConsentChange]:
        return self.deps.contacts.consent.feed(self.tenant, EpochMs(0))

    def migrate(self) -> int:
        """As it is documented: one task for the tenant; returns how many tasks that made."""
        waiting = [SyncTask(RESPELL, WabaId(""), {"tenant_id": self.tenant}, EpochMs(0)).to_json()]
        done = 0
        while waiting:
            for body in waiting:
                answer = sync_handler.lambda_handler(sqs_event(body), Context())
                assert answer == {"batchItemFailures": []}
                done += 1
            waiting = [json.dumps(body) for body in self.aws.bodies("Sync")]
        return done

    def talk(self, contact_id: ContactId) -> ConversationId:
        conversation = conversation_id_for(self.tenant, self.number, contact_id)
        head = Head(conversation, self.number, contact_id, "Ana", "+1")
        message = Message(
            message_id=message_key(EpochMs(1_000), contact_id),
            conversation_id=conversation,
            direction="in",
            author="contact",
            kind="text",
            text="hello",
            at=EpochMs(1_000),
            content={},
        )
        self.deps.conversations.append(self.tenant, head, message)
        return conversation

    def hear(self, wa_id: str, text: str) -> None:
        now = epoch_ms()
        message = {"from": wa_id, "id": f"wamid.{new_ulid()}", "timestamp": str(now // 1000), "type": "text"}
        body = InboundMessage(self.number, {**message, "text": {"body": text}}, {}, now).to_json()
        answer = inbound_handler.lambda_handler(sqs_event(body, group="g"), Context())
        assert answer == {"batchItemFailures": []}


@pytest.fixture
def bench(aws: FakeAws, dynoxide: str, monkeypatch: pytest.MonkeyPatch) -> Bench:
    database = open_test_database(dynoxide)
    deps = build(database, aws.env)
    deps.serve(monkeypatch)
    return Bench(database, deps, aws)


@pytest.mark.parametrize("country", SPELLINGS)
def test_a_contact_under_an_old_form_keeps_what_it_has_and_is_found_under_both(bench: Bench, country: str) -> None:
    old, new = SPELLINGS[country]
    contact_id = bench.store(old, name="Ana")
    assert bench.migrate() == 1 + SHARDS
    found = bench.find(new)
    assert found is not None
    assert found == bench.find(old)
    assert (found.contact_id, found.phone, found.name, found.region) == (contact_id, new, "Ana", country)
    assert found.fields == {"city": old}
    assert found.tags == {old}
    bench.hear(new[1:], "STOP")
    assert [contact.opted_out_at is not None for contact in bench.people()] == [True]


@pytest.mark.parametrize("country", SPELLINGS)
def test_two_contacts_of_one_number_become_one_and_a_second_run_changes_nothing(bench: Bench, country: str) -> None:
    old, new = SPELLINGS[country]
    gone, kept = bench.store(old, EpochMs(1), name="Ana"), bench.store(new, EpochMs(2))
    moved = bench.talk(ContactId(gone))
    bench.say(ContactId(kept), EpochMs(5_000), no=True)
    bench.migrate()
    people, feed = bench.people(), bench.feed()
    assert [(one.contact_id, one.phone, one.name) for one in people] == [(kept, new, "Ana")]
    assert people[0].tags == {old, new}
    assert people[0].opted_out_at == 5_000
    assert people[0].merged == {gone}
    assert {change.contact_id for change in feed if change.opted_out} == {gone, kept}
    head = bench.deps.conversations.get(bench.tenant, moved)
    assert head is not None
    assert head.contact_id == kept
    bench.migrate()
    assert (bench.people(), bench.feed()) == (people, feed)
    assert bench.find(old) == bench.find(new) == people[0]


@pytest.mark.parametrize("who", [OLD, NEW])
@pytest.mark.parametrize("no_at", [5_000, 9_000])
def test_a_no_on_either_holds_whenever_the_other_said_yes(bench: Bench, who: str, no_at: EpochMs) -> None:
    ids = {phone: bench.store(phone) for phone in (OLD, NEW)}
    for phone, contact_id in ids.items():
        if phone == who:
            bench.say(ContactId(contact_id), no_at, no=True)
        else:
            bench.say(ContactId(contact_id), EpochMs(7_000), no=False)
    bench.migrate()
    [person] = bench.people()
    assert person.opted_out_at is not None


def test_a_number_that_is_somebody_elses_by_now_is_left_to_them(bench: Bench) -> None:
    old, other = bench.store(OLD), bench.store("+34600100064")
    bench.deps.contacts.put_pointer(bench.tenant, contact_id_for(bench.tenant, "phone", NEW), ContactId(other))
    bench.migrate()
    assert {one.contact_id: one.phone for one in bench.people()} == {old: NEW, other: "+34600100064"}


def test_a_no_of_who_was_deleted_holds_for_who_is_stored_under_the_old_form(bench: Bench) -> None:
    gone, stays = ContactId(bench.store(NEW)), bench.store(OLD, name="Ana")
    bench.say(gone, EpochMs(5_000), no=True)
    assert bench.deps.contacts.deletions.apply(bench.tenant, gone, EpochMs(6_000))
    bench.migrate()
    [person] = bench.people()
    assert (person.contact_id, person.name, person.phone, person.opted_out_at) == (stays, "Ana", NEW, 5_000)
    assert bench.find(OLD) == bench.find(NEW) == person


@pytest.mark.parametrize("when", ["since the shard was read", "since they were read again"])
@pytest.mark.parametrize("both", [False, True], ids=["one", "two of one number"])
def test_who_is_deleted_meanwhile_stays_deleted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, when: str, both: bool
) -> None:
    contacts, contact_id = bench.deps.contacts, ContactId(bench.store(OLD, name="Ana"))
    if both:
        bench.store(NEW)
    read = contacts.get(bench.tenant, contact_id)
    assert read is not None
    look = contacts.get_many

    def delete() -> None:
        for one in (OLD, NEW):
            contacts.deletions.apply(bench.tenant, contact_id_for(bench.tenant, "phone", one), epoch_ms())

    def read_again(*args: Any, **named: Any) -> Any:
        found = look(*args, **named)
        delete()
        return found

    if when == "since the shard was read":
        delete()
    else:
        monkeypatch.setattr(contacts, "get_many", read_again)
    with contextlib.suppress(RetryableError):
        respell(contacts, bench.deps.people, bench.tenant, read, epoch_ms())
    assert bench.people() == []


def test_what_is_cut_off_goes_on_where_it_stopped(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    phones = [f"+5411432{n:05d}" for n in range(40)]
    for phone in phones:
        bench.store(phone)
    monkeypatch.setattr(sync_handler, "_SPARE_MS", 10**9)
    assert bench.migrate() > 1 + SHARDS
    assert {one.phone for one in bench.people()} == {f"+549{phone[3:]}" for phone in phones}


def test_a_task_lets_go_before_its_time_is_too_old_for_the_lanes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        bench.store(f"+5411432{n:05d}")
    started = epoch_ms()
    moments = itertools.count(started, 21_000)
    monkeypatch.setattr(sync_handler, "epoch_ms", lambda: next(moments))
    assert bench.migrate() == 1 + SHARDS + 4
    assert all(one.phone == f"+549{one.phone[4:]}" for one in bench.people() if one.phone)


@pytest.mark.parametrize("begun_with", [{}, {"version": "the one before"}])
def test_what_was_begun_with_an_earlier_table_of_plans_begins_anew(bench: Bench, begun_with: dict[str, str]) -> None:
    bench.store(OLD)
    for shard in range(SHARDS):
        value = {"tenant_id": bench.tenant, "shard": str(shard), "after": "~", **begun_with}
        body = SyncTask(RESPELL, WabaId(""), value, EpochMs(0)).to_json()
        assert sync_handler.lambda_handler(sqs_event(body), Context()) == {"batchItemFailures": []}
    assert is_respelled(bench.deps.accounts, bench.tenant)
    assert [one.phone for one in bench.people()] == [NEW]


@pytest.mark.parametrize("value", [{}, {"tenant_id": "t", "shard": "16"}, {"tenant_id": "t", "shard": "x"}])
def test_a_task_for_nobody_is_parked(bench: Bench, value: dict[str, str]) -> None:
    body = SyncTask(RESPELL, WabaId(""), value, EpochMs(0)).to_json()
    assert sync_handler.lambda_handler(sqs_event(body), Context()) == {"batchItemFailures": []}
    assert bench.aws.objects("parked/")


def test_the_tenant_notes_that_all_its_contacts_were_gone_through(bench: Bench) -> None:
    bench.store(OLD)
    tasks = [
        SyncTask(RESPELL, WabaId(""), {"tenant_id": bench.tenant, "shard": str(n)}, EpochMs(0)).to_json()
        for n in range(SHARDS)
    ]
    for body in (*tasks[1:], *tasks[1:]):
        assert sync_handler.lambda_handler(sqs_event(body), Context()) == {"batchItemFailures": []}
        assert not is_respelled(bench.deps.accounts, bench.tenant)
    at_once(SHARDS, lambda n: sync_handler.lambda_handler(sqs_event(tasks[n]), Context()))
    assert is_respelled(bench.deps.accounts, bench.tenant)
    tenant = bench.deps.accounts.tenant(bench.tenant)
    bench.migrate()
    assert bench.deps.accounts.tenant(bench.tenant) == tenant


def test_another_rule_makes_another_version() -> None:
    tenant = Tenant(TenantId("t"), "Shop", "AR", number_plans="before")
    for part in range(SHARDS):
        assert tenant.number_plans == "before"
        tenant = with_part_respelled(with_part_respelled(tenant, "now", part, SHARDS), "now", part, SHARDS)
    assert (tenant.number_plans, tenant.respelled) == ("now", ())


@pytest.mark.parametrize("who", [OLD, NEW])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", range(1, 12))
def test_a_migration_under_way_opens_no_way_round_a_no(
    bench: Bench, who: str, when: Literal["before", "after"], k: int
) -> None:
    """Cut off at any write, as a campaign or an agent sees it at that moment."""
    deps, ids = bench.deps, {phone: bench.store(phone, name="Ana") for phone in (OLD, NEW)}
    bench.say(ContactId(ids[who]), EpochMs(5_000), no=True)
    old = deps.contacts.get(bench.tenant, ContactId(ids[OLD]))
    assert old is not None
    with crash_at_write(bench.database, k, when), contextlib.suppress(Crash):
        respell(deps.contacts, deps.people, bench.tenant, old, EpochMs(9_000))
    for contact in bench.people():
        people = of_same_number(deps.contacts, bench.tenant, contact, respelled=False)
        assert any(one.opted_out_at is not None for one in (contact, *people))
        held = with_no_of_others(deps.accounts, deps.contacts, bench.tenant, contact)
        assert held.opted_out_at is not None
    assert not is_respelled(deps.accounts, bench.tenant)


def test_who_changes_while_being_merged_is_not_taken_for_done(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.store(OLD)
    bench.store(NEW)
    with monkeypatch.context() as patched:
        patched.setattr(Mergers, "merge", lambda *_: False)
        shard = shard_of(contact_id_for(bench.tenant, "phone", OLD))
        task = SyncTask(RESPELL, WabaId(""), {"tenant_id": bench.tenant, "shard": str(shard)}, EpochMs(0))
        answer = sync_handler.lambda_handler(sqs_event(task.to_json()), Context())
        assert len(answer["batchItemFailures"]) == 1
    bench.migrate()
    assert len(bench.people()) == 1
    assert is_respelled(bench.deps.accounts, bench.tenant)


def test_who_is_merged_takes_no_old_form_along(bench: Bench) -> None:
    """A part of the contacts that was gone through gets none afterwards from one that was not."""
    moved, known = bench.store(OLD), bench.store("+34600100064")
    reach = ContactReach(bench.database)
    assert reach.set(
        bench.tenant, ContactId(moved), phone=OLD, region="AR", bsuid="", at=EpochMs(9_000), now=EpochMs(9_000)
    )
    change = Change(identities("34600100064", ""), identities(OLD[1:], ""))
    contact_id = bench.deps.people.move(bench.tenant, change, EpochMs(5_000), EpochMs(10_000))
    person = bench.deps.contacts.get(bench.tenant, contact_id)
    assert person is not None
    assert (person.contact_id, person.phone, person.moved_at) == (known, NEW, 9_000)
