"""Letting the lanes go on with a campaign that was paused.

Its state is the truth, and is changed first. But who writes here may have been held up since reading it: a sweep, or a
resumption that somebody's pause has overtaken. What was stopped meanwhile must not run again.
"""

from shared.domain.campaigns.campaign import Campaign, State
from shared.ids import TenantId
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes

_STOPPED = {State.PAUSED: "paused", State.CANCELLED: "cancelled"}


def let_lanes_go_on(campaigns: Campaigns, lanes: Lanes, tenant_id: TenantId, campaign: Campaign) -> None:
    """Let the lanes at the campaign's run, and look once more whether they may.

    Who pauses or cancels writes the campaign before the run. So either this look finds it, or that write of the run
    comes after ours.
    """
    lanes.runs.set_state(campaign.phone_number_id, campaign.campaign_id, "running")
    current = campaigns.get(tenant_id, campaign.campaign_id)
    if current.state in _STOPPED:
        lanes.runs.set_state(current.phone_number_id, current.campaign_id, _STOPPED[current.state], current.reason)
