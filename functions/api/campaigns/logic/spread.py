"""When a scheduled campaign begins: a little after the moment that was asked for, so that not all of 09:00 begin in one
second."""

import hashlib
from collections.abc import Iterable

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.ids import CampaignId

SPREAD_MS = 120_000
"""A scheduled campaign that is not sharp begins up to so much after its `start_at`."""


def spread_offset(campaign_id: CampaignId) -> int:
    """Milliseconds, 0 to SPREAD_MS, evenly over campaigns and always the same for one. Never negative: who says 09:00
    has nobody written to at 08:58."""
    return int.from_bytes(hashlib.sha256(f"{campaign_id}|start".encode()).digest()[:8]) % (SPREAD_MS + 1)


def begin_moment(
    campaign_id: CampaignId, start_at: EpochMs, now: EpochMs, *, sharp: bool, named: Iterable[Campaign] = ()
) -> EpochMs:
    """When a campaign that is launched `now` for `start_at` begins: at that moment when it is sharp or starts at once.

    It begins behind those `named` in its audience that were to start before it, whatever their offsets, because it
    must know their people: so the order that was asked for stays.
    """
    if sharp or start_at <= now:
        return start_at
    own = start_at + spread_offset(campaign_id)
    first = [
        earlier.begins + 1
        for earlier in named
        if earlier.state is State.SCHEDULED and earlier.begins is not None and earlier.start_at is not None
        if (earlier.start_at, earlier.campaign_id) < (start_at, campaign_id)
    ]
    return EpochMs(max([own, *first]))
