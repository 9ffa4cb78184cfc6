"""How often the API may be called: a bucket of calls for each caller, and one for all callers of a tenant.

A bucket fills evenly, and is full again a window after it was empty. All that is kept of it is the moment from which on
it is full, in microseconds since 1970: a call puts that off by the time in which one call flows in, which is one
addition, whoever else adds meanwhile (the virtual scheduling form of the generic cell rate algorithm, ITU-T I.371).

A worker lets calls through by what it last read of a bucket, and writes them down with the eighth, or once what it read
is ten seconds old. What it has not written when its reading is two windows old it lets off: then the youngest of it is
a window old, in which all of it flowed in. Sooner it is written in full, however little else was in the bucket: how
much of that time the calls of other workers took up is not known here, and each would take off the same time.

So in any time nobody has more than a bucketful, what flows in, and for each worker that they came to seven calls, which
are yet to be written, and seven more each time that it let them off: once in two windows at most, after one of silence.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from shared.clock import EpochMs
from shared.domain.accounts.plans import Entitlements

WINDOW_MS = 10_000
BATCH = 8
"""Calls of one bucket that a worker writes down at a time."""
STALE_MS = 10_000
"""How long a worker goes by what it read."""
LET_OFF_MS = STALE_MS + WINDOW_MS
"""So long after its reading a worker no longer owes what it let through: that was while it went by what it read."""


@dataclass(frozen=True, slots=True)
class Quota:
    """`calls` fit into the bucket, and flow in within a window; `reserved` of them are for others."""

    name: str
    calls: int
    reserved: int = 0
    window_ms: int = WINDOW_MS

    @property
    def call_us(self) -> int:
        """In what time one call flows in."""
        return self.window_ms * 1000 // self.calls

    def latest_us(self, now: EpochMs) -> int:
        """The last moment from which on the bucket may be full if there is to be one more call in it now."""
        return now * 1000 + (self.calls - self.reserved - 1) * self.call_us

    def left(self, full_at_us: int, now: EpochMs) -> int:
        """Calls that may be made at once."""
        used = -(-max(0, full_at_us - now * 1000) // self.call_us)
        return max(0, self.calls - self.reserved - used)

    def wait_ms(self, full_at_us: int, now: EpochMs) -> int:
        """Until there is a call again, rounded up; 0 when there is one."""
        return -(-max(0, full_at_us - self.latest_us(now)) // 1_000)


def quotas_of(limits: Entitlements, factor: int, *, by_key: bool) -> tuple[Quota, Quota]:
    """The caller's and the tenant's. A caller has half of what its tenant has, so that none takes all of it; a quarter
    of the tenant's bucket is out of the reach of API keys, so that people can work however many keys are at it."""
    calls = limits.calls_per_second * factor * WINDOW_MS // 1000
    return Quota("caller", calls // 2), Quota("tenant", calls, reserved=calls // 4 if by_key else 0)


@dataclass(frozen=True, slots=True)
class Known:
    """What a worker knows of a bucket: from when on it is full (epoch µs), as it read at `read_at`; `owed` calls were
    let through since, and are not written down."""

    full_at_us: int
    read_at: EpochMs
    owed: int = 0

    def at(self, now: EpochMs) -> "Known":
        """What of it counts now: what is owed of long ago flowed in since."""
        return replace(self, owed=0) if self.owed and now - self.read_at >= LET_OFF_MS else self

    def with_owed_us(self, quota: Quota, now: EpochMs) -> int:
        """From when on the bucket is full once what is owed is written."""
        return max(self.full_at_us, now * 1000) + self.owed * quota.call_us


class Step(Enum):
    PASS = auto()
    """Let the call through and owe it."""
    WRITE = auto()
    """Write down what is owed and this call, if there is room for all of it."""
    REFUSE = auto()


def next_step(known: Known | None, quota: Quota, now: EpochMs) -> Step:
    """What to do with a call; `now` is epoch ms. Nobody is refused here who would not be by the table: there the moment
    is this one, or a later one."""
    if known is None:
        return Step.WRITE
    if quota.left(known.with_owed_us(quota, now), now) == 0:
        return Step.REFUSE
    return Step.WRITE if known.owed + 1 >= BATCH or now - known.read_at >= STALE_MS else Step.PASS
