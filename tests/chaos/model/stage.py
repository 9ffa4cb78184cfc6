"""The campaigns of one number and everything that works on them, as processes that take turns in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar, cast

from botocore.exceptions import ClientError
from pynamodb.exceptions import PynamoDBException

from functions.api.campaign_control import CampaignControl
from functions.campaign_dispatch.claims import has_work
from functions.campaign_dispatch.lane import Transmitter
from functions.campaign_dispatch.load import put_before_lanes
from functions.campaign_dispatch.sweep import sweep_campaign
from functions.webhook_ingest.bootstrap import Deps as Ingest
from functions.webhook_ingest.bootstrap import build as build_ingest
from functions.webhook_ingest.inbound import take_message
from functions.webhook_ingest.statuses import record_statuses
from shared.clients.queue import Queue
from shared.domain.callback import encode_slot
from shared.domain.campaign import State
from shared.domain.consent import consent_word
from shared.domain.identity import contact_id_for
from shared.domain.outcome import Outcome
from shared.errors import Conflict, RetryableError
from shared.events import InboundMessage, QueueMessage, StatusUpdates, WakeLane
from shared.store.database import Database
from shared.store.lanes import LeaseLost, Run
from tests.chaos.model.meta import Attempt, Key, Meta, slot_of
from tests.chaos.model.process import Blow, Killed, Process, Storm, Strike
from tests.chaos.model.promises import Promises
from tests.chaos.model.turns import Turns
from tests.support.engine import TABLES, RecordingQueue, World
from tests.support.frozen import frozen_campaign
from tests.support.virtual_time import VirtualLoop

T = TypeVar("T")
LIVES = {"lane": 150.0, "load": 300.0}
"""Seconds the platform gives an invocation (the template's timeouts); 60 for all others."""
GRACE_MS = 200_000
"""How long an unknown outcome may settle: like the template's two hours, longer than any worker lives."""
RATE = 2.0
SLICE_SECONDS = 6.0
_AGAIN_SECONDS = 16.0
_SWEEP_SECONDS = 61.0
_FAILURES = (Conflict, RetryableError, LeaseLost, ClientError, PynamoDBException)


class _AnySetting(dict[str, str]):
    """Names of queues and buckets that nothing here reaches."""

    def get(self, key: str, default: Any = None) -> str:
        return super().get(key, "test")


@dataclass(frozen=True, slots=True)
class Ground:
    """What stages share: the database, whose calls go through the turns, and the consumers of webhooks over it."""

    database: Database
    turns: Turns
    ingest: Ingest

    @classmethod
    def of(cls, database: Database, turns: Turns) -> "Ground":
        ingest = build_ingest(database, _AnySetting(TABLES))
        queues = [one.name for one in fields(ingest) if isinstance(getattr(ingest, one.name), Queue)]
        return cls(database, turns, replace(ingest, **{name: cast("Any", RecordingQueue()) for name in queues}))


class Stage:
    """`shards` are where the people are: one lane sends all of them, or four a quarter each."""

    def __init__(
        self,
        ground: Ground,
        *,
        people: int,
        shards: Sequence[int] = (0, 5),
        campaigns: int = 1,
        lanes: int = 1,
        opened: bool = True,
    ) -> None:
        self.turns = ground.turns
        self.turns.applied = self._applied
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.storm = Storm()
        self.meta = Meta()
        self.clock = self.process("test").clock
        self.world = World(ground.database, throughput=80 if lanes == 1 else 1000)
        settings = replace(self.world.deps.settings, unknown_grace_ms=GRACE_MS)
        self.world.deps = replace(self.world.deps, settings=settings)
        self.promises = Promises(self.world, self.meta)
        self.people = people
        self.campaigns = [
            frozen_campaign(self.world, people, self.clock.now(), shards, opened=opened) for _ in range(campaigns)
        ]
        self.loaded = [self.world.campaign(campaign_id) for campaign_id in self.campaigns]
        self.destinations: dict[tuple[int, int], str] = {}
        self.contact_of: dict[str, str] = {}
        for key in self.promises.outcomes(self.loaded[0]):
            recipient = self.world.deps.sends.read_block(self.world.tenant_id, key.campaign_id, key.block)[key.slot]
            self.destinations[key.block, key.slot] = recipient.to
            self.contact_of[recipient.to] = recipient.contact_id
        self.statuses: list[StatusUpdates] = []
        self.inbound: list[InboundMessage] = []
        self._known: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ingest = ground.ingest
        world = self.world
        self._control = CampaignControl(
            world.deps.accounts,
            world.deps.catalogue,
            world.deps.lanes,
            cast("Any", None),
            world.start_queue,
            cast("Any", world.lane_queue),
            lambda _id, _error: None,
        )
        self.pump()

    # Time and processes

    def advance(self, seconds: float) -> None:
        self.loop.advance(seconds)
        self.pump()

    def strike(self, blow: Blow, *, left: int = 1, kind: str = "", call: str = "") -> None:
        self.storm.strikes.append(Strike(blow, left, kind, call))

    def process(self, kind: str, skew: float = 0.0) -> Process:
        return Process(kind, self.loop, self.storm, LIVES.get(kind, 60.0) if kind != "test" else 1e9, skew)

    def begin(self, process: Process, life: Coroutine[Any, Any, None]) -> Process:
        async def lived() -> None:
            try:
                await life
            except (Killed, *_FAILURES):
                pass
            except Exception as error:
                self.promises.broken.append(f"{process.kind} raised {error!r}")
            finally:
                self.promises.calm &= not process.disturbed
                process.dead = True

        task = self.loop.create_task(lived())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return process

    def call(self, kind: str, call: Callable[[Process], object], then: Callable[[], None] = lambda: None) -> Process:
        """Begin a process that makes one call; `then` is told when it went well."""
        process = self.process(kind)

        async def life() -> None:
            await self.turns.run(process, lambda: call(process))
            then()

        return self.begin(process, life())

    def pump(self) -> None:
        """Start the workers that were asked for."""
        for wake in self.world.lane_queue.take():
            self._started(wake)

    def _started(self, wake: QueueMessage) -> None:
        assert isinstance(wake, WakeLane)
        self.wake(wake.lane, wake.handoff)

    # Lanes

    def wake(self, lane: int, handoff: str = "", skew: float = 0.0) -> Process:
        process = self.process("lane", skew)
        self.promises.lane_of[process] = lane
        self.promises.one_clock &= skew == 0
        return self.begin(process, self._lane(process, lane, handoff))

    async def _lane(self, process: Process, index: int, handoff: str) -> None:
        lane = self.world.lane(cast("Any", None), index=index, rate=RATE, seconds=SLICE_SECONDS, handoff=handoff)

        async def blocking(call: Callable[[], T], /) -> T:
            return await self.turns.run(process, call)

        async def transmit(_run: Run, body: dict[str, object]) -> Outcome:
            return await self._transmit(process, index, body)

        lane.clock, lane.blocking, lane.transmit = process.clock, blocking, cast("Transmitter", transmit)
        try:
            end = await lane.run()
            process.finished = not lane.results.waiting
            if end is not None and end.handoff:
                self._started(WakeLane(self.world.phone_number_id, index, end.handoff))
            elif end is not None and has_work(
                await blocking(lambda: self.world.deps.lanes.work(self.world.phone_number_id)), index
            ):
                self.wake(index)
        except _FAILURES:
            self.loop.call_later(_AGAIN_SECONDS, self.wake, index)
            raise

    async def _transmit(self, process: Process, lane: int, body: dict[str, object]) -> Outcome:
        decided = self.loop.time()
        await process.stand()
        self.promises.decided(lane, process, decided)
        attempt = Attempt(slot_of(body), str(body["to"]), process, decided)

        def effect() -> Awaitable[Outcome]:
            self.promises.left(attempt)
            return self.meta.take(attempt)

        outcome = await process.meet("send", effect, ("kill", "freeze", "slow"))
        # A worker that was told to slow down has more in line than it sends within a tick.
        process.disturbed |= attempt.again
        return outcome

    # What else works on a campaign

    def sweep(self, index: int) -> Process:
        campaign_id = self.campaigns[index]
        result: list[str] = []

        def closed() -> None:
            if result == ["closed"]:
                self.promises.closed.setdefault(campaign_id, self.loop.time())

        def sweep(process: Process) -> None:
            result.append(sweep_campaign(self.world.deps, self.world.tenant_id, campaign_id, process.clock.now()))

        return self.call("sweep", sweep, closed)

    def load_again(self, index: int) -> Process:
        """The last step of a load, once more, by a worker who read the campaign when it had just been loaded."""
        campaign = self.loaded[index]
        return self.call("load", lambda _: put_before_lanes(self.world.deps, self.world.tenant_id, campaign))

    def steer(self, index: int, action: str) -> Process:
        """pause, resume or cancel, as the API does it."""
        campaign_id, tenant_id = self.campaigns[index], self.world.tenant_id
        if action == "resume":
            resume = self._control.resume
            return self.call("control", lambda process: resume(tenant_id, campaign_id, process.clock.now()))

        def stopped() -> None:
            if self.world.campaign(campaign_id).state is not State.SENDING:
                self.promises.stopped.setdefault(campaign_id, self.loop.time())

        do = self._control.pause if action == "pause" else self._control.cancel
        return self.call("control", lambda _: do(tenant_id, campaign_id), stopped)

    # Webhooks

    def tell(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Meta tells statuses: (which of the accepted messages, status, error code)."""
        now = self.clock.now() // 1000
        updates: list[list[object]] = [
            [status, now, encode_slot(self.meta.owed[i]), code, status == "delivered", "wamid"]
            for i, status, code in rows
        ]
        self.statuses.append(StatusUpdates(self.world.phone_number_id, cast("Any", updates)))

    def take_statuses(self) -> Process:
        """The consumer gets all that wait, and what it does not finish waits again."""
        batch = list(self.statuses)
        records = [{"messageId": str(i), "body": message.to_json()} for i, message in enumerate(batch)]
        failed: set[str] = set()

        def take(process: Process) -> None:
            failed.update(record_statuses(self._ingest, records, process.clock.now(), lambda: 60_000))

        def taken() -> None:
            for i, message in enumerate(batch):
                if str(i) not in failed and message in self.statuses:
                    self.statuses.remove(message)
                    for row in message.updates:
                        slot = slot_of({"biz_opaque_callback_data": row[2]})
                        self.meta.told.add(Key(slot.campaign_id, slot.block, slot.slot))

        return self.call("statuses", take, taken)

    def says(self, to: str, words: str) -> None:
        """A person writes to the number."""
        if to not in self._known:
            self._introduce(to)
        now, wamid = self.clock.now(), f"in-{to}-{len(self.inbound)}-{self.loop.time()}"
        message = {
            "from": to.removeprefix("+"), "id": wamid, "timestamp": str(now // 1000),
            "type": "text", "text": {"body": words},
        }  # fmt: skip
        self.inbound.append(InboundMessage(self.world.phone_number_id, message, {}, now))
        self._take(self.inbound[-1])

    def _introduce(self, to: str) -> None:
        """The contact behind a recipient, known by a user id first and by the phone since."""
        tenant_id, contact_id, contacts = self.world.tenant_id, self.contact_of[to], self.world.deps.contacts
        contacts.upsert(tenant_id, contact_id, {"phone": to, "region": "BR"}, {}, frozenset({"all"}), 1)
        contacts.put_pointer(tenant_id, contact_id_for(tenant_id, "phone", to), contact_id)
        self._known.add(to)

    def take_inbound(self) -> None:
        """What was not finished comes again, everybody's messages in processes of their own."""
        for message in list(self.inbound):
            self._take(message)

    def _take(self, message: InboundMessage) -> None:
        def taken() -> None:
            if message in self.inbound:
                self.inbound.remove(message)
            if consent_word(message.message["text"]["body"]) == "stop":
                self.promises.said_no.setdefault(f"+{message.message['from']}", self.loop.time())

        self.call("inbound", lambda process: take_message(self._ingest, message, process.clock.now()), taken)

    def _applied(self, process: Process, call: str, parameters: dict[str, Any]) -> None:
        if process.kind == "lane" and call in ("UpdateItem LANE", "TransactWriteItems Q"):
            self.promises.wrote_to_lane(process)
        if call == "PutItem CMP":
            for campaign_id in self.campaigns:
                if self.world.campaign(campaign_id).state is State.SENDING:
                    self.promises.stopped.pop(campaign_id, None)
        # A no counts from when it is in the feed that lanes follow, or else from when its message is done with. Were it
        # not seen in the feed, people would be skipped who had said nothing.
        item = parameters.get("Item", {})
        if item.get("pk", {}).get("S") == f"T#{self.world.tenant_id}#OPT" and item["out"]["BOOL"]:
            known = item["sk"]["S"].partition("#")[2]
            for to, contact_id in self.contact_of.items():
                if contact_id == known:
                    self.promises.said_no.setdefault(to, self.loop.time())

    def not_yet_written_to(self) -> list[str]:
        """Destinations of whom at least one campaign still waits, in the order of their turn."""
        return [
            to
            for (block, slot), to in self.destinations.items()
            if any(not self.meta.tried(Key(campaign_id, block, slot)) for campaign_id in self.campaigns)
        ]

    # The end

    def look(self) -> None:
        self.promises.look_at_the_books(self.campaigns, self.people)

    def come_to_rest(self, *, silent: int = 0) -> None:
        """Nothing fails any more: what stood still goes on, what waits is taken in, and the sweep comes round until
        every campaign is closed. Meta never tells of every `silent`-th message."""
        self.storm.strikes.clear()
        self.meta.plan.clear()
        self.advance(max(LIVES.values()))
        for _ in range(40):
            self._take_in_all(silent)
            if all(self.world.campaign(campaign_id).closed for campaign_id in self.campaigns):
                break
            for index, campaign_id in enumerate(self.campaigns):
                if self.world.campaign(campaign_id).state is State.PAUSED:
                    self.steer(index, "resume")
                self.sweep(index)
            self.advance(_SWEEP_SECONDS)
        self.look()
        self.promises.look_at_the_end(self.campaigns, self.destinations)

    def _take_in_all(self, silent: int) -> None:
        told = [(i, "sent", "") for i in range(len(self.meta.owed)) if not silent or i % silent]
        if told:
            self.tell(told)
        self.take_statuses()
        self.take_inbound()
        self.advance(1.0)

    def close(self) -> None:
        for task in (tasks := asyncio.all_tasks(self.loop)):
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        asyncio.set_event_loop(None)
        self.loop.close()
