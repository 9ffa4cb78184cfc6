"""A model of everything that may go wrong with a campaign, explored by hypothesis over a real DynamoDB.

Workers are the real lanes in virtual time. They are started twice, killed or frozen before and after any await,
their calls to Meta are dropped, refused and delayed; webhooks come late, twice, in any order or never; people opt out;
somebody pauses, resumes and cancels; the sweep runs whenever it likes. At every moment nobody may have been sent the
same campaign twice, nobody may be missing from the books, and nobody who said no may be written to.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from functions.campaign_dispatch.lane import STOP_AFTER_SECONDS, Lane
from functions.campaign_dispatch.load import put_before_lanes
from functions.campaign_dispatch.sweep import sweep_campaign
from shared.domain.books import StatusChange
from shared.domain.callback import CampaignSlot, decode
from shared.domain.campaign import State, after
from shared.domain.outcome import Action, Kind, Outcome
from shared.errors import Conflict
from shared.events import WakeLane
from shared.store.database import Database
from shared.store.lanes import Run
from tests.support.engine import World, open_test_database
from tests.support.frozen import frozen_campaign
from tests.support.virtual_time import VirtualClock, VirtualLoop

PEOPLE = 48
RATE = 8.0


class Killed(BaseException):
    """The process is gone: nothing catches it, and nothing the worker tries afterwards works."""


@dataclass
class Fate:
    """What befalls one worker: at its n-th await it is killed or frozen, before or after the await took effect."""

    at: int
    kill: bool
    applied: bool
    freeze_seconds: float = 0.0
    awaits: int = 0
    dead: bool = False

    async def meet(self, effect: Callable[[], Any]) -> Any:
        """Run `effect` (a coroutine function) as this worker's next await."""
        self.awaits += 1
        if self.dead:
            raise Killed
        if self.awaits != self.at:
            return await effect()
        if self.applied:
            result = await effect()
        if self.kill:
            self.dead = True
            raise Killed
        await asyncio.sleep(self.freeze_seconds)
        return result if self.applied else await effect()


@dataclass
class Meta:
    """Every request that reached it, what it accepted, and the statuses it still owes."""

    plan: list[str] = field(default_factory=list)
    accepted: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    refused_for_good: set[tuple[str, int, int]] = field(default_factory=set)
    owed: list[CampaignSlot] = field(default_factory=list)
    written_to: list[tuple[str, float]] = field(default_factory=list)
    """Whom, and when the worker decided to send."""

    async def answer(self, body: dict[str, Any], decided: float) -> Outcome:
        slot = decode(body["biz_opaque_callback_data"])
        assert isinstance(slot, CampaignSlot)
        key = (slot.campaign_id, slot.block, slot.slot)
        way = self.plan.pop() if self.plan else "accept"
        if way == "refuse":
            self.refused_for_good.add(key)
            return Outcome(Kind.REFUSED, "131026")
        if way == "throttle":
            return Outcome(Kind.THROTTLED, "130429", Action.SLOW_DOWN)
        if way == "pair":
            return Outcome(Kind.THROTTLED, "131056", Action.SPACE_PAIR)
        if way == "unreachable":
            return Outcome(Kind.UNSENT, "connect", Action.SLOW_DOWN)
        if way == "paused_template":
            return Outcome(Kind.THROTTLED, "132015", Action.PAUSE_CAMPAIGN)
        if way == "lost_request":
            return Outcome(Kind.UNKNOWN, "no_answer")
        self.accepted[key] += 1
        self.owed.append(slot)
        self.written_to.append((str(body["to"]), decided))
        await asyncio.sleep(20.0 if way == "slow" else 0.2)
        return (
            Outcome(Kind.UNKNOWN, "no_answer") if way == "lost_answer" else Outcome(Kind.ACCEPTED, message_id="wamid")
        )


WAYS = ["accept"] * 6 + [
    *("refuse", "throttle", "pair", "unreachable", "paused_template", "lost_request", "lost_answer", "slow"),
]


