"""The seams for time and chance. Logic gets their results passed in; only edges call them."""

import os
import time
from datetime import UTC, datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def utc_now() -> datetime:
    return datetime.now(UTC)


def epoch_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def new_ulid(at_ms: int | None = None) -> str:
    """A ULID (github.com/ulid/spec): 48 bits of milliseconds, then 80 random bits; sorts by time."""
    value = ((epoch_ms() if at_ms is None else at_ms) << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def to_rfc3339(epoch_milliseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds, as the API shows every time."""
    moment = datetime.fromtimestamp(epoch_milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
