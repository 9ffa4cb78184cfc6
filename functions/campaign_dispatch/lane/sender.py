"""The sending half of a lane: what is claimed leaves evenly spread, unless somebody said no or it was stopped."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field

from functions.campaign_dispatch.lane.curve import Curve
from functions.campaign_dispatch.lane.job import Job
from functions.campaign_dispatch.lane.logic.pacing import Pacer, Rate
from functions.campaign_dispatch.lane.logic.trip import ErrorTrip
from functions.campaign_dispatch.lane.one_person import OnePerson
from functions.campaign_dispatch.lane.ports import Clock, Transmitter
from functions.campaign_dispatch.lane.results import Sent
from shared.domain.campaigns.outcome import Action, Kind
from shared.domain.contacts.consent import SkipReason
from shared.domain.templates.compiler import SendPlan
from shared.store.engine.documents import from_document

STOP_AFTER_SECONDS = 12.0
"""Nothing is sent this long after the look behind the last claim: the lease may be somebody else's soon, and who said
no or stopped the campaign since is not known."""
IN_FLIGHT_SECONDS = 3.0
MOST_IN_FLIGHT = 700
"""No more than this many seconds' messages are without an answer at a time, and no more than the client has connections
for: what waits for a free one leaves long after its last look. So while Meta is out of reach few become unknown."""
_TROUBLE_LIMIT = 20
_COOL_DOWN_SECONDS = 30.0


@dataclass(slots=True)
class Sender:
    """`queue` is what is claimed and not sent, `done` what came of the rest. `running` are the campaigns that may be
    sent, `opted_out` who said no since their campaign was frozen, `deleted` who did by being deleted, `looked_at`
    (monotonic seconds) when that was read.
    """

    transmit: Transmitter
    clock: Clock
    rate: Rate
    person: OnePerson
    queue: deque[Job] = field(default_factory=deque)
    flying: set["asyncio.Task[None]"] = field(default_factory=set)
    done: list[Sent] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    opted_out: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    deleted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    looked_at: float = 0.0
    cool_until: float = 0.0
    sent: int = 0
    curves: dict[str, Curve] = field(default_factory=lambda: defaultdict(Curve))
    pacer: Pacer = field(init=False)
    _plans: dict[str, SendPlan] = field(default_factory=dict)
    _trips: dict[str, ErrorTrip] = field(default_factory=lambda: defaultdict(ErrorTrip))
    _trouble: int = 0

    def __post_init__(self) -> None:
        self.pacer = Pacer(self.rate)

    @property
    def busy(self) -> bool:
        return bool(self.flying or self.queue or self.done)

    async def run(self) -> None:
        """Send for ever."""
        self.pacer.take_over(self.clock.monotonic())
        while True:
            room = min(MOST_IN_FLIGHT, max(1.0, self.rate.current * IN_FLIGHT_SECONDS)) - len(self.flying)
            if not self.queue or room <= 0:
                await self.clock.sleep(0.005)
                continue
            if self._put_aside(self.queue[0]):
                continue
            now = self.clock.monotonic()
            due = self.pacer.due(now)
            if due > now:
                await self.clock.sleep(due - now)
                self.pacer.woken(due, self.clock.monotonic())
                continue
            job = self.queue.popleft()
            if self.clock.monotonic() - self.looked_at > STOP_AFTER_SECONDS:
                self.done.append(job.kept())
                continue
            self.pacer.sent(self.clock.monotonic())
            task = asyncio.ensure_future(self._send(job))
            self.flying.add(task)
            task.add_done_callback(self.flying.discard)

    def _put_aside(self, job: Job) -> bool:
        """Whether the next message in line is not to be sent now."""
        contacts = self.person.contacts_of(job.recipient.contact_id)
        # Whichever of them said it: a no is the person's.
        if not self.opted_out[job.run.campaign_id].isdisjoint(contacts):
            gone = not self.deleted[job.run.campaign_id].isdisjoint(contacts)
            self.done.append(job.skipped(SkipReason.CONTACT_DELETED if gone else SkipReason.OPTED_OUT))
        elif job.run.campaign_id not in self.running or self.clock.monotonic() < self.cool_until:
            self.done.append(job.kept())
        elif len(contacts) > job.contacts:
            # Learned since it was lined up: it is judged when it is claimed again.
            self.done.append(job.kept())
        else:
            return False
        self.queue.popleft()
        return True

    async def _send(self, job: Job) -> None:
        plan = self._plans.get(job.run.campaign_id)
        if plan is None:
            plan = self._plans[job.run.campaign_id] = from_document(SendPlan, job.run.plan)
        at = self.clock.now()
        outcome = await self.transmit(job.run, job.body(plan))
        accepted = outcome.kind in (Kind.ACCEPTED, Kind.HELD)
        self.sent += accepted
        self._trouble = self._trouble + 1 if outcome.kind in (Kind.UNKNOWN, Kind.UNSENT) else 0
        if self._trouble >= _TROUBLE_LIMIT:
            # Meta is down or out of reach: nothing more is sent or claimed for a while, so that little becomes unknown.
            self._trouble = _TROUBLE_LIMIT - 1
            self.cool_until = self.clock.monotonic() + _COOL_DOWN_SECONDS
        if outcome.kind is Kind.THROTTLED and outcome.action is Action.SLOW_DOWN:
            self.rate.throttled(self.clock.monotonic())
        code = outcome.code if outcome.kind is Kind.REFUSED else ""
        trip = self._trips[job.run.campaign_id].note(code)
        self.done.append(job.came_to(outcome, at, trip=trip))
        if accepted:
            self.curves[job.run.campaign_id].note(job.run, self.clock.now())

    async def finish(self, sending: "asyncio.Task[None]") -> None:
        """Send what is claimed, and wait for the answers. `sending` is the task of `run`."""
        while self.queue and not sending.done():
            await self.clock.sleep(0.02)
        sending.cancel()
        self.done += [job.kept() for job in self.queue]
        self.queue.clear()
        while self.flying:
            await asyncio.wait(set(self.flying))
