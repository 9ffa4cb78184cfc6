"""Stopping campaigns by themselves when Meta says that going on is pointless, with a reason somebody can act on."""

from dataclasses import replace

from shared.domain.campaign import Campaign, State, after
from shared.errors import Conflict, NotFound
from shared.store.catalogue import Catalogue
from shared.store.lanes import Lanes, Run

_REASONS = {
    "132001": "the template does not exist in this language or is not approved; check it under templates, then resume",
    "132015": "Meta paused the template for low quality; wait until it is approved again, then resume",
    "132016": "Meta disabled the template for good; start a new campaign with another one",
    "131042": "Meta has a payment problem with this account; settle it in WhatsApp Manager, then resume",
    "131031": "Meta locked the account; see WhatsApp Manager for the reason",
    "368": "Meta restricted the account for a policy violation; see WhatsApp Manager",
    "131048": "Meta limits this number because people reported it as spam; wait, improve the audience, then resume",
    "190": "the connection to Meta has expired; connect the number again, then resume",
}


def reason_for(code: str) -> str:
    return _REASONS.get(code, f"Meta refuses with code {code}; correct the cause, then resume")


class AutoPause:
    """Pauses one campaign, or every campaign of a number."""

    def __init__(self, catalogue: Catalogue, lanes: Lanes) -> None:
        self._catalogue = catalogue
        self._lanes = lanes

    def __call__(self, run: Run, scope: str, code: str) -> None:
        runs = [run] if scope == "campaign" else list(self._lanes.work(run.phone_number_id).runs)
        for stopped in runs:
            self._pause(stopped, f"{code}: {reason_for(code)}")

    def _pause(self, run: Run, reason: str) -> None:
        def pause(campaign: Campaign) -> Campaign:
            return replace(campaign, state=after(campaign.state, "pause"), reason=reason)

        try:
            self._catalogue.change_campaign(run.tenant_id, run.campaign_id, pause)
        except (Conflict, NotFound):
            campaign = self._catalogue.campaign(run.tenant_id, run.campaign_id)
            if campaign.state is not State.PAUSED:
                return
        self._lanes.set_run_state(run.phone_number_id, run.campaign_id, "paused", reason)
