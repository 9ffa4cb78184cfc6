"""Leaving alone whoever fails time and again: what is for them waits, and once in a while one tries."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from shared.clock import EpochMs
from shared.errors import Conflict

FAILURES_IN_A_ROW = 5
"""So many failed attempts, and they are left alone: tried once at the end of each of growing pauses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """`failing_since` (epoch ms) is the first failure after the last success, 0 while all is well; `failures` counts
    those after the last success. From FAILURES_IN_A_ROW on nothing is sent before `paused_until`, then by one only."""

    first_pause_ms: ClassVar[int] = 30_000
    longest_pause_ms: ClassVar[int] = 15 * 60_000

    failing_since: EpochMs = EpochMs(0)
    failures: int = 0
    paused_until: EpochMs = EpochMs(0)

    @property
    def left_alone(self) -> bool:
        """Whether it failed so often in a row that it is tried only now and then."""
        return self.failures >= FAILURES_IN_A_ROW

    def succeeded(self) -> Self:
        return replace(self, failing_since=EpochMs(0), failures=0, paused_until=EpochMs(0))

    def failed(self, now: EpochMs, *, trial: bool = False) -> Self:
        """After one more failure. While it is left alone only that of the `trial` counts: others were begun before."""
        if self.left_alone and not trial:
            return self
        after = replace(self, failures=self.failures + 1, failing_since=self.failing_since or now)
        return after.paused(now) if after.left_alone else after

    def tried(self, now: EpochMs) -> Self:
        """With its trial taken: others wait for the next. Raises Conflict while it is not to be tried yet."""
        if self.left_alone and self.paused_until > now:
            raise Conflict("it is left alone for now")
        return self.paused(now) if self.left_alone else self

    def paused(self, now: EpochMs) -> Self:
        """Left alone from now on, for longer the more often it has failed. That says nothing of how long it has been
        failing: it may be for what was sent elsewhere."""
        failures = max(self.failures, FAILURES_IN_A_ROW)
        pause = min(self.longest_pause_ms, self.first_pause_ms << min(failures - FAILURES_IN_A_ROW, 10))
        until = EpochMs(max(self.paused_until, now + pause))
        return replace(self, failures=failures, paused_until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellHealth(Breaker):
    """Whether another cell takes what is sent on to it. Its pauses are short: it is a stack of our own, and what waits
    for it may be a no."""

    first_pause_ms: ClassVar[int] = 5_000
    longest_pause_ms: ClassVar[int] = 60_000
