"""No tenant's work holds up another's: one test for each kind of consumer, which counts work and not time.

Batches of queues: turns. The stream: a failure of one tenant. Imports: places. What is put back on a fair queue: whose
it is. The sweep: tests/integration/campaign_dispatch/test_sweep_turns.py.
"""

import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from types import SimpleNamespace
from typing import Any

import pytest

from functions.api import change_handler, import_handler
from functions.api.contacts.imports.job import MOST_AT_ONCE, Imports
from functions.api.contacts.imports.run import ImportRun
from functions.api.events.slow import SlowTenants
from functions.bot_reply import handler as bot_handler
from functions.webhook_ingest import inbound_handler
from functions.webhook_ingest.receive.routing import digest
from functions.webhook_ingest.statuses import record as status_record
from functions.webhook_ingest.statuses.logic.fold import BlockKey, CampaignKey, Folded, Update
from functions.webhook_ingest.statuses.logic.journalling import FEW_BLOCKS
from functions.webhook_ingest.statuses.reach import read_reaches
from functions.webhook_ingest.sync import tasks
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import Campaign
from shared.domain.fairness import ordered_group
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.errors import Conflict, NotFound, RetryableError
from shared.ids import CampaignId, ContactId, ConversationId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.queue_messages import (
    AccountEvent,
    BillingEvent,
    BotTurn,
    ImportFile,
    InboundMessage,
    StartCampaign,
    SyncTask,
    TellTenant,
)
from shared.store.campaigns.number_items import work_of
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from tests.support.campaigns import a_campaign
from tests.support.fake_aws import Context

MANY, FEW = TenantId("many"), TenantId("few")


def batch(*records: tuple[str, str]) -> dict[str, Any]:
    """An SQS event of (group, body)."""
    return {
        "Records": [
            {"messageId": f"m{i}", "body": body, "attributes": {"MessageGroupId": group}}
            for i, (group, body) in enumerate(records)
        ]
    }


