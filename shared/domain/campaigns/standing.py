"""Where each block of a campaign stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.domain.campaigns.blocks import BLOCK_SIZE, Segment, lane_of
from shared.domain.campaigns.books import StatusBlock
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.number_work import NumberWork
from shared.ids import CampaignId


class Frozen(Protocol):
    """What is fixed of a campaign once its audience is frozen: the campaign itself, or its run."""

    @property
    def campaign_id(self) -> CampaignId: ...
    @property
    def sizes(self) -> tuple[int, ...]: ...
    @property
    def lanes(self) -> int: ...


def positions(campaign: Campaign, work: NumberWork) -> Mapping[int, int]:
    """The cursor of each of its lanes, in their order: live while it is on its number, the kept ones afterwards.

    While it is taken off there are both. A lane may have claimed after one was kept, and then the live one is ahead;
    one that was put back at 0 by an opener that had been held up is behind.
    """
    kept = dict(enumerate(campaign.cursors))
    live = {lane: state.cursors.get(campaign.campaign_id, 0) for lane, state in work.lanes.items()}
    return {lane: max(kept.get(lane, 0), live.get(lane, 0)) for lane in range(campaign.lanes)}


def slots_in_retry(campaign_id: CampaignId, work: NumberWork) -> Mapping[int, frozenset[int]]:
    """Slots that wait in a retry list, by block."""
    found: dict[int, set[int]] = {}
    for batch in work.retries:
        if batch.campaign_id == campaign_id:
            for block, slot, _attempt in batch.entries:
                found.setdefault(block, set()).add(slot)
    return {block: frozenset(slots) for block, slots in found.items()}


def claimed_slots(campaign: Frozen, cursors: Mapping[int, int], shard: int, n: int) -> int:
    """How many slots of block `n` of a shard lie below the cursor of the lane that owns it."""
    lane = lane_of(shard, campaign.lanes)
    in_shard = Segment(campaign.sizes, lane, campaign.lanes).claimed_in(shard, cursors.get(lane, 0))
    return max(0, in_shard - n * BLOCK_SIZE)


@dataclass(frozen=True, slots=True)
class BlockStanding:
    """One block's outcomes, and how far its lane has come in it: `claimed` of its slots were taken to be sent, those in
    `retrying` wait for another try."""

    number: int
    status: StatusBlock
    claimed: int
    retrying: frozenset[int]

    @property
    def unsettled(self) -> set[int]:
        """Slots that may have been sent, and of which nothing is stored."""
        claimed = range(min(self.claimed, self.status.size))
        return {slot for slot in claimed if self.status.outcome(slot) is None and slot not in self.retrying}
