"""The lanes of the model's number, each slice a process, and their messages to the fake Meta."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from functions.campaign_dispatch.lane.lane import LaneEnd
from functions.campaign_dispatch.lane.logic.claims import has_work
from functions.campaign_dispatch.lane.ports import Transmitter
from functions.campaign_dispatch.lane.reservation import wake_and_keep
from shared.clients.queue import Queue
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Outcome
from shared.queue_messages import WakeLane
from tests.chaos.model.machine import FAILURES, Machine
from tests.chaos.model.meta import Attempt, Meta, slot_of
from tests.chaos.model.process import Process
from tests.chaos.model.promises import Promises
from tests.support.engine import World

T = TypeVar("T")
RATE = 2.0
SLICE_SECONDS = 6.0
_RETRY_SECONDS = 16.0


class Workers:
    def __init__(self, machine: Machine, world: World, meta: Meta, promises: Promises) -> None:
        self._machine = machine
        self._world = world
        self._meta = meta
        self._promises = promises

    def pump(self) -> None:
        """Start the workers that were asked for."""
        for wake in self._world.lane_queue.take():
            assert isinstance(wake, WakeLane)
            self.wake(wake.lane, wake.handoff)

    def wake(self, lane: int, handoff: str = "", skew: float = 0.0) -> Process:
        """What the queue's message does; it may come as often as it likes. `skew`: how far the worker's clock is
        ahead, in seconds."""
        process = self._machine.process("lane", skew)
        self._promises.lane_of[process] = lane
        self._promises.one_clock &= skew == 0
        return self._machine.begin(process, lambda: self._slice(process, lane, handoff))

    async def _slice(self, process: Process, index: int, handoff: str) -> None:
        world = self._world

        async def blocking(call: Callable[[], T], /) -> T:
            return await self._machine.turns.run(process, call)

        async def transmit(_run: Run, body: dict[str, object]) -> Outcome:
            return await self._transmit(process, index, body)

        try:
            taken = await blocking(partial(world.take_lane, index, handoff, process.clock.now()))
            if taken is None:
                process.finished = True
                return
            lane = world.lane(cast("Any", None), index=index, rate=RATE, seconds=SLICE_SECONDS, taken=taken)
            lane = replace(lane, clock=process.clock, blocking=blocking, transmit=cast("Transmitter", transmit))
            end = await lane.run()
            process.finished = not lane.results.waiting
            if end.more:
                await blocking(partial(self._hand_over, process, index, end))
            elif has_work(await blocking(lambda: world.deps.lanes.work(world.phone_number_id)), index):
                self.wake(index)
        except FAILURES:
            self._machine.loop.call_later(_RETRY_SECONDS, self.wake, index, handoff)
            raise

    def _hand_over(self, process: Process, index: int, end: LaneEnd) -> None:
        world = self._world
        queue = cast("Queue", world.lane_queue)
        wake_and_keep(
            world.deps.lanes,
            queue,
            world.tenant_id,
            world.phone_number_id,
            index,
            fence=end.fence,
            now=process.clock.now(),
        )

    async def _transmit(self, process: Process, lane: int, body: dict[str, object]) -> Outcome:
        decided = self._machine.loop.time()
        await process.stand()
        self._promises.decided(lane, process, decided)
        attempt = Attempt(slot_of(body), str(body["to"]), process, decided)

        def effect() -> Awaitable[Outcome]:
            self._promises.left(attempt)
            return self._meta.take(attempt)

        outcome = await process.meet("send", effect, ("kill", "freeze", "slow"))
        # A worker that was told to slow down has more in line than it sends within a tick.
        process.disturbed |= attempt.again
        return outcome