CONSUMERS: list[tuple[str, str, Callable[[TenantId, int], Any]]] = [
    (
        "functions.webhook_ingest.account_handler", "take_account_event",
        lambda owner, i: AccountEvent(WabaId(owner), "f", {}, EpochMs(i)),
    ),
    (
        "functions.webhook_ingest.sync_handler", "take_task",
        lambda owner, i: SyncTask("history", WabaId(owner), {}, EpochMs(i)),
    ),
    (
        "functions.campaign_dispatch.start_handler", "start_campaign",
        lambda owner, i: StartCampaign(owner, CampaignId(f"c{i}")),
    ),
    (
        "functions.billing_events.apply_handler", "apply_event",
        lambda owner, i: BillingEvent("s", f"{i}", "k", "", owner),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("module", "work", "message"), CONSUMERS, ids=[work for _, work, _ in CONSUMERS])
def test_in_a_batch_the_other_s_record_waits_for_one_of_the_many(
    monkeypatch: pytest.MonkeyPatch, module: str, work: str, message: Callable[[TenantId, int], Any]
) -> None:
    handler = importlib.import_module(module)
    worked: list[str] = []
    monkeypatch.setattr(handler, work, lambda *arguments: worked.append(repr(arguments)))
    parts = SimpleNamespace(parking=SimpleNamespace(park=lambda *_: pytest.fail("parked")))
    monkeypatch.setattr(handler, "deps", lambda: parts)
    records = [(ordered_group(MANY, str(i)), message(MANY, i).to_json()) for i in range(9)]
    records.append((ordered_group(FEW, "0"), message(FEW, 9).to_json()))
    assert handler.lambda_handler(batch(*records), Context()) == {"batchItemFailures": []}
    assert len(worked) == 10
    assert FEW in worked[1]
    worked.clear()
    late = handler.lambda_handler(batch(*records), Context(time_left_ms=5_000))
    assert (worked, len(late["batchItemFailures"])) == ([], 10)


def test_ten_turns_of_a_batch_are_taken_at_once_and_none_without_the_time_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_there = Barrier(10, timeout=60)
    taken: list[ConversationId] = []

    def take(_deps: object, turn: BotTurn, _now: int) -> None:
        all_there.wait()
        taken.append(turn.conversation_id)

    monkeypatch.setattr(bot_handler, "take_turn", take)
    parts = SimpleNamespace(parking=SimpleNamespace(park=lambda *_: pytest.fail("parked")))
    monkeypatch.setattr(bot_handler, "deps", lambda: parts)
    turns = [
        BotTurn(owner, PhoneNumberId("106"), ContactId("c"), ConversationId(f"v{i}"), "m")
        for i, owner in enumerate([*[MANY] * 9, FEW])
    ]
    records = batch(*((turn.group, turn.to_json()) for turn in turns))
    assert bot_handler.lambda_handler(records, Context()) == {"batchItemFailures": []}
    assert len(taken) == 10
    late = bot_handler.lambda_handler(records, Context(time_left_ms=20_000))
    assert (len(taken), len(late["batchItemFailures"])) == (10, 10)


def test_of_what_people_write_nobody_waits_for_another_person(monkeypatch: pytest.MonkeyPatch) -> None:
    few_taken = Event()
    taken: list[str] = []

    def take(_parts: object, inbound: InboundMessage, _now: int) -> None:
        if str(inbound.phone_number_id) == FEW:
            few_taken.set()
        assert few_taken.wait(60)
        taken.append(inbound.phone_number_id)

    monkeypatch.setattr(inbound_handler, "take_message", take)
    parts = SimpleNamespace(parking=SimpleNamespace(park=lambda *_: pytest.fail("parked")))
    monkeypatch.setattr(inbound_handler, "deps", lambda: parts)
    owners = [MANY] * 9 + [FEW]
    records = [
        (ordered_group(owner, str(i)), InboundMessage(PhoneNumberId(owner), {}, {}, EpochMs(i)).to_json())
        for i, owner in enumerate(owners)
    ]
    assert inbound_handler.lambda_handler(batch(*records), Context()) == {"batchItemFailures": []}
    assert sorted(taken) == sorted(owners)
    late = inbound_handler.lambda_handler(batch(*records), Context(time_left_ms=5_000))
    assert (len(taken), len(late["batchItemFailures"])) == (10, 10)


def test_the_writes_of_a_batch_of_statuses_take_turns() -> None:
    folded = Folded()
    theirs = BlockKey(FEW, CampaignId("c"), 1)
    for key in [*(BlockKey(MANY, CampaignId(f"c{n}"), n) for n in range(100)), theirs]:
        folded.blocks[key] = StatusChange()
        folded.sources[key] = {key.tenant_id}
    people = {CampaignKey(key.tenant_id, key.campaign_id): 8_000 for key in folded.blocks}
    jobs = status_record._writes(SimpleNamespace(), folded, people, EpochMs(1))  # type: ignore[arg-type]
    owners = [sources for sources, _ in jobs]
    assert owners[:3].count({FEW}) == 1
    assert len(owners) == 101


def test_the_pages_of_a_batch_of_statuses_take_turns() -> None:
    """Also with the blocks of those of whom little was told."""
    folded, few_blocks = Folded(), BlockKey(FEW, CampaignId("d"), 1)
    pages = [BlockKey(MANY, CampaignId(f"c{n}"), n * 4 + i) for n in range(50) for i in range(FEW_BLOCKS + 1)]
    blocks = [BlockKey(MANY, CampaignId(f"d{n}"), n) for n in range(50)]
    theirs = [BlockKey(FEW, CampaignId("c"), i) for i in range(FEW_BLOCKS + 1)]
    for key in [*pages, *blocks, *theirs, few_blocks]:
        folded.blocks[key] = StatusChange(sent={1})
        folded.sources[key] = {f"{key.tenant_id} {key.campaign_id}"}
    people = {CampaignKey(key.tenant_id, key.campaign_id): 8_000 for key in folded.blocks}
    jobs = status_record._writes(SimpleNamespace(), folded, people, EpochMs(1))  # type: ignore[arg-type]
    owners = [sources for sources, _ in jobs]
    assert len(owners) == 102
    assert {f"{FEW} c"} in owners[:2]
    assert {f"{FEW} d"} in owners[:4]


def _updates(owner: TenantId, campaigns: int) -> list[Update]:
    """A status of each of so many campaigns, each of a number of its own."""
    return [
        Update(
            f"{owner} m{n}",
            PhoneNumberId(f"{owner} {n}"),
            "sent",
            EpochMs(1),
            f"v1|{owner}|c{n}|0|0|1",
            "",
            "",
            "wamid",
        )
        for n in range(campaigns)
    ]


@pytest.mark.parametrize("slow", ["work", "get"])
def test_whoever_has_many_campaigns_in_a_batch_of_statuses_keeps_nobody_s_from_being_read(slow: str) -> None:
    """Neither by their number, nor where reading them takes for ever."""
    done, begun = Event(), list[str]()

    def look(kind: str, owner: str) -> None:
        begun.append(f"{kind} {owner}")
        if kind == slow and owner == MANY and begun.count(f"{kind} {owner}") <= 8:
            done.wait(60)

    def work(number: PhoneNumberId) -> object:
        look("work", number.split(" ")[0])
        return work_of(number, [])

    def get(tenant_id: TenantId, campaign_id: CampaignId) -> Campaign:
        look("get", tenant_id)
        number = PhoneNumberId(f"{tenant_id} {campaign_id[1:]}")
        return a_campaign(campaign_id, name="", phone_number_id=number, sizes=(4, *(0,) * 15))

    parts: Any = SimpleNamespace(campaigns=SimpleNamespace(get=get), lanes=SimpleNamespace(work=work))
    updates = [*_updates(MANY, 200), *_updates(FEW, 1)]
    owners = {update.phone_number_id: TenantId(update.phone_number_id.split(" ")[0]) for update in updates}
    try:
        reaches, failed = read_reaches(parts, updates, owners, lambda: 2_000)
    finally:
        done.set()
    assert CampaignKey(FEW, CampaignId("c0")) in reaches
    assert (len(reaches), len(failed)) == (193, 8)
    assert all(source.startswith(MANY) for source in failed)
    assert f"{slow} {FEW}" in [one for one in begun if one.startswith(slow)][:2], "they take turns"


class Stream:
    """Publishes to every tenant but one, for which `many` happens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, many: Callable[[], object]) -> None:
        self.told: list[tuple[str, int]] = []
        self.few_told = Event()
        self.parked: list[str] = []
        self.put_off: list[Outgoing] = []
        self.now = EpochMs(1)

        def publish(tenant_id: TenantId, events: list[TenantEvent], now: int) -> None:
            if tenant_id == MANY:
                many()
            self.told.append((tenant_id, len(events)))
            if tenant_id == FEW:
                self.few_told.set()

        parts = SimpleNamespace(
            publisher=SimpleNamespace(publish=publish),
            parking=SimpleNamespace(park=lambda reason, raw: self.parked.append(reason)),
            queue=SimpleNamespace(send_all=lambda messages: self.put_off.extend(messages)),
            slow=SlowTenants(lambda: self.now),
        )
        monkeypatch.setattr(change_handler, "change_deps", lambda: parts)
        monkeypatch.setattr(change_handler, "events_of", lambda record: (record["of"], [_event()]))

    def handle(self, time_left_ms: int = 60_000) -> None:
        records = [{"of": tenant_id, "dynamodb": {}} for tenant_id in (MANY, MANY, FEW)]
        change_handler.lambda_handler({"Records": records}, Context(time_left_ms=time_left_ms))


def _event() -> TenantEvent:
    return TenantEvent("evt_1", EventType.ENDPOINT_TEST, EpochMs(1), {})


def _raise(error: Exception) -> Callable[[], object]:
    def fail() -> None:
        raise error

    return fail


def test_a_slow_tenant_of_a_batch_keeps_nobody_s_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of the batch is told, in one append, only once the second was."""
    stream = Stream(monkeypatch, lambda: stream.few_told.wait(10) or pytest.fail("the other one waits"))
    stream.handle()
    assert stream.told == [(FEW, 1), (MANY, 2)]


def test_what_can_never_be_told_of_one_tenant_stops_nobody_s_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(monkeypatch, _raise(ValueError("what is stored is wrong")))
    stream.handle()
    assert stream.told == [(FEW, 1)]
    assert len(stream.parked) == 1


def test_a_failure_that_passes_puts_off_its_tenant_and_brings_nobody_s_events_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Stream(monkeypatch, _raise(RetryableError("busy")))
    stream.handle()
    assert (stream.told, stream.parked) == ([(FEW, 1)], [])
    (put_off,) = stream.put_off
    assert isinstance(put_off.message, TellTenant)
    assert (put_off.group, put_off.message.tenant_id) == (MANY, MANY)
    assert put_off.message.events == [_event().to_json()] * 2


def test_a_tenant_that_does_not_come_through_in_time_is_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its publish goes on until the batch is done with: nobody waits for it."""
    done = Event()
    stream = Stream(monkeypatch, lambda: done.wait(60))
    try:
        stream.handle(time_left_ms=1_000)
        assert [outgoing.group for outgoing in stream.put_off] == [MANY]
        assert stream.told == [(FEW, 1)]
    finally:
        done.set()


def test_nobody_waits_again_for_a_tenant_that_was_slow_a_moment_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is put off without a try for a while, and tried again after that."""
    done, tries = Event(), []

    def hang() -> None:
        tries.append(stream.now)
        done.wait(60)

    stream = Stream(monkeypatch, hang)
    try:
        for seconds in (1, 2, 60, 62):
            stream.now = EpochMs(seconds * 1_000)
            stream.handle(time_left_ms=1_000)
    finally:
        done.set()
    assert tries == [1_000, 62_000]
    assert [outgoing.group for outgoing in stream.put_off] == [MANY] * 4
    assert all(TellTenant.from_json(one.message.to_json()).events == [_event().to_json()] * 2 for one in stream.put_off)
    assert stream.told[:4] == [(FEW, 1)] * 4


@pytest.mark.parametrize(("after_ms", "tries"), [(4_000, 1), (10, 3)])
def test_only_who_takes_long_to_fail_is_put_off_without_a_try(
    monkeypatch: pytest.MonkeyPatch, after_ms: int, tries: int
) -> None:
    tried = []

    def fail() -> None:
        tried.append(stream.now)
        stream.now = EpochMs(stream.now + after_ms)
        raise RetryableError("busy")

    stream = Stream(monkeypatch, fail)
    for _ in range(3):
        stream.handle()
    assert len(tried) == tries
    assert [outgoing.group for outgoing in stream.put_off] == [MANY] * 3


def test_of_slow_tenants_the_latest_are_remembered() -> None:
    slow = SlowTenants(lambda: EpochMs(1))
    names = [TenantId(str(n)) for n in range(1_001)]
    for name in (*names[:1_000], names[0], names[1_000]):
        slow.note(name)
    assert [name for name in names if name not in slow] == ["1"]


def test_those_who_had_no_turn_behind_slow_ones_are_put_off_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    done = Event()
    monkeypatch.setattr(change_handler, "_SIDE_BY_SIDE", 1)
    stream = Stream(monkeypatch, lambda: done.wait(60))
    try:
        stream.handle(time_left_ms=1_000)
        assert [outgoing.group for outgoing in stream.put_off] == [MANY, FEW]
        assert stream.told == []
        stream.handle(time_left_ms=1_000)
        assert stream.told == [(FEW, 1)], "it was not slow itself"
    finally:
        done.set()


def test_of_the_workers_for_imports_a_tenant_has_two(database: Database, tenant: TenantId) -> None:
    imports = Imports(Directory(database), SimpleNamespace())  # type: ignore[arg-type]

    def take(worker: int) -> bool:
        try:
            imports.take_place(tenant, f"w{worker}", now=EpochMs(10), until=EpochMs(100))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(take, range(8)))
    assert taken.count(True) == MOST_AT_ONCE
    imports.take_place(TenantId(new_ulid()), "w0", now=EpochMs(10), until=EpochMs(100))
    imports.leave_place(tenant, f"w{taken.index(True)}")
    assert take(99)
    assert not take(100)
    imports.take_place(tenant, "later", now=EpochMs(101), until=EpochMs(200))


