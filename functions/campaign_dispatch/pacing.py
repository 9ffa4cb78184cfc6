"""How fast a lane may send, and when the next message is due. Pure: the time is passed in, in seconds."""

from collections import deque
from dataclasses import dataclass, field

_WINDOW_SECONDS = 1.016
"""The time in which one second's messages leave. The 1.6 % over a second are room for jitter: sends which the network
or a busy machine pushes together by up to 16 ms still keep to the rate when they arrive."""
_CATCH_UP_SECONDS = 0.03
_BACK_OFF = 0.7
_STEP_UP = 1.02
_STEP_UP_EVERY_SECONDS = 5.0


@dataclass(slots=True)
class Rate:
    """Additive increase, multiplicative decrease under Meta's throttling; never above `cap` (messages per second)."""

    cap: float
    current: float
    changed_at: float = 0.0

    def throttled(self, now: float) -> None:
        """Meta said 130429 or the like: slow down, at most once a second however many answers say so."""
        if now - self.changed_at >= 1.0:
            self.current = max(1.0, self.current * _BACK_OFF)
            self.changed_at = now

    def quiet(self, now: float) -> None:
        """Nothing complained lately: creep back up."""
        if self.current < self.cap and now - self.changed_at >= _STEP_UP_EVERY_SECONDS:
            self.current = min(self.cap, self.current * _STEP_UP + 0.1)
            self.changed_at = now


@dataclass(slots=True)
class Pacer:
    """Spreads messages evenly, and never lets more than the rate leave in any one-second window.

    Small delays of the machine are caught up within that window; a long stall is not made up for by a burst.
    """

    rate: Rate
    next_at: float = 0.0
    recent: deque[float] = field(default_factory=deque)

    def due(self, now: float) -> float:
        """The earliest moment at which the next message may leave; now or later."""
        window = int(self.rate.current)
        earliest = max(now, self.next_at)
        if len(self.recent) >= window > 0:
            earliest = max(earliest, self.recent[-window] + _WINDOW_SECONDS)
        return earliest

    def sent(self, at: float) -> None:
        behind = at if not self.recent else max(self.next_at, at - _CATCH_UP_SECONDS)
        self.next_at = behind + _WINDOW_SECONDS / self.rate.current
        self.recent.append(at)
        while len(self.recent) > self.rate.cap + 1:
            self.recent.popleft()
