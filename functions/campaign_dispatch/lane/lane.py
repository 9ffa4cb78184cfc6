"""A lane: the one paced worker that sends campaigns for a phone number.

It holds a lease and works in slices. Once a tick it makes one conditional write that is lease renewal, fence,
write-ahead claim and cursor together; only then does it send what it claimed. A recipient below the cursor without a
stored outcome may have been written to, and is never written to again by itself. So a crash anywhere costs at most
the claimed window, and that shows as unknown until the statuses arrive.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from functions.campaign_dispatch.lane.job import Job
from functions.campaign_dispatch.lane.logic.claims import Window, has_work, next_window, segment_of
from functions.campaign_dispatch.lane.logic.pacing import Rate
from functions.campaign_dispatch.lane.one_person import WAIT_MS, OnePerson, Verdict
from functions.campaign_dispatch.lane.ports import Blocking, Clock, Transmitter
from functions.campaign_dispatch.lane.results import Results
from functions.campaign_dispatch.lane.sender import Sender
from functions.campaign_dispatch.lane.trail import Trail
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.number_work import LaneState, NumberWork, Run
from shared.domain.contacts.consent import SkipReason
from shared.ids import CampaignId, PhoneNumberId
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.runs import LeaseLost
from shared.store.campaigns.sends import Sends
from shared.store.contacts.consent import Consent

LEASE_MS = 15_000
TICK_SECONDS = 1.0
AHEAD_SECONDS = 0.6
"""Claim the next window when less than this much of the last one is left to send."""
_FEED_OVERLAP_MS = 60_000
_FLUSHES = 10
_CURVE_SECONDS = 10.0
_STOP_SECONDS = 2.0
"""So often it is asked whether sending is stopped."""


@dataclass(frozen=True, slots=True)
class LaneEnd:
    """`more` says that work is left for another slice; `fence` is what the lane had, `lost` that somebody else has it
    now; `slowest_tick` (s) how long it took at most from looking at what there is to do until the next people were
    claimed."""

    sent: int
    more: bool
    fence: int
    trail: Trail
    slowest_tick: float = 0.0
    lost: bool = False


@dataclass(slots=True)
class Lane:
    """One slice of one lane, which was `taken` by whoever runs it. `stopped` says whether operators have stopped the
    tenant's sending. What it does is noted in `trail`, also of a slice that fails."""

    phone_number_id: PhoneNumberId
    taken: LaneState
    lanes: Lanes
    sends: Sends
    consent: Consent
    results: Results
    stopped: Callable[[], bool]
    transmit: Transmitter
    blocking: Blocking
    clock: Clock
    new_token: Callable[[], str]
    report: Callable[[Exception], None]
    rate: Rate
    slice_seconds: float
    trail: Trail = field(default_factory=Trail)

    _blocks: dict[tuple[str, int], list[Recipient]] = field(default_factory=dict)
    _fed_until: dict[CampaignId, EpochMs] = field(default_factory=dict)
    lane: int = field(init=False)
    _fence: int = field(init=False)
    _lost: bool = False
    _slowest_tick: float = 0.0
    _drawn_at: float = 0.0
    _asked_at: float = float("-inf")
    _is_stopped: bool = False
    _person: OnePerson = field(init=False)
    _sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.lane, self._fence = self.taken.lane, self.taken.fence
        self._person = OnePerson(self.sends, self.lane)
        self._sender = Sender(self.transmit, self.clock, self.rate, self._person)

    async def run(self) -> LaneEnd:
        """Work until the slice ends or nothing is left."""
        if self.taken.rate:
            self.rate.recall(self.taken.rate / 1000, (self.clock.now() - self.taken.claimed_at) / 1000)
        sending = asyncio.ensure_future(self._sender.run())
        more = False
        try:
            more = await self._claim_loop()
        except LeaseLost:
            self._lost = True
        finally:
            try:
                await self._drain(sending)
            finally:
                self.trail.sent = self._sender.sent
        if self._lost:
            return LaneEnd(self._sender.sent, False, self._fence, self.trail, self._slowest_tick, lost=True)
        await self.clock.sleep(max(0.0, self._sender.pacer.hand_over_at() - self.clock.monotonic()))
        await self.blocking(lambda: self.lanes.release(self.phone_number_id, self.lane, self._fence))
        return LaneEnd(self._sender.sent, more, self._fence, self.trail, self._slowest_tick)

    async def _claim_loop(self) -> bool:
        """Claim window after window. True when work is left at the end of the slice."""
        ends_at = self.clock.monotonic() + self.slice_seconds
        while True:
            # Before the look at what there is to do, so that a retry stored now is seen now.
            await self._flush()
            looked_at = self.clock.monotonic()
            work = await self._unless_stopped(await self.blocking(lambda: self.lanes.work(self.phone_number_id)))
            state = work.lanes[self.lane]
            if state.fence != self._fence:
                raise LeaseLost
            await self._follow_consent(work)
            # A campaign that is closed is not there any more, and what is in line for it is not sent either.
            self._sender.running = {run.campaign_id for run in work.runs if run.state == "running"}
            if self.clock.monotonic() >= ends_at:
                return has_work(work, self.lane)
            window = self._next_window(work, state)
            await self._take(work, window, looked_at)
            self._slowest_tick = max(self._slowest_tick, self.clock.monotonic() - looked_at)
            if window.empty and not self._sender.busy and not has_work(work, self.lane):
                return False
            await self._wait_for_room(hungry=not window.empty)

    async def _unless_stopped(self, work: NumberWork) -> NumberWork:
        """The same without its campaigns while sending is stopped: who is in line keeps their place."""
        now = self.clock.monotonic()
        if now - self._asked_at >= _STOP_SECONDS:
            self._asked_at, self._is_stopped = now, await self.blocking(self.stopped)
        return replace(work, runs=()) if self._is_stopped else work

    def _next_window(self, work: NumberWork, state: LaneState) -> Window:
        now = self.clock.monotonic()
        if now < self._sender.cool_until:
            return Window({}, ())
        self.rate.quiet(now)
        if self.results.blocked:
            work = NumberWork(work.runs, work.lanes, ())
        # What is claimed and not yet sent counts: a large retry list at a low rate is sent before more is claimed.
        room = round(self.rate.current * (TICK_SECONDS + AHEAD_SECONDS)) - len(self._sender.queue)
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
                jobs.append(await self._job(runs[campaign_id], block, slot, attempt=1))
        retry_jobs = [
            [await self._job(runs[batch.campaign_id], block, slot, attempt=n) for block, slot, n in batch.entries]
            for batch in window.retries
        ]
        now, token, rate = self.clock.now(), self.new_token(), round(self.rate.current * 1000)
        await self.blocking(
            lambda: self.lanes.claim(
                self.phone_number_id, self.lane, self._fence, window.moves, token, now, EpochMs(now + LEASE_MS), rate
            )
        )
        self.trail.claimed(window, token, now)
        self._sender.looked_at = looked_at
        await self._line_up(jobs, work)
        for batch, retried in zip(window.retries, retry_jobs, strict=True):
            if await self.blocking(partial(self.lanes.claim_retries, self.phone_number_id, batch)):
                await self._line_up(retried, work)

    async def _line_up(self, jobs: Sequence[Job], work: NumberWork) -> None:
        """In line goes who is to be written to; of contacts that turned out to be one person, one."""
        for job in jobs:
            contacts = len(self._person.contacts_of(job.recipient.contact_id))
            if contacts == 1:
                self._sender.queue.append(job)
                continue
            match await self._verdict(job, work):
                case Verdict.SEND:
                    self._sender.queue.append(replace(job, contacts=contacts))
                case Verdict.SKIP:
                    self._sender.done.append(job.skipped(SkipReason.DUPLICATE_IDENTITY))
                case Verdict.WAIT:
                    self._sender.done.append(job.kept(WAIT_MS))

    async def _verdict(self, job: Job, work: NumberWork) -> Verdict:
        now, monotonic = self.clock.now(), self.clock.monotonic()
        try:
            return await self.blocking(partial(self._person.judge, job, work, monotonic, now))
        except Exception as error:  # it is claimed: whatever fails, it has to be given back
            self.report(error)
            return Verdict.WAIT

    async def _job(self, run: Run, block: int, slot: int, *, attempt: int) -> Job:
        key = (run.campaign_id, block)
        if key not in self._blocks:
            if len(self._blocks) > 64:
                self._blocks.clear()
            self._blocks[key] = await self.blocking(
                lambda: self.sends.read_block(run.tenant_id, run.campaign_id, block)
            )
        return Job(run, block, slot, attempt, self._blocks[key][slot])

    async def _follow_consent(self, work: NumberWork) -> None:
        """Learn who said no since their campaign was frozen: in one read, since all of a number's runs are one
        tenant's. Nobody asks for those that stand still; what was said meanwhile is read when they go on."""
        runs = [run for run in work.runs if run.state == "running" and self.lane < run.lanes]
        if not runs:
            return
        since = {
            run.campaign_id: EpochMs(self._fed_until.get(run.campaign_id, run.frozen_at) - _FEED_OVERLAP_MS)
            for run in runs
        }
        feed = await self.blocking(partial(self.consent.feed, runs[0].tenant_id, min(since.values())))
        self._person.learn(feed, self.clock.monotonic())
        for run in runs:
            changes = [change for change in feed if change.at >= since[run.campaign_id]]
            said = self._sender.opted_out[run.campaign_id]
            # A yes within the campaign lifts no no: entries learned at the same moment may stand in any order.
            said.update(change.contact_id for change in changes if change.opted_out)
            self._sender.deleted[run.campaign_id].update(change.contact_id for change in changes if change.deleted)
            if changes:
                self._fed_until[run.campaign_id] = max(
                    self._fed_until.get(run.campaign_id, run.frozen_at), changes[-1].at
                )

    async def _wait_for_room(self, *, hungry: bool) -> None:
        """Until a tick has passed, or, while there is more to claim (`hungry`), until the queue runs low."""
        until = self.clock.monotonic() + TICK_SECONDS
        while True:
            now = self.clock.monotonic()
            low = len(self._sender.queue) <= self.rate.current * AHEAD_SECONDS
            if now >= until or (low and hungry):
                return
            await self.clock.sleep(min(0.02, until - now))

    async def _flush(self) -> None:
        """Store the outcomes that came in. What cannot be stored now stays in line for the next tick."""
        done, self._sender.done = self._sender.done, []
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
        for curve in self._sender.curves.values():
            if curve.run is not None:
                await self.blocking(partial(curve.store, self.sends, self.lane, self._fence, self.clock.now()))

    async def _drain(self, sending: "asyncio.Task[None]") -> None:
        """Send what is claimed, wait for the answers, store them."""
        await self._sender.finish(sending)
        for _ in range(_FLUSHES):
            await self._flush()
            if not self.results.waiting:
                break
            await self.clock.sleep(1.0)
        self._drawn_at = 0.0
        await self._flush()
