"""A lane: the one paced worker that sends campaigns for a phone number.

It holds a lease and works in slices. Once a tick it makes one conditional write that is lease renewal, fence,
write-ahead claim and cursor together; only then does it send what it claimed. A recipient below the cursor without a
stored outcome may have been written to, and is never written to again by itself. So a crash anywhere costs at most
the claimed window, and that shows as unknown until the statuses arrive.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from functions.campaign_dispatch.lane.claims import Window, has_work, next_window, segment_of
from functions.campaign_dispatch.lane.curve import Curve
from functions.campaign_dispatch.lane.job import Job
from functions.campaign_dispatch.lane.pacing import Pacer, Rate
from functions.campaign_dispatch.lane.results import Results, Sent
from functions.campaign_dispatch.lane.trip import ErrorTrip
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.number_work import LaneState, NumberWork, Run
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from shared.domain.contacts.consent import SkipReason
from shared.domain.templates.compiler import SendPlan
from shared.store.campaigns.lanes import Lanes, LeaseLost
from shared.store.campaigns.sends import Sends
from shared.store.contacts.consent import Consent
from shared.store.engine.documents import from_document

LEASE_MS = 15_000
STOP_AFTER_SECONDS = 12.0
"""Nothing is sent this long after the look behind the last claim: the lease may be somebody else's soon, and who said
no or stopped the campaign since is not known."""
TICK_SECONDS = 1.0
AHEAD_SECONDS = 0.6
"""Claim the next window when less than this much of the last one is left to send."""
IN_FLIGHT_SECONDS = 3.0
MOST_IN_FLIGHT = 700
"""No more than this many seconds' messages are without an answer at a time, and no more than the client has connections
for: what waits for a free one leaves long after its last look. So while Meta is out of reach few become unknown."""
_FEED_OVERLAP_MS = 60_000
_TROUBLE_LIMIT = 20
_COOL_DOWN_SECONDS = 30.0
_FLUSHES = 10
_CURVE_SECONDS = 10.0


T = TypeVar("T")


class Blocking(Protocol):
    async def __call__(self, call: Callable[[], T], /) -> T:
        """Run a database call without holding up the sending."""


class Clock(Protocol):
    def now(self) -> int:
        """Epoch milliseconds."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    async def sleep(self, seconds: float) -> None: ...


class Transmitter(Protocol):
    async def __call__(self, run: Run, body: dict[str, object]) -> Outcome:
        """Send one message; never raises."""


@dataclass(frozen=True, slots=True)
class LaneEnd:
    """`handoff` is set when work is left and the next slice may take over with it."""

    sent: int
    handoff: str


