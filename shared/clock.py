"""The seam for time. Logic gets its results passed in; only edges call it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NewType

EpochMs = NewType("EpochMs", int)
"""A moment: milliseconds since 1970, UTC. What lies between two of them is an int, and its name ends in `_ms`."""
DAY_MS = 24 * 3600 * 1000


def epoch_ms() -> EpochMs:
    """Now."""
    return EpochMs(time.time_ns() // 1_000_000)


def deadline_passed(ms: int) -> Callable[[], bool]:
    """Says, whenever it is called, whether the deadline so long from now is passed; by the monotonic clock."""
    end = time.monotonic() + ms / 1000
    return lambda: time.monotonic() >= end


def to_rfc3339(at: EpochMs) -> str:
    """RFC 3339 in UTC, as the API shows every time; no milliseconds where there are none, as in whatever Meta and
    Stripe date: they count in seconds."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds" if at % 1000 else "seconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> EpochMs:
    """What `to_rfc3339` gave. Raises ValueError for what is no such time."""
    return EpochMs(round(datetime.fromisoformat(text).timestamp() * 1000))
