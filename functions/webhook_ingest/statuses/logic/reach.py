"""Which messages a campaign can have sent so far: what callback data may name. Pure.

Meta echoes what whoever sent a message wrote into it, and any app that is connected to an account may send with it.
So a status is believed only if it names a message that a lane had claimed by the time it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.campaigns.blocks import BLOCK_SIZE, split_block_number
from shared.domain.campaigns.callback import CampaignSlot
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.standing import claimed_slots
from shared.domain.contacts.identity import SHARDS
from shared.ids import PhoneNumberId


@dataclass(slots=True)
class Reach:
    """`cursors` are its lanes' positions; `tries` the highest attempt that a slot was admitted to, by block and slot,
    where that is not the first."""

    campaign: Campaign
    cursors: Mapping[int, int]
    tries: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    _claimed: dict[int, int] = field(default_factory=dict)

    def covers(self, phone_number_id: PhoneNumberId, sent: CampaignSlot) -> bool:
        """Whether this attempt can have been made, from this number."""
        if phone_number_id != self.campaign.phone_number_id or sent.attempt < 1:
            return False
        if sent.slot >= BLOCK_SIZE or sent.slot >= self._claimed_in(sent.block):
            return False
        return sent.attempt == 1 or sent.attempt <= self.tries.get(sent.block, {}).get(sent.slot, 1)

    def _claimed_in(self, block: int) -> int:
        if block not in self._claimed:
            shard, n = split_block_number(block)
            frozen = bool(self.campaign.sizes) and shard < SHARDS
            self._claimed[block] = claimed_slots(self.campaign, self.cursors, shard, n) if frozen else 0
        return self._claimed[block]
