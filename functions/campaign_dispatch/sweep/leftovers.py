"""What a campaign leaves to be done when it ends."""

from contextlib import suppress

from functions.campaign_dispatch.sweep.logic.ending import given_back
from functions.campaign_dispatch.sweep.parts import SweepParts
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, resend_of
from shared.domain.campaigns.number_work import NumberWork
from shared.errors import Conflict
from shared.ids import TenantId
from shared.queue_messages import StartCampaign


def resend_unknown(parts: SweepParts, tenant_id: TenantId, campaign: Campaign, now: EpochMs) -> None:
    """What the campaign's policy asks for. Before the end is noted, so that a crash does not lose it."""
    resend = resend_of(campaign, now)
    with suppress(Conflict):
        parts.campaigns.create(tenant_id, resend)
    parts.start_queue.send(StartCampaign(tenant_id, resend.campaign_id), group=tenant_id)


def cancel_retries(parts: SweepParts, tenant_id: TenantId, campaign: Campaign, work: NumberWork) -> None:
    """Nobody will send what waits on the retry lists of a cancelled campaign. The outcome before the list goes: who
    dies in between leaves nobody without one."""
    for batch in work.retries:
        if batch.campaign_id != campaign.campaign_id:
            continue
        for block, change in given_back(batch).items():
            parts.sends.record(tenant_id, campaign.campaign_id, block, change)
        parts.lanes.claim_retries(campaign.phone_number_id, batch)