class Campaigns(RuleBasedStateMachine):
    database: Database

    @initialize()
    def launch(self) -> None:
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.clock = VirtualClock(self.loop)
        self.world = World(self.database)
        self.campaign = frozen_campaign(self.world, PEOPLE, at=self.clock.now())
        self.as_loaded = self.world.campaign(self.campaign)
        self.meta = Meta()
        self.workers: list[asyncio.Task[Any]] = []
        self.fates: list[Fate] = []
        self.opted_out: dict[str, float] = {}

    def worker(self, fate: Fate, handoff: str = "") -> None:
        lane: Lane = self.world.lane(self.meta, rate=RATE, seconds=20.0, handoff=handoff)  # type: ignore[arg-type]

        async def blocking(call: Callable[[], Any], /) -> Any:
            async def effect() -> Any:
                await asyncio.sleep(0.004)
                return call()

            return await fate.meet(effect)

        async def transmit(_run: Run, body: dict[str, object]) -> Outcome:
            decided = self.loop.time()
            result: Outcome = await fate.meet(lambda: self.meta.answer(body, decided))
            return result

        lane.blocking = blocking
        lane.transmit = transmit  # type: ignore[assignment]
        lane.clock = self.clock
        self.fates.append(fate)
        self.workers.append(self.loop.create_task(self._life(lane, fate)))

    async def _life(self, lane: Lane, fate: Fate) -> None:
        try:
            end = await lane.run()
        except (Killed, Conflict):
            fate.dead = True
            return
        if end is not None and end.handoff:
            self.worker(Fate(0, False, False), end.handoff)

    @rule(
        at=st.integers(1, 60), kill=st.booleans(), applied=st.booleans(), freeze=st.sampled_from([0.0, 5.0, 14.0, 40.0])
    )
    def start_a_worker(self, at: int, kill: bool, applied: bool, freeze: float) -> None:
        self.worker(Fate(at, kill, applied, freeze))

    @rule(ways=st.lists(st.sampled_from(WAYS), max_size=12))
    def meta_behaves(self, ways: list[str]) -> None:
        self.meta.plan = ways

    @rule(seconds=st.sampled_from([0.3, 1.0, 4.0, 17.0, 70.0]))
    def time_passes(self, seconds: float) -> None:
        self.loop.advance(seconds)

    @rule()
    def sweep(self) -> None:
        sweep_campaign(self.world.deps, self.world.tenant_id, self.campaign, self.clock.now())
        for wake in self.world.lane_queue.take():
            assert isinstance(wake, WakeLane)
            self.worker(Fate(0, False, False), wake.handoff)

    @rule()
    def a_late_load_task_finishes_again(self) -> None:
        put_before_lanes(self.world.deps, self.world.tenant_id, self.as_loaded)

    @precondition(lambda self: self.meta.owed)
    @rule(data=st.data(), lost=st.booleans())
    def webhooks_arrive(self, data: st.DataObject, lost: bool) -> None:
        some = data.draw(st.lists(st.sampled_from(self.meta.owed), max_size=10))
        for slot in some:
            kind = data.draw(st.sampled_from(["sent", "delivered", "read"]))
            change = StatusChange()
            getattr(change, kind).add(slot.slot)
            self.world.deps.sends.record(slot.tenant_id, slot.campaign_id, slot.block, change)
            if lost and slot in self.meta.owed:
                self.meta.owed.remove(slot)

    @rule(shard=st.integers(0, 15), index=st.integers(0, 2))
    def somebody_says_stop(self, shard: int, index: int) -> None:
        contact_id, phone = f"{shard:x}{index:031x}", f"+55119{shard:02d}{index:06d}"
        now = self.clock.now()
        self.world.deps.contacts.set_consent(
            self.world.tenant_id, contact_id, opted_out=True, source="keyword", at=now, event_id=str(now), now=now
        )
        self.opted_out.setdefault(phone, self.loop.time())

    @rule(action=st.sampled_from(["pause", "resume", "resume", "cancel"]))
    def somebody_steers(self, action: str) -> None:
        try:
            changed = self.world.deps.catalogue.change_campaign(
                self.world.tenant_id, self.campaign, lambda c: replace(c, state=after(c.state, action), reason="")
            )
        except Conflict:
            return
        state = {State.SENDING: "running", State.PAUSED: "paused", State.CANCELLED: "cancelled"}[changed.state]
        self.world.deps.lanes.set_run_state(self.world.phone_number_id, self.campaign, state)
        if action == "resume":
            self.worker(Fate(0, False, False))

    @invariant()
    def nobody_got_it_twice(self) -> None:
        assert [key for key, times in self.meta.accepted.items() if times > 1] == []

    @invariant()
    def nobody_was_written_to_after_a_refusal_for_good(self) -> None:
        assert not self.meta.refused_for_good & set(self.meta.accepted)

    @invariant()
    def nobody_who_said_no_was_written_to(self) -> None:
        for phone, at in self.meta.written_to:
            said = self.opted_out.get(phone)
            # A worker that was frozen after its claim may send what it claimed for STOP_AFTER_SECONDS, nothing later.
            assert said is None or at <= said + STOP_AFTER_SECONDS + 1.5

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "world"):
            books = self.world.books(self.campaign)
            assert books.balanced
            assert books.planned == PEOPLE
            accepted = len(self.meta.accepted)
            # Whoever was accepted is in the books as sent, or still unknown: never waiting, never cancelled.
            assert accepted <= books.sent + books.unknown + books.failed

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for fate in self.fates:
            fate.dead = True
        for task in self.workers:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(self.loop), return_exceptions=True))
        self.loop.close()


def test_no_schedule_of_failures_sends_twice_or_loses_anybody(dynoxide: str) -> None:
    Campaigns.database = open_test_database(dynoxide)
    run_state_machine_as_test(
        Campaigns,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            # Shrinking a schedule takes minutes; the one found says enough.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )


pytestmark = pytest.mark.filterwarnings("ignore")
