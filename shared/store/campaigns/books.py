"""Reading a campaign's books: the stored outcomes of everybody in it, added up."""

from collections.abc import Iterator

from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.standing import BlockStanding, add_up, claimed_slots, positions, slots_in_retry
from shared.domain.contacts.identity import SHARDS
from shared.ids import TenantId
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends


def standings(sends: Sends, tenant_id: TenantId, campaign: Campaign, work: NumberWork) -> Iterator[BlockStanding]:
    """Every block of a frozen campaign, in order: 10 MB, or 2,500 RRU, for a million recipients."""
    cursors = positions(campaign, work)
    retrying = slots_in_retry(campaign.campaign_id, work)
    for shard in range(SHARDS):
        if campaign.sizes[shard] == 0:
            continue
        for n, status in sends.status_blocks(tenant_id, campaign.campaign_id, shard):
            number = block_number(shard, n)
            claimed = claimed_slots(campaign, cursors, shard, n)
            yield BlockStanding(number, status, claimed, retrying.get(number, frozenset()))


def read_books(sends: Sends, lanes: Lanes, tenant_id: TenantId, campaign: Campaign) -> Books:
    """The books as stored right now; as dear as `standings`."""
    if not campaign.sizes:
        return Books(planned=campaign.planned)
    return add_up(campaign, standings(sends, tenant_id, campaign, lanes.work(campaign.phone_number_id)))
