"""How many people a business may still write to today."""

from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.outlook import Allowance, within_a_day
from shared.domain.numbers.number import UNLIMITED, Waba
from shared.ids import TenantId
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.sends import Sends

_LONGEST_MS = 31 * DAY_MS
MOST_CAMPAIGNS = 1_000
"""The newest ones, at some 0.5 RRU each: somebody waits for the answer."""


def allowance_of(campaigns: Campaigns, sends: Sends, tenant_id: TenantId, waba: Waba, now: EpochMs) -> Allowance:
    """Counts what the tenant's campaigns sent in the last 24 hours, on all numbers: the limit is their portfolio's.

    Campaigns that began more than a month ago are not looked at, nor more than MOST_CAMPAIGNS. Nothing is read when
    there is no limit to keep.
    """
    if waba.messaging_limit in (None, UNLIMITED):
        return Allowance(waba.messaging_limit)
    used = sum(
        within_a_day(sends.rates.curve(tenant_id, campaign.campaign_id), now)
        for campaign in campaigns.frozen_since(tenant_id, EpochMs(now - _LONGEST_MS), MOST_CAMPAIGNS)
        if campaign.finished_at is None or campaign.finished_at > now - DAY_MS
    )
    return Allowance(waba.messaging_limit, used)
