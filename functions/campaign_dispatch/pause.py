"""What a lane's answers stop: the campaign, its number or its account, under the code that Meta gave."""

from shared.domain.stop_reasons import Scope, meta_code
from shared.services.campaign_stop import CampaignStop
from shared.store.catalogue import Catalogue
from shared.store.lanes import Lanes, Run


class AutoPause:
    """Pauses one campaign, or every campaign of a number or an account."""

    def __init__(self, catalogue: Catalogue, lanes: Lanes) -> None:
        self._stop = CampaignStop(catalogue, lanes)

    def __call__(self, run: Run, scope: Scope, code: str) -> None:
        self._stop(run.tenant_id, run.campaign_id, scope, meta_code(code))
