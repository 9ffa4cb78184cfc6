"""How fast a lane may send, and when the next message is due. Pure: the time is passed in, in seconds."""

from collections import deque
from dataclasses import dataclass, field

_SPREAD_SECONDS = 1.018
"""The time over which one second's messages are spread evenly: 98.2 % of the rate."""
_WINDOW_SECONDS = 1.0155
"""No more than one second's messages leave in any window of this length, whatever is caught up: sends which the network
or a busy machine pushes together by up to 15 ms still keep to the rate when they arrive."""
_USUAL_DELAY_SECONDS = 0.005
_WORST_DELAY_SECONDS = 0.1
_DELAY_HALF_LIFE_SECONDS = 2.0
_SLACK_SECONDS = _SPREAD_SECONDS - _WINDOW_SECONDS
_CATCH_UP_SECONDS = 0.25
_CATCH_UP_PACE = 0.2
_BACK_OFF = 0.8
_RELAPSE_SECONDS = 30.0
_CLIMB = 0.05
_SLOWEST_CLIMB = 0.005
_PATIENCE_SECONDS = 2.0


@dataclass(slots=True)
class Rate:
    """Additive increase, multiplicative decrease under Meta's throttling; never above `cap` (messages per second).

    After a single complaint the cap is reached again within seconds. Where complaints keep coming back, as when others
    use up the number's limit too, each one halves the speed of the climb, so that few messages are refused.
    """

    cap: float
    current: float
    changed_at: float = 0.0
    throttled_at: float = float("-inf")
    climb: float = _CLIMB

    def throttled(self, now: float) -> None:
        """Meta said 130429 or the like: slow down, at most once a second however many answers say so."""
        since = now - self.throttled_at
        if since < 1.0:
            return
        self.climb = max(_SLOWEST_CLIMB, self.climb / 2) if since < _RELAPSE_SECONDS else _CLIMB
        self.current = max(1.0, self.current * _BACK_OFF)
        self.throttled_at = self.changed_at = now

    def quiet(self, now: float) -> None:
        """Nothing complained lately: climb, once a second."""
        patient = now - self.throttled_at >= _PATIENCE_SECONDS
        if self.current < self.cap and patient and now - self.changed_at >= 1.0:
            self.current = min(self.cap, self.current + self.cap * self.climb)
            self.changed_at = now

    def recall(self, learned: float, idle: float) -> None:
        """Go on with the rate that another worker learned `idle` seconds ago; what was quiet since counts as climb."""
        self.current = max(1.0, min(self.cap, learned + self.cap * _CLIMB * max(0.0, idle)))


@dataclass(slots=True)
class Pacer:
    """Spreads messages evenly, and never lets more than the rate leave in any one-second window.

    Delays of the machine are caught up at five times the pace within that window; a long stall is not made up for.
    """

    rate: Rate
    next_at: float = 0.0
    recent: deque[float] = field(default_factory=deque)
    delay: float = 0.0
    delayed_at: float = 0.0

    def take_over(self, now: float) -> None:
        """Go on where another worker left off: as if it had kept the pace and sent just now. So the second of the
        hand-over holds no more than any other, although what this one has to catch up falls into it."""
        apart = _SPREAD_SECONDS / self.rate.current
        self.recent.extend(now - apart * ago for ago in reversed(range(int(self.rate.current))))
        self.next_at = now + apart

    def hand_over_at(self) -> float:
        """From when on the next worker may take over: what was sent here is no denser then than if the pace had been
        kept, which is what the next one takes for granted. In the past, unless something was caught up just now."""
        apart = _SPREAD_SECONDS / self.rate.current
        return max((at + apart * later for later, at in enumerate(reversed(self.recent))), default=0.0)

    def due(self, now: float) -> float:
        """The earliest moment at which the next message may leave; now or later."""
        if not self.recent:
            return now
        window = _WINDOW_SECONDS + self._jitter(now)
        apart = (window + _SLACK_SECONDS) / self.rate.current
        earliest = max(now, self.next_at, self.recent[-1] + apart * _CATCH_UP_PACE)
        count = int(self.rate.current)
        if len(self.recent) >= count > 0:
            earliest = max(earliest, self.recent[-count] + window)
        return earliest

    def sent(self, at: float) -> None:
        behind = at if not self.recent else max(self.next_at, at - _CATCH_UP_SECONDS)
        self.next_at = behind + (_WINDOW_SECONDS + self._jitter(at) + _SLACK_SECONDS) / self.rate.current
        self.recent.append(at)
        while len(self.recent) > self.rate.cap + 1:
            self.recent.popleft()

    def woken(self, due: float, now: float) -> None:
        """The machine was asked to wake us at `due`, and it is `now`."""
        delay = min(now - due, _WORST_DELAY_SECONDS)
        if delay > self._remembered(now):
            self.delay, self.delayed_at = delay, now

    def _jitter(self, now: float) -> float:
        return max(0.0, self._remembered(now) - _USUAL_DELAY_SECONDS)

    def _remembered(self, now: float) -> float:
        """The longest delay of late, fading."""
        age = max(0.0, now - self.delayed_at)
        return float(self.delay * 0.5 ** (age / _DELAY_HALF_LIFE_SECONDS))
