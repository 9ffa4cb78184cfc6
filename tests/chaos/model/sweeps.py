"""The sweep's turns: runs that give them, the queue between, and whoever takes one; each a process."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import cast

from functions.campaign_dispatch.sweep.turn import take_turn
from functions.campaign_dispatch.sweep.turns import DueParts, give_turns
from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs
from shared.errors import RetryableError
from shared.ids import CampaignId
from shared.queue_messages import SweepCampaign
from shared.store.campaigns.campaigns import DueCampaign, campaign_due
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.engine.database import Database
from tests.chaos.model.machine import FAILURES, Machine
from tests.chaos.model.process import Process
from tests.chaos.model.turn_promises import TurnPromises
from tests.support.engine import World

TURN_MS = 360_000
"""The template's: longer than whoever takes a turn may live."""
ALL = 1_000


def only_what_may_happen(_what: str, error: Exception) -> None:
    """In place of the log of what was not handled: nothing but what the model does to processes is to be in it."""
    if not isinstance(error, FAILURES):
        raise error


@dataclass(eq=False, slots=True)
class _Waiting:
    """A message in the queue, and who has it in hand."""

    message: SweepCampaign
    worker: Process | None = None


class Sweeps:
    """The queue delivers at least once. `refusals`: so many of the next sends it does not take."""

    def __init__(
        self, machine: Machine, world: World, database: Database, campaigns: Sequence[str], broken: list[str]
    ) -> None:
        self._machine = machine
        self._world = world
        self._campaigns = [CampaignId(campaign_id) for campaign_id in campaigns]
        self._turns = SweepTurns(database, f"PLACE{world.tenant_id}")
        self._waiting: list[_Waiting] = []
        self._runs_without: Counter[CampaignId] = Counter()
        self._broken = broken
        self.refusals = 0
        self.promises = TurnPromises(broken)
        self.began_at: dict[Process, float] = {}
        """When whoever sweeps began to (loop time)."""

    def run(self, most: int = ALL, *, late: bool = False) -> Process:
        """The schedule's: it has time for `most` campaigns. What it queues is delivered at once, or `late`: when
        somebody says so."""

        def give(process: Process) -> None:
            now, left = process.clock.now(), iter(range(most))
            parts = DueParts(self._world.deps.campaigns, self._turns, cast("Queue", self), TURN_MS)
            give_turns(parts, partial(self._due, now), now, lambda: next(left, None) is not None, at_once=1)

        def given() -> None:
            self.promises.given(process)
            if not late:
                self.deliver()

        process = self._machine.call("due", give, given)
        return process

    def _due(self, now: EpochMs, behind: str) -> Iterator[DueCampaign]:
        """In the order of the campaigns, beginning behind a place and coming round to it."""
        at = self._campaigns.index(CampaignId(behind)) + 1 if behind else 0
        for campaign_id in [*self._campaigns[at:], *self._campaigns[:at]]:
            if self._is_due(campaign_id, now):
                yield DueCampaign(self._world.tenant_id, campaign_id, campaign_id)

    def _is_due(self, campaign_id: CampaignId, now: EpochMs) -> bool:
        due = campaign_due(self._world.campaign(campaign_id))
        return due is not None and due.at <= now

    def send_all(self, messages: Iterable[Outgoing]) -> None:
        """What the runs take for the queue."""
        sent = [cast("SweepCampaign", outgoing.message) for outgoing in messages]
        if self.refusals:
            self.refusals -= 1
            raise RetryableError("the queue takes nothing")
        self._waiting += map(_Waiting, sent)
        self.promises.queued(sent)

    def deliver(self, *, again: bool = False) -> None:
        """What waits is taken, and what a worker that failed or died had in hand; with `again`, all that anybody has
        in hand as well."""
        for waiting in list(self._waiting):
            if again or waiting.worker is None or waiting.worker.dead:
                self._take(waiting)

    def lose(self) -> None:
        """The queue forgets what is in it."""
        self._waiting.clear()

    def _take(self, waiting: _Waiting) -> None:
        parts = replace(self._world.deps, turns=self._turns, turn_ms=TURN_MS).for_sweep()

        def taken() -> None:
            self.promises.taken(process, waiting.message)
            if waiting in self._waiting:
                self._waiting.remove(waiting)

        process = self._machine.call(
            "sweep", lambda process: take_turn(parts, waiting.message, process.clock.now()), taken
        )
        waiting.worker = process
        self.began_at[process] = self._machine.loop.time()

    def minute(self, most: int, seconds: float) -> None:
        """A run when nothing fails any more, and the rest of its minute: nobody who is due waits for longer than all
        of them take."""
        now = self._machine.clock.now()
        due = [campaign_id for campaign_id in self._campaigns if self._is_due(campaign_id, now)]
        before = self.promises.begun.copy()
        self.run(most)
        self._machine.loop.advance(seconds)
        for campaign_id in due:
            self._runs_without[campaign_id] += 1
            if self.promises.begun[campaign_id] > before[campaign_id]:
                self._runs_without[campaign_id] = 0
            if self._runs_without[campaign_id] > ceil(len(self._campaigns) / most):
                self._broken.append(f"{campaign_id} had no turn in {self._runs_without[campaign_id]} runs")
