"""How much may wait for one endpoint that does not take it: by age, three days, and by number.

What waits goes through the webhooks' queue once every quarter of an hour, so 10,000 events are some eleven messages a
second for an endpoint that is dead, a fifth of one of two hundred workers. What finds no room is given up at once: it
stands in the log, and can be replayed for as long as that keeps it.

**Room is counted in windows** of three days, by when an event began to wait: so its place is given back where it was
taken, no more than two windows are in use at a time, and what was counted wrongly, because a worker died between its
message and its count, is forgotten with its window.
"""

from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.webhooks.delivery import RETRY_MS

MOST_WAITING = 10_000
"""Events of one window for one endpoint."""
KEPT_WINDOWS = 3
"""So many windows after it began a window is forgotten: two in which what waits can still give its place back, and one
more, so that the tenant sees for days what was given up."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for an endpoint, and how many events were given up for want of room in this window and the last; since
    when, epoch ms, 0 for none."""

    waiting: int = 0
    given_up: int = 0
    full_since: EpochMs = EpochMs(0)

    def __add__(self, other: "Backlog") -> "Backlog":
        moments = [at for at in (self.full_since, other.full_since) if at]
        return Backlog(self.waiting + other.waiting, self.given_up + other.given_up, min(moments, default=EpochMs(0)))


def window_of(since: EpochMs) -> int:
    """In which window an event is counted that began to wait then (epoch ms)."""
    return since // RETRY_MS


def forgotten_at(window: int) -> int:
    """When a window's count may go (epoch seconds)."""
    return (window + KEPT_WINDOWS) * RETRY_MS // 1000
