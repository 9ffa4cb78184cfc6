"""Reading where a campaign stands: its number's work first, and then what the campaign has kept.

A campaign that is taken off its number keeps its cursors before they go. Who reads the campaign first may find it
without cursors, and its number without them a moment later: as if nobody in it had been written to.
"""

from collections.abc import Callable

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.number_work import NumberWork
from shared.ids import TenantId
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes

Standing = tuple[Campaign, NumberWork]
"""A campaign as it was read after its number's work, and that work."""
ReadStanding = Callable[[TenantId, Campaign], Standing]
"""(tenant id, the campaign as it is known) → where it stands: `read_standing`, or what follows from it."""


def read_standing(campaigns: Campaigns, lanes: Lanes, tenant_id: TenantId, known: Campaign) -> Standing:
    """Of a campaign that was read at any time before. 1 RRU beside the number's work, none for one that was closed
    then: nothing moves in it any more. Raises NotFound."""
    work = lanes.work(known.phone_number_id)
    return (known if known.closed else campaigns.get(tenant_id, known.campaign_id)), work
