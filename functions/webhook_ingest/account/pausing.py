"""Pausing campaigns that had better not go on, from a webhook."""

from collections.abc import Callable, Iterator

from functions.webhook_ingest.account.parts import AccountParts
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.stop_reasons import Scope
from shared.errors import NotFound
from shared.observability import count
from shared.services.campaign_stop import CampaignStop

_NEWEST = 100
_UNDER_WAY = frozenset({State.LOADING, State.SENDING, State.PAUSED})


def pause_campaigns(
    at_hand: AccountParts,
    tenant_id: str,
    waba_id: str,
    reason: str,
    at: int | None,
    concerned: Callable[[Campaign], bool],
) -> None:
    """Those of the account that send and are `concerned`, but not what somebody resumed after Meta said so (`at`, epoch
    ms, or None when nobody can have). Repeating it changes nothing, and completes what died half-way.

    One that still loads is not stopped here: it looks at what Meta told when it is loaded.
    """
    stop = CampaignStop(at_hand.catalogue, at_hand.lanes)
    for campaign in _under_way(at_hand, tenant_id, waba_id):
        if concerned(campaign):
            count("CampaignPaused", stop(tenant_id, campaign.campaign_id, Scope.CAMPAIGN, reason, at))


def _under_way(at_hand: AccountParts, tenant_id: str, waba_id: str) -> Iterator[Campaign]:
    """Campaigns of the account that send or stand still, as well as those that load, for the list may be a moment old:
    those on its numbers, and of the newest those not there yet."""
    found = {c.campaign_id: c for c in at_hand.catalogue.campaigns(tenant_id, _NEWEST, None).items}
    for number in at_hand.accounts.numbers(tenant_id):
        for run in at_hand.lanes.work(number.phone_number_id).runs if number.waba_id == waba_id else ():
            if run.tenant_id == tenant_id and run.campaign_id not in found:
                try:
                    found[run.campaign_id] = at_hand.catalogue.campaign(tenant_id, run.campaign_id)
                except NotFound:
                    count("RunWithoutCampaign")
    for campaign in found.values():
        if campaign.waba_id == waba_id and campaign.state in _UNDER_WAY:
            yield campaign
