"""The seam for time. Logic gets its results passed in; only edges call it."""

import time
from datetime import UTC, datetime


def epoch_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def to_rfc3339(epoch_milliseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds, as the API shows every time."""
    moment = datetime.fromtimestamp(epoch_milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
