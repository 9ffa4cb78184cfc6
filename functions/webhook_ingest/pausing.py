"""Pausing campaigns that had better not go on, from a webhook."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from functions.webhook_ingest.bootstrap import Deps
from shared.domain.campaign import Campaign, State, after
from shared.errors import Conflict, NotFound
from shared.observability import count

_NEWEST = 100


def pause_campaigns(
    at_hand: Deps, tenant_id: str, waba_id: str, reason: str, concerned: Callable[[Campaign], bool]
) -> None:
    """Those of the account that send right now and are `concerned`. Repeating it changes nothing."""
    for campaign in _sending(at_hand, tenant_id, waba_id):
        if not concerned(campaign):
            continue
        # The lane first: it sends nothing more within one tick, even if the second write has to be tried again.
        at_hand.lanes.set_run_state(campaign.phone_number_id, campaign.campaign_id, "paused", reason)
        try:
            at_hand.catalogue.change_campaign(
                tenant_id,
                campaign.campaign_id,
                lambda c: replace(c, state=after(c.state, "pause"), reason=reason),
            )
        except Conflict:
            count("CampaignPauseTooLate")
            continue
        count("CampaignPaused")


def _sending(at_hand: Deps, tenant_id: str, waba_id: str) -> Iterator[Campaign]:
    """Campaigns of the account that send right now: those on its numbers, and of the newest those not there yet."""
    found = {c.campaign_id: c for c in at_hand.catalogue.campaigns(tenant_id, _NEWEST, None).items}
    for number in at_hand.accounts.numbers(tenant_id):
        for run in at_hand.lanes.work(number.phone_number_id).runs if number.waba_id == waba_id else ():
            if run.tenant_id == tenant_id and run.campaign_id not in found:
                try:
                    found[run.campaign_id] = at_hand.catalogue.campaign(tenant_id, run.campaign_id)
                except NotFound:
                    count("RunWithoutCampaign")
    yield from (c for c in found.values() if c.waba_id == waba_id and c.state is State.SENDING)
