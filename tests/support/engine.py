"""A tenant with contacts and a launched campaign over a real DynamoDB, and lanes that send to a Meta of our own."""

import asyncio
import functools
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar, cast

from functions.campaign_dispatch.lane.lane import LEASE_MS, Lane, LaneEnd
from functions.campaign_dispatch.lane.logic.pacing import Rate
from functions.campaign_dispatch.lane.pause import AutoPause, is_cancelled
from functions.campaign_dispatch.lane.ports import Clock
from functions.campaign_dispatch.lane.results import Results
from functions.campaign_dispatch.lane.slice import SystemClock, run_blocking
from functions.campaign_dispatch.load.opening import Opening
from functions.campaign_dispatch.load.parts import LoadParts
from functions.campaign_dispatch.load.shard import load_shard
from functions.campaign_dispatch.start.campaign import start_campaign
from functions.campaign_dispatch.start.parts import StartParts
from functions.campaign_dispatch.sweep.campaign import sweep_campaign
from functions.campaign_dispatch.sweep.parts import SweepParts
from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.campaign import Audience, Campaign, State
from shared.domain.campaigns.number_work import LaneState, Run
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.domain.contacts.identity import contact_id_for
from shared.domain.contacts.number_plans import VERSION
from shared.domain.expressions.tree import to_tree
from shared.domain.expressions.writer import write
from shared.domain.numbers.number import Number, Waba
from shared.domain.segments.people import vocabulary_of
from shared.domain.segments.segment import Segment, checked
from shared.domain.templates.compiler import Variable
from shared.domain.templates.template import Template
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.queue_messages import AccountForPeople, LoadShard, QueueMessage, WakeLane
from shared.services.audience_segments import AudienceSegments
from shared.services.media import MediaService
from shared.services.recipient_events import RecipientEvents
from shared.store.accounts.leases import LeaseBook
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.load_slices import LoadSlices
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.standing import Standing, read_standing
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.contacts.mergers import Mergers
from shared.store.engine.database import Database, TableItem, open_database
from shared.store.engine.directory import Directory
from shared.store.segments.segments import Segments
from shared.store.templates.templates import Templates
from shared.store.webhooks.endpoints import WebhookEndpoints
from tests.support.campaigns import a_campaign
from tests.support.exact_books import exact_books
from tests.support.wire import straighten

P = TypeVar("P", StartParts, LoadParts, SweepParts)
TABLES = {f"{name.upper()}_TABLE": f"{name}Table" for name in ("Directory", "Contacts", "Conversations", "Sends")}
TABLES["AUDIT_RETENTION_DAYS"] = "400"


def open_test_database(url: str) -> Database:
    """The tables at dynoxide, by one client for all tests: making one takes longer than most of them do."""
    database = _opened(url)
    TableItem._client = database.client
    return database


def new_test_database(url: str) -> Database:
    """The same, by a client of one's own, for who changes it for good."""
    database = open_measured_database(url)
    straighten(database.client)
    return database


_opened = functools.cache(new_test_database)


def open_measured_database(url: str) -> Database:
    """The tables at dynoxide, reached as in production."""
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
    try:
        return open_database(TABLES)
    finally:
        del os.environ["AWS_ENDPOINT_URL_DYNAMODB"]


@dataclass
class RecordingQueue:
    """Keeps what is sent to it."""

    messages: list[QueueMessage] = field(default_factory=list)

    def send(self, message: QueueMessage, **_options: object) -> None:
        self.messages.append(message)

    def send_all(self, messages: Iterable[Outgoing]) -> None:
        self.messages += [outgoing.message for outgoing in messages]

    def take(self) -> list[QueueMessage]:
        taken, self.messages = self.messages, []
        return taken


class QuickClock(SystemClock):
    """A lane's seconds pass five times as fast, but for what is written down: tests need not wait for its ticks."""

    def monotonic(self) -> float:
        return super().monotonic() * _QUICK

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / _QUICK)


_QUICK, QUICK = 5, QuickClock()


