"""When a campaign starts."""

from functions.api.campaigns.logic.spread import SPREAD_MS
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import LATEST_START_MS
from shared.errors import InvalidInput

_SKEW_MS = 60_000


def start_moment(start_at: EpochMs | None, now: EpochMs) -> EpochMs:
    """When the campaign starts, epoch ms: now, unless a later moment is asked for. Raises InvalidInput."""
    if start_at is None or now - _SKEW_MS <= start_at <= now:
        return now
    if start_at < now:
        raise InvalidInput("start_at lies in the past; leave it out to start at once", field="start_at")
    if start_at + SPREAD_MS > now + LATEST_START_MS:
        raise InvalidInput("start_at lies more than a year ahead", field="start_at")
    return start_at
