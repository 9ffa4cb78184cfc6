"""When the sweep comes back to a campaign that stands still: every minute at first, then every hour."""

from dataclasses import replace

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State

WATCHED_MS = 15 * 60_000
"""Whoever read the campaign before it was paused, and may still tell its lanes to go on, has ended by then: no
invocation lasts longer (AWS Lambda, quotas)."""
REST_MS = 3_600_000


def put_to_rest(current: Campaign, now: EpochMs, *, corrected: bool) -> Campaign:
    """A paused campaign after the sweep has looked at it at `now` (epoch ms); others as they are. `corrected`: its
    lanes had not been told, so it is watched anew."""
    if current.state is not State.PAUSED:
        return current
    if current.stands_since is None or corrected:
        return replace(current, stands_since=now, rests_until=None)
    if now - current.stands_since < WATCHED_MS:
        return current
    return replace(current, rests_until=EpochMs(now + REST_MS))