@dataclass(slots=True)
class Lane:
    """One slice of one lane."""

    phone_number_id: str
    lane: int
    owner: str
    handoff: str
    lanes: Lanes
    sends: Sends
    consent: Consent
    results: Results
    transmit: Transmitter
    blocking: Blocking
    clock: Clock
    new_token: Callable[[], str]
    report: Callable[[Exception], None]
    rate: Rate
    slice_seconds: float

    _queue: deque[Job] = field(default_factory=deque)
    _flying: set["asyncio.Task[None]"] = field(default_factory=set)
    _done: list[Sent] = field(default_factory=list)
    _blocks: dict[tuple[str, int], list[Recipient]] = field(default_factory=dict)
    _plans: dict[str, SendPlan] = field(default_factory=dict)
    _pacer: Pacer = field(init=False)
    _halted: set[str] = field(default_factory=set)
    _opted_out: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _fed_until: dict[str, int] = field(default_factory=dict)
    _looked_at: float = 0.0
    _fence: int = 0
    _sent: int = 0
    _trouble: int = 0
    _cool_until: float = 0.0
    _lost: bool = False
    _trips: dict[str, ErrorTrip] = field(default_factory=lambda: defaultdict(ErrorTrip))
    _curves: dict[str, Curve] = field(default_factory=lambda: defaultdict(Curve))
    _drawn_at: float = 0.0

    def __post_init__(self) -> None:
        self._pacer = Pacer(self.rate)

    async def run(self) -> LaneEnd | None:
        """Work until the slice ends or nothing is left. None when another worker holds the lane."""
        now = self.clock.now()
        state = await self.blocking(
            lambda: self.lanes.acquire(self.phone_number_id, self.lane, self.owner, self.handoff, now, now + LEASE_MS)
        )
        if state is None:
            return None
        self._fence = state.fence
        if state.rate:
            self.rate.recall(state.rate / 1000, (now - state.claimed_at) / 1000)
        sender = asyncio.ensure_future(self._send_loop())
        more = False
        try:
            more = await self._claim_loop()
        except LeaseLost:
            self._lost = True
        finally:
            await self._drain(sender)
        if self._lost:
            return LaneEnd(self._sent, "")
        token = self.new_token()
        await self.clock.sleep(max(0.0, self._pacer.hand_over_at() - self.clock.monotonic()))
        await self.blocking(lambda: self.lanes.release(self.phone_number_id, self.lane, self._fence, token))
        return LaneEnd(self._sent, token if more else "")

    async def _claim_loop(self) -> bool:
        """Claim window after window. True when work is left at the end of the slice."""
        ends_at = self.clock.monotonic() + self.slice_seconds
        while True:
            # Before the look at what there is to do, so that a retry stored now is seen now.
            await self._flush()
            looked_at = self.clock.monotonic()
            work = await self.blocking(lambda: self.lanes.work(self.phone_number_id))
            state = work.lanes[self.lane]
            if state.fence != self._fence:
                raise LeaseLost
            await self._follow_consent(work)
            self._halted = {run.campaign_id for run in work.runs if run.state != "running"}
            if self.clock.monotonic() >= ends_at:
                return has_work(work, self.lane)
            window = self._next_window(work, state)
            await self._take(work, window, looked_at)
            busy = bool(self._flying or self._queue or self._done)
            if window.empty and not busy and not has_work(work, self.lane):
                return False
            await self._wait_for_room(hungry=not window.empty)

    def _next_window(self, work: NumberWork, state: LaneState) -> Window:
        now = self.clock.monotonic()
        if now < self._cool_until:
            return Window({}, ())
        self.rate.quiet(now)
        if self.results.blocked:
            work = NumberWork(work.runs, work.lanes, ())
        # What is claimed and not yet sent counts: a large retry list at a low rate is sent before more is claimed.
        room = round(self.rate.current * (TICK_SECONDS + AHEAD_SECONDS)) - len(self._queue)
        budget = min(round(self.rate.current * TICK_SECONDS), room)
        return next_window(work, state, max(1, budget), self.clock.now()) if room > 0 else Window({}, ())

    async def _take(self, work: NumberWork, window: Window, looked_at: float) -> None:
        """Claim the window and line up what it holds. Blocks are read first, so that nothing fails after the claim.

        What is in line is sent on the strength of this look (`looked_at`, seconds), however long the claim took.
        """
        runs = {run.campaign_id: run for run in work.runs}
        jobs: list[Job] = []
        for campaign_id, (start, stop) in window.moves.items():
            for block, slot in segment_of(runs[campaign_id], self.lane).locate(start, stop):
                jobs.append(await self._job(runs[campaign_id], block, slot, 1))
        again = [[await self._job(runs[batch.campaign_id], *e) for e in batch.entries] for batch in window.retries]
        now, token, rate = self.clock.now(), self.new_token(), round(self.rate.current * 1000)
        await self.blocking(
            lambda: self.lanes.claim(
                self.phone_number_id, self.lane, self._fence, window.moves, token, now, now + LEASE_MS, rate
            )
        )
        self._looked_at = looked_at
        self._queue.extend(jobs)
        for batch, retried in zip(window.retries, again, strict=True):
            if await self.blocking(partial(self.lanes.claim_retries, self.phone_number_id, batch)):
                self._queue.extend(retried)

    async def _job(self, run: Run, block: int, slot: int, attempt: int) -> Job:
        key = (run.campaign_id, block)
        if key not in self._blocks:
            if len(self._blocks) > 64:
                self._blocks.clear()
            self._blocks[key] = await self.blocking(
                lambda: self.sends.read_block(run.tenant_id, run.campaign_id, block)
            )
        return Job(run, block, slot, attempt, self._blocks[key][slot])

    async def _follow_consent(self, work: NumberWork) -> None:
        """Learn who said no since their campaign was frozen. All of the number's runs are one tenant's."""
        for run in work.runs:
            since = self._fed_until.get(run.campaign_id, run.frozen_at)
            changes = await self.blocking(partial(self.consent.feed, run.tenant_id, since - _FEED_OVERLAP_MS))
            said = self._opted_out[run.campaign_id]
            # A yes within the campaign lifts no no: entries learned at the same moment may stand in any order.
            said.update(change.contact_id for change in changes if change.opted_out)
            if changes:
                self._fed_until[run.campaign_id] = max(since, changes[-1].at)

    async def _wait_for_room(self, *, hungry: bool) -> None:
        """Until a tick has passed, or, while there is more to claim (`hungry`), until the queue runs low."""
        until = self.clock.monotonic() + TICK_SECONDS
        while True:
            now = self.clock.monotonic()
            low = len(self._queue) <= self.rate.current * AHEAD_SECONDS
            if now >= until or (low and hungry):
                return
            await self.clock.sleep(min(0.02, until - now))

    async def _send_loop(self) -> None:
        pacer = self._pacer
        pacer.take_over(self.clock.monotonic())
        while True:
            room = min(MOST_IN_FLIGHT, max(1.0, self.rate.current * IN_FLIGHT_SECONDS)) - len(self._flying)
            if not self._queue or room <= 0:
                await self.clock.sleep(0.005)
                continue
            job = self._queue[0]
            if job.recipient.contact_id in self._opted_out[job.run.campaign_id]:
                self._queue.popleft()
                self._done.append(job.skipped(SkipReason.OPTED_OUT))
                continue
            if job.run.campaign_id in self._halted or self.clock.monotonic() < self._cool_until:
                self._queue.popleft()
                self._done.append(job.kept())
                continue
            now = self.clock.monotonic()
            due = pacer.due(now)
            if due > now:
                await self.clock.sleep(due - now)
                pacer.woken(due, self.clock.monotonic())
                continue
            self._queue.popleft()
            if self.clock.monotonic() - self._looked_at > STOP_AFTER_SECONDS:
                self._done.append(job.kept())
                continue
            pacer.sent(self.clock.monotonic())
            task = asyncio.ensure_future(self._send(job))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)

    async def _send(self, job: Job) -> None:
        plan = self._plans.get(job.run.campaign_id)
        if plan is None:
            plan = self._plans[job.run.campaign_id] = from_document(SendPlan, job.run.plan)
        outcome = await self.transmit(job.run, job.body(plan))
        self._sent += outcome.kind in (Kind.ACCEPTED, Kind.HELD)
        self._trouble = self._trouble + 1 if outcome.kind in (Kind.UNKNOWN, Kind.UNSENT) else 0
        if self._trouble >= _TROUBLE_LIMIT:
            # Meta is down or out of reach: nothing more is sent or claimed for a while, so that little becomes unknown.
            self._trouble = _TROUBLE_LIMIT - 1
            self._cool_until = self.clock.monotonic() + _COOL_DOWN_SECONDS
        if outcome.kind is Kind.THROTTLED and outcome.action is Action.SLOW_DOWN:
            self.rate.throttled(self.clock.monotonic())
        code = outcome.code if outcome.kind is Kind.REFUSED else ""
        trip = self._trips[job.run.campaign_id].note(code)
        self._done.append(job.came_to(outcome, trip=trip))
        if outcome.kind in (Kind.ACCEPTED, Kind.HELD):
            self._curves[job.run.campaign_id].note(job.run, self.clock.now())

    async def _flush(self) -> None:
        """Store the outcomes that came in. What cannot be stored now stays in line for the next tick."""
        done, self._done = self._done, []
        try:
            await self.blocking(
                lambda: self.results.settle(self.phone_number_id, self.lane, self._fence, done, self.clock.now())
            )
            if self.clock.monotonic() - self._drawn_at >= _CURVE_SECONDS:
                await self._draw()
        except Exception as error:
            self.report(error)

    async def _draw(self) -> None:
        """Store how many were accepted in each minute: the whole of this slice's count, so repeating it is harmless."""
        self._drawn_at = self.clock.monotonic()
        for curve in self._curves.values():
            if curve.run is not None:
                await self.blocking(partial(curve.store, self.sends, self.lane, self._fence, self.clock.now()))

    async def _drain(self, sender: "asyncio.Task[None]") -> None:
        """Send what is claimed, wait for the answers, store them."""
        while self._queue and not sender.done():
            await self.clock.sleep(0.02)
        sender.cancel()
        self._done += [job.kept() for job in self._queue]
        self._queue.clear()
        while self._flying:
            await asyncio.wait(set(self._flying))
        for _ in range(_FLUSHES):
            await self._flush()
            if not self.results.waiting:
                break
            await self.clock.sleep(1.0)
        self._drawn_at = 0.0
        await self._flush()