class Sent:
    """A queue that notes whose messages it was given."""

    def __init__(self) -> None:
        self.groups: list[str] = []

    def send(self, message: object, *, group: str = "", delay_seconds: int = 0) -> None:
        self.groups.append(group)


@pytest.mark.parametrize("end", [True, False, Conflict("busy"), RuntimeError("no")], ids=str)
def test_an_import_that_goes_back_to_its_queue_stays_its_tenant_s(
    monkeypatch: pytest.MonkeyPatch, end: bool | Exception
) -> None:
    queue = Sent()

    def work(*_: object) -> bool:
        if isinstance(end, Exception):
            raise end
        return end

    parts = SimpleNamespace(directory=None, files=None, fields=None, contacts=None, heads=None, queue=queue)
    monkeypatch.setattr(import_handler, "import_deps", lambda: parts)
    monkeypatch.setattr(ImportRun, "work", work)
    import_handler.import_file(ImportFile(MANY, "i"), Context())  # type: ignore[arg-type]
    assert queue.groups == ([] if end is False else [MANY])


def test_moves_of_many_conversations_are_one_account_s(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Sent()
    deps = SimpleNamespace(
        sync=queue, moves=SimpleNamespace(move=lambda *_: False), parking=SimpleNamespace(read=NotFound)
    )
    for target in ("a", "b"):
        value = {"tenant_id": MANY, "source": "s", "target": target, "contact_id": "c"}
        tasks.take_task(deps, SyncTask("move_conversation", "waba", value, 0), 1, lambda: True)  # type: ignore[arg-type]
    assert queue.groups == [digest("waba")] * 2
