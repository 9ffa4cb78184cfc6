"""Pausing what an account sends, because of something that is known of its numbers or templates."""

from collections.abc import Callable, Iterator
from typing import Protocol

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.stop_reasons import Scope
from shared.ids import TenantId, WabaId
from shared.observability import count
from shared.services.campaign_stop import CampaignStop, newest_of_account, running_on
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes

_UNDER_WAY = frozenset({State.LOADING, State.SENDING, State.PAUSED})


class PauseParts(Protocol):
    """What a caller's own parts have."""

    @property
    def accounts(self) -> Accounts: ...

    @property
    def campaigns(self) -> Campaigns: ...

    @property
    def lanes(self) -> Lanes: ...


def pause_campaigns(
    parts: PauseParts,
    tenant_id: TenantId,
    waba_id: WabaId,
    reason: str,
    at: EpochMs | None,
    concerned: Callable[[Campaign], bool],
) -> None:
    """Those of the account that send and are `concerned`, but not what somebody resumed after Meta said so (`at`, epoch
    ms, or None when nobody can have). Repeating it changes nothing, and completes what died half-way.

    One that still loads is not stopped here: it looks at what Meta told when it is loaded.
    """
    stop = CampaignStop(parts.campaigns, parts.lanes)
    for campaign in _under_way(parts, tenant_id, waba_id):
        if concerned(campaign):
            count("CampaignPaused", stop(tenant_id, campaign.campaign_id, Scope.CAMPAIGN, reason, at))


def _under_way(parts: PauseParts, tenant_id: TenantId, waba_id: WabaId) -> Iterator[Campaign]:
    """Campaigns of the account that send or stand still, as well as those that load, for the list may be a moment old:
    those on its numbers, and of the newest those not there yet."""
    found = {c.campaign_id: c for c in newest_of_account(parts.campaigns, tenant_id, waba_id)}
    for number in parts.accounts.numbers(tenant_id):
        if number.waba_id == waba_id:
            found |= running_on(parts.campaigns, parts.lanes, tenant_id, number.phone_number_id, found)
    for campaign in found.values():
        if campaign.waba_id == waba_id and campaign.state in _UNDER_WAY:
            yield campaign