@dataclass
class FakeMeta:
    """Accepts everything unless `answer` says otherwise; keeps what it was sent and when."""

    answer: Callable[[str, int], Outcome | None] = lambda _to, _n: None
    latency: float = 0.01
    requests: list[tuple[float, str, str]] = field(default_factory=list)
    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each (campaign, recipient) was accepted."""

    async def __call__(self, run: Run, body: dict[str, object]) -> Outcome:
        to = str(body.get("to") or body.get("recipient"))
        self.requests.append((time.monotonic(), to, str(body["biz_opaque_callback_data"])))
        number = len(self.requests)
        await asyncio.sleep(self.latency)
        outcome = self.answer(to, number) or Outcome(Kind.ACCEPTED, message_id=f"wamid.{number}")
        if outcome.kind in (Kind.ACCEPTED, Kind.HELD, Kind.UNKNOWN):
            self.accepted[run.campaign_id, to] += 1
        return outcome

    @property
    def twice(self) -> list[tuple[str, str]]:
        return [pair for pair, times in self.accepted.items() if times > 1]


@dataclass(frozen=True, slots=True)
class Deps:
    """All that campaign dispatch works with, in one place: for tests that prepare it or look behind it."""

    accounts: Accounts
    campaigns: Campaigns
    fields: ContactFields
    templates: Templates
    segments: AudienceSegments
    contacts: Contacts
    sends: Sends
    lanes: Lanes
    slices: LoadSlices
    turns: SweepTurns
    stops: SendingStops
    leases: LeaseBook
    people: RecipientEvents
    load_queue: Queue
    dry_run_queue: Queue
    lane_queue: Queue
    start_queue: Queue
    media: Callable[[], MediaService]
    unknown_grace_ms: int
    turn_ms: int

    @property
    def opening(self) -> Opening:
        return Opening(self.accounts, self.campaigns, self.templates, self.lanes, self.lane_queue)

    def for_start(self) -> StartParts:
        return self._as(StartParts)

    def for_load(self) -> LoadParts:
        return self._as(LoadParts)

    def for_sweep(self) -> SweepParts:
        return self._as(SweepParts)

    def _as(self, parts: type[P]) -> P:
        return parts(**{one.name: getattr(self, one.name) for one in fields(parts)})


class World:
    """One tenant with one number; every instance has ids of its own, so tests share a database."""

    def __init__(self, database: Database, throughput: int = 80) -> None:
        self.tenant_id = TenantId(new_ulid())
        self.phone_number_id = PhoneNumberId(f"{epoch_ms()}{os.getpid()}{next(_serial)}")
        self.waba_id = WabaId("9" + self.phone_number_id)
        directory = Directory(database)
        self.mergers, self.segments = Mergers(database), Segments(directory)
        self.load_queue, self.lane_queue, self.start_queue = RecordingQueue(), RecordingQueue(), RecordingQueue()
        self.dry_run_queue, self.webhook_queue = RecordingQueue(), RecordingQueue()
        self.deps = Deps(
            accounts=Accounts(directory),
            campaigns=Campaigns(directory),
            fields=ContactFields(directory),
            templates=Templates(directory),
            segments=AudienceSegments(
                Segments(directory), ContactFields(directory), Accounts(directory), Campaigns(directory)
            ),
            contacts=Contacts(database),
            sends=Sends(database),
            lanes=Lanes(database),
            slices=LoadSlices(database),
            turns=SweepTurns(database),
            stops=SendingStops(database),
            leases=LeaseBook(database),
            people=RecipientEvents(WebhookEndpoints(directory), Sends(database), cast("Queue", self.webhook_queue)),
            load_queue=cast("Queue", self.load_queue),
            dry_run_queue=cast("Queue", self.dry_run_queue),
            lane_queue=cast("Queue", self.lane_queue),
            start_queue=cast("Queue", self.start_queue),
            media=cast("Any", None),
            unknown_grace_ms=2_000,
            turn_ms=360_000,
        )
        owner = Member(new_ulid(), new_ulid(), "owner@example.com", Role.OWNER)
        self.deps.accounts.create(Tenant(self.tenant_id, "Test", "BR", number_plans=VERSION), owner)
        waba = Waba(self.waba_id, "Test", "BRL", "sealed")
        number = Number(self.phone_number_id, self.waba_id, "+15550001111", "Test", throughput)
        self.deps.accounts.connect(self.tenant_id, waba, [number])
        body = {"type": "BODY", "text": "Hi {{1}}, it is sale time"}
        self.template = Template("77", self.waba_id, "sale", "en", "MARKETING", "APPROVED", "POSITIONAL", [body])
        self.deps.templates.put(self.tenant_id, self.template)

    def add_contacts(self, count: int, tag: str = "all", first: int = 0) -> list[ContactId]:
        ids = []
        for i in range(first, first + count):
            phone = f"+5511{900000000 + i}"
            contact_id = contact_id_for(self.tenant_id, "phone", phone)
            attributes = {"phone": phone, "name": f"Ana {i}", "region": "BR"}
            self.deps.contacts.upsert(self.tenant_id, contact_id, attributes, {}, frozenset({tag}), epoch_ms())
            ids.append(contact_id)
        return ids

    def segment(self, text: str, name: str = "") -> str:
        """The id of a new one."""
        segment_id = new_ulid()
        node = checked(text, vocabulary_of(self.deps.fields.all(self.tenant_id)))
        self.segments.create(self.tenant_id, Segment(segment_id, name or segment_id, write(node), to_tree(node)))
        return segment_id

    def opt_out(self, contact_id: ContactId) -> None:
        now = epoch_ms()
        self.deps.contacts.consent.record(
            self.tenant_id, contact_id, opted_out=True, source="keyword", at=now, event_id=new_ulid(), now=now
        )

    def launch(self, tag: str = "all", **changes: Any) -> CampaignId:
        """A campaign to everybody with the tag, scheduled for now; returns its id."""
        campaign = a_campaign(
            name="sale",
            phone_number_id=self.phone_number_id,
            waba_id=self.waba_id,
            template_id="77",
            audience=Audience(tags=(tag,)),
            variables={"body.1": Variable("contact", "name")},
            created_at=epoch_ms(),
        )
        campaign = replace(campaign, **changes)
        self.deps.campaigns.create(self.tenant_id, campaign)
        now = epoch_ms()
        self.deps.campaigns.change(
            self.tenant_id, campaign.campaign_id, lambda c: replace(c, state=State.SCHEDULED, start_at=now)
        )
        return campaign.campaign_id

    def start(self, campaign_id: CampaignId) -> str:
        """Once it begins: a sweep of later made some of them."""
        begins = self.deps.campaigns.get(self.tenant_id, campaign_id).begins
        now = max(epoch_ms(), begins or EpochMs(0))
        return start_campaign(self.deps.for_start(), self.tenant_id, campaign_id, now)

    def sweep(self, campaign_id: CampaignId, now: EpochMs) -> str:
        return sweep_campaign(self.deps.for_sweep(), self.tenant_id, campaign_id, now)

    def is_due(self, campaign_id: CampaignId, now: EpochMs) -> bool:
        """Whether the sweep looks at it now."""
        due = self.deps.campaigns.to_sweep(now)
        return any(one.tenant_id == self.tenant_id and one.campaign_id == campaign_id for one in due)

    def load(self) -> list[str]:
        """Work off the load queue, but for the accounts of what was closed before."""
        results = []
        while tasks := self.load_queue.take():
            for task in tasks:
                if isinstance(task, AccountForPeople):
                    continue
                assert isinstance(task, LoadShard)
                results.append(load_shard(self.deps.for_load(), task, epoch_ms(), lambda: False))
        return results

    def send_to_everybody(self, tag: str = "all", **changes: Any) -> CampaignId:
        """Launch, start and load; the lanes are ready to run."""
        campaign_id = self.launch(tag, **changes)
        self.start(campaign_id)
        self.load()
        return campaign_id

    def results(self) -> Results:
        return Results(
            sends=self.deps.sends,
            lanes=self.deps.lanes,
            consent=self.deps.contacts.consent,
            pause=AutoPause(self.deps.campaigns, self.deps.lanes),
            cancelled=functools.partial(is_cancelled, self.deps.campaigns),
            new_id=new_ulid,
        )

    def take_lane(self, index: int = 0, handoff: str | None = None, now: EpochMs | None = None) -> LaneState | None:
        token = self._token(index) if handoff is None else handoff
        at = epoch_ms() if now is None else now
        return self.deps.lanes.acquire(self.phone_number_id, index, new_ulid(), token, at, EpochMs(at + LEASE_MS))

    def lane(self, meta: FakeMeta, *, index: int = 0, rate: float = 500.0, seconds: float = 3_000.0,
             taken: LaneState | None = None, clock: Clock = QUICK) -> Lane:  # fmt: skip
        """A slice of the lane, `taken` here unless it was before. It ends when nothing is left, however long it has."""
        held = taken or self.take_lane(index)
        assert held, "somebody holds the lane"
        return Lane(
            phone_number_id=self.phone_number_id,
            taken=held,
            lanes=self.deps.lanes,
            sends=self.deps.sends,
            consent=self.deps.contacts.consent,
            results=self.results(),
            stopped=lambda: self.deps.stops.of(self.tenant_id) is not None,
            transmit=meta,
            blocking=run_blocking,
            clock=clock,
            new_token=new_ulid,
            report=lambda _error: None,
            rate=Rate(cap=rate, current=rate),
            slice_seconds=seconds,
        )

    def _token(self, index: int) -> str:
        """Of the workers that were woken for this lane, whose messages are taken from the queue, the first that it may
        be kept for."""
        wakes = [wake for wake in self.lane_queue.messages if isinstance(wake, WakeLane) and wake.lane == index]
        self.lane_queue.messages = [message for message in self.lane_queue.messages if message not in wakes]
        return next((wake.handoff for wake in wakes if wake.handoff), "")

    def run_lane(self, meta: FakeMeta, *, index: int = 0, **options: Any) -> LaneEnd | None:
        """None when somebody else holds the lane."""
        taken = self.take_lane(index)
        return asyncio.run(self.lane(meta, index=index, taken=taken, **options).run()) if taken else None

    def campaign(self, campaign_id: CampaignId) -> Campaign:
        return self.deps.campaigns.get(self.tenant_id, campaign_id)

    def read_standing(self, tenant_id: TenantId, known: Campaign) -> Standing:
        return read_standing(self.deps.campaigns, self.deps.lanes, tenant_id, known)

    def books(self, campaign_id: CampaignId) -> Books:
        return exact_books(self.deps.sends, self.deps.lanes, self.tenant_id, self.campaign(campaign_id))


_serial = itertools.count()
