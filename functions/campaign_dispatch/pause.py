"""Stopping campaigns by themselves when Meta says that going on is pointless, with a reason somebody can act on."""

from dataclasses import replace

from shared.domain.campaign import Campaign, State, after
from shared.domain.stop_reasons import meta_code
from shared.errors import Conflict, NotFound
from shared.store.catalogue import Catalogue
from shared.store.lanes import Lanes, Run


class AutoPause:
    """Pauses one campaign, or every campaign of a number."""

    def __init__(self, catalogue: Catalogue, lanes: Lanes) -> None:
        self._catalogue = catalogue
        self._lanes = lanes

    def __call__(self, run: Run, scope: str, code: str) -> None:
        runs = [run] if scope == "campaign" else list(self._lanes.work(run.phone_number_id).runs)
        for stopped in runs:
            self._pause(stopped, meta_code(code))

    def _pause(self, run: Run, reason: str) -> None:
        def pause(campaign: Campaign) -> Campaign:
            return replace(campaign, state=after(campaign.state, "pause"), reason=reason)

        try:
            self._catalogue.change_campaign(run.tenant_id, run.campaign_id, pause)
        except NotFound:
            return  # nothing is left to be paused, and nothing that waits behind this must wait for it
        except Conflict:
            campaign = self._catalogue.campaign(run.tenant_id, run.campaign_id)
            if campaign.state is not State.PAUSED:
                return
        self._lanes.set_run_state(run.phone_number_id, run.campaign_id, "paused", reason)
