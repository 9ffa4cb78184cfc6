"""Stopping campaigns by themselves when Meta says that going on is pointless, with a reason somebody can act on.

The campaign first, then its run: the campaign's state is the truth, and the sweep tells the lanes of it after a crash
in between. Repeating a stop completes it.
"""

from collections.abc import Container, Iterator
from dataclasses import replace

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State, after
from shared.domain.campaigns.stop_reasons import Scope, outweighs
from shared.errors import Conflict, NotFound
from shared.ids import CampaignId, PhoneNumberId, TenantId, WabaId
from shared.observability import count
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.engine.audited import by_the_platform

_NEWEST = 100


def newest_of_account(campaigns: Campaigns, tenant_id: TenantId, waba_id: WabaId) -> list[Campaign]:
    """Those of the tenant's newest hundred that are of this account, in whatever state."""
    return [c for c in campaigns.page(tenant_id, _NEWEST, None).items if c.waba_id == waba_id]


def running_on(
    campaigns: Campaigns, lanes: Lanes, tenant_id: TenantId, phone_number_id: PhoneNumberId, known: Container[str]
) -> dict[CampaignId, Campaign]:
    """By id, the tenant's campaigns that are on this number, without those whose ids are `known`."""
    found: dict[CampaignId, Campaign] = {}
    for run in lanes.work(phone_number_id).runs:
        if run.tenant_id == tenant_id and run.campaign_id not in known:
            try:
                found[run.campaign_id] = campaigns.get(tenant_id, run.campaign_id)
            except NotFound:
                count("RunWithoutCampaign")
    return found


class CampaignStop:
    def __init__(self, campaigns: Campaigns, lanes: Lanes) -> None:
        self._campaigns = campaigns
        self._lanes = lanes

    def __call__(
        self, tenant_id: TenantId, campaign_id: CampaignId, scope: Scope, reason: str, said_at: EpochMs | None = None
    ) -> int:
        """Pause the campaign, or with it what else sends on its number or account; how many had to be.

        `said_at` (epoch ms) is when Meta said so: a campaign that somebody resumed after that goes on. None is now.
        One that stands still already shows this reason if it is the more telling one.
        """
        try:
            campaign = self._campaigns.get(tenant_id, campaign_id)
        except NotFound:
            return 0  # nothing is left to be paused, and nothing that waits behind this must wait for it
        return sum(self._pause(tenant_id, one, reason, said_at) for one in self._concerned(tenant_id, campaign, scope))

    def _concerned(self, tenant_id: TenantId, campaign: Campaign, scope: Scope) -> Iterator[Campaign]:
        """The account's campaigns are looked for among the newest, and on the number of this one."""
        found = {campaign.campaign_id: campaign}
        if scope >= Scope.ACCOUNT:
            newest = newest_of_account(self._campaigns, tenant_id, campaign.waba_id)
            found |= {c.campaign_id: c for c in newest if c.state is State.SENDING}
        if scope >= Scope.NUMBER:
            found |= running_on(self._campaigns, self._lanes, tenant_id, campaign.phone_number_id, found)
        yield from found.values()

    def _pause(self, tenant_id: TenantId, campaign: Campaign, reason: str, said_at: EpochMs | None) -> bool:
        def pause(current: Campaign) -> Campaign:
            if said_at is not None and said_at < (current.resumed_at or 0):
                return current
            if current.state is State.PAUSED:
                return replace(current, reason=reason) if outweighs(reason, current.reason) else current
            return replace(current, state=after(current.state, "pause"), reason=reason)

        try:
            with by_the_platform():
                stopped = self._campaigns.change(tenant_id, campaign.campaign_id, pause)
        except NotFound:
            return False
        except Conflict:
            stopped = self._campaigns.get(tenant_id, campaign.campaign_id)
        if stopped.state is not State.PAUSED:
            return False
        self._lanes.runs.set_state(stopped.phone_number_id, stopped.campaign_id, "paused", stopped.reason)
        return campaign.state is not State.PAUSED
