"""What was, and is, tried beside a campaign to reach the same people."""

from functions.campaign_dispatch.load.logic.history import Tries
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.further_tries import family_beside, is_further_try
from shared.ids import TenantId
from shared.store.campaigns.campaigns import Campaigns


def read_tries(campaigns: Campaigns, tenant_id: TenantId, campaign: Campaign) -> Tries:
    """As things stand now: a list may be a moment old, and the state of a try that begins right now decides."""
    line: list[Campaign] = []
    last = campaign
    while is_further_try(last) and last.audience.source is not None:
        last = campaigns.get(tenant_id, last.audience.source.campaign_id)
        line.append(last)
    if not line:
        return Tries()
    beside = family_beside(campaign, line, campaigns.created_since(tenant_id, line[-1].campaign_id))
    return Tries(tuple(line), tuple(campaigns.get(tenant_id, other.campaign_id) for other in beside))
