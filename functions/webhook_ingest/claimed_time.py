"""The time that Meta gives to what people say, where it can be right. Pure."""

from collections.abc import Mapping

from functions.webhook_ingest.json_input import time_ms
from shared.clock import DAY_MS, EpochMs

LIVE_MS = 30 * DAY_MS
"""Nothing live is older: Meta delivers webhooks for 7 days at most (Meta, webhooks, throughput). What says so has a
wrong time: a message would be forgotten as soon as it is stored, and a no pass for older than a yes."""
AHEAD_MS = 60_000
"""So far two clocks may be apart. What is dated further ahead would stand above all that people say until then."""


def credible(at: EpochMs | None, received_at: EpochMs, longest_ms: int = LIVE_MS) -> EpochMs | None:
    """The time itself (both epoch ms), or None for one that cannot be right: in the future, or more than `longest_ms`
    before it was received."""
    return at if at is not None and received_at - longest_ms < at < received_at + AHEAD_MS else None


def claimed_time(raw: Mapping[str, object], received_at: EpochMs, longest_ms: int = LIVE_MS) -> EpochMs | None:
    """Meta's time of a message, epoch ms; None if they gave none that can be right."""
    return credible(time_ms(raw.get("timestamp")), received_at, longest_ms)
