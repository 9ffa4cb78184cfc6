"""A process of the model: the thing that may be killed or stand still at any of its awaits.

Whatever a process waits for (a database call, a call to Meta, time) goes through it, so that all its tasks stop and
go on together, as in a machine that is switched off or suspended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from tests.support.virtual_time import VirtualClock, VirtualLoop

T = TypeVar("T")
_SHORTEST_SLEEP = 0.05
"""Seconds. A lane looks for something to send every few milliseconds; minutes of that would take minutes."""
Way = Literal["kill", "freeze", "slow", "fail", "repeat"]


class Killed(BaseException):
    """The process is gone: nothing catches it, and nothing the process tries afterwards works."""


@dataclass(frozen=True, slots=True)
class Blow:
    """What befalls a process at one of its awaits, before or `after` the awaited thing took effect.

    `kill` ends it; `freeze` stops all of it for so many seconds; `slow` holds up this one call; `fail` has the call
    raise what DynamoDB's own failure raises; `repeat` is an answer that got lost and an SDK that calls once more.
    The last two are for database calls: what Meta's answers do is told by the fake Meta.
    """

    way: Way
    after: bool = False
    seconds: float = 0.0


def freeze(seconds: float, *, after: bool = False) -> Blow:
    return Blow("freeze", after, seconds)


@dataclass(slots=True)
class Strike:
    """A blow for the `left`-th await from now of a process of this kind ("" is any) at a call of this name."""

    blow: Blow
    left: int = 1
    kind: str = ""
    call: str = ""


@dataclass
class Storm:
    """All blows that are on their way, and every await there was: (kind of process, call)."""

    strikes: list[Strike] = field(default_factory=list)
    awaits: list[tuple[str, str]] = field(default_factory=list)

    def meets(self, kind: str, call: str) -> Blow | None:
        self.awaits.append((kind, call))
        hit: Strike | None = None
        for strike in self.strikes:
            if strike.kind in ("", kind) and call.startswith(strike.call):
                strike.left -= 1
                if strike.left <= 0 and hit is None:
                    hit = strike
        if hit is None:
            return None
        self.strikes.remove(hit)
        return hit.blow


@dataclass(eq=False)
class Process:
    """`lives` is how many seconds the platform gives it. `skew` is how far its wall clock is ahead (seconds)."""

    kind: str
    loop: VirtualLoop
    storm: Storm
    lives: float
    skew: float = 0.0
    dead: bool = False
    finished: bool = False
    """It came to its own end, and left nothing undone."""
    disturbed: bool = False
    frozen_until: float = 0.0

    def __post_init__(self) -> None:
        self.clock = ProcessClock(self)
        self._ends = self.loop.time() + self.lives

    async def stand(self) -> None:
        """Wait until the process goes on. Raises Killed when it does not."""
        while not self.dead and (rest := self.frozen_until - self.loop.time()) > 0:
            await asyncio.sleep(rest)
        if self.loop.time() >= self._ends:
            self.dead = True
        if self.dead:
            raise Killed

    async def meet(self, call: str, effect: Callable[[], Awaitable[T]], ways: tuple[Way, ...]) -> T:
        """Await `effect` as the process's next await; of the blows only these ways are possible here."""
        await self.stand()
        blow = self.storm.meets(self.kind, call)
        if blow is None or blow.way not in ways:
            result = await effect()
            await self.stand()
            return result
        self.disturbed = True
        if not blow.after:
            await self._take(blow)
        result = await effect()
        if blow.way == "repeat":
            result = await effect()
        if blow.after:
            await self._take(blow)
        await self.stand()
        return result

    async def _take(self, blow: Blow) -> None:
        if blow.way == "kill":
            self.dead = True
        elif blow.way == "freeze":
            self.frozen_until = self.loop.time() + blow.seconds
        elif blow.way == "slow":
            await asyncio.sleep(blow.seconds)
        elif blow.way == "fail":
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": "injected"}}, "Call")
        await self.stand()


class ProcessClock:
    """The clock of one process; its sleep ends no sooner than the process goes on."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._clock = VirtualClock(process.loop)

    def now(self) -> EpochMs:
        return EpochMs(self._clock.now() + round(self._process.skew * 1000))

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._process.stand()
        await self._clock.sleep(max(seconds, _SHORTEST_SLEEP))
        await self._process.stand()
