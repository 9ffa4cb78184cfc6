"""What stops the campaigns of a lane: the answers it gets (the campaign, its number or its account, under the code that
Meta gave), and a number that may not send."""

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.stop_conditions import reason_to_idle
from shared.domain.campaigns.stop_reasons import Scope, meta_code
from shared.domain.numbers.number import Number
from shared.errors import NotFound
from shared.ids import TenantId
from shared.services.campaign_stop import CampaignStop
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes


class AutoPause:
    """Pauses one campaign, or every campaign of a number or an account."""

    def __init__(self, campaigns: Campaigns, lanes: Lanes) -> None:
        self._stop = CampaignStop(campaigns, lanes)

    def __call__(self, run: Run, scope: Scope, code: str) -> None:
        self._stop(run.tenant_id, run.campaign_id, scope, meta_code(code))


def is_cancelled(campaigns: Campaigns, run: Run) -> bool:
    """Whether the run's campaign was cancelled: the campaign's state is the truth, whatever the run says."""
    try:
        return campaigns.get(run.tenant_id, run.campaign_id).state is State.CANCELLED
    except NotFound:
        return False


def pause_idle_number(campaigns: Campaigns, lanes: Lanes, tenant_id: TenantId, number: Number, now: EpochMs) -> bool:
    """Whether the number may not send now (epoch ms): its campaigns are paused then, for the number's reason.

    What Meta told of the number stopped those that were sending; one that began since finds out here.
    """
    reason = reason_to_idle(number, now)
    if not reason:
        return False
    stop = CampaignStop(campaigns, lanes)
    for run in lanes.work(number.phone_number_id).runs:
        if run.tenant_id == tenant_id and run.state == "running":
            stop(tenant_id, run.campaign_id, Scope.CAMPAIGN, reason)
    return True
