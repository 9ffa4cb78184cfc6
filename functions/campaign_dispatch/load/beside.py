"""The campaigns whose people one that is being loaded must know, and which of them it waits for.

Two that load at once would each read the other half loaded. So a load has a number (`Campaign.load_order`), and waits
for those with a smaller one; they never wait for it. The number is written with the counter that gave it, and not by
the moment at which a campaign was to begin: starts come late, twice, and in any order. Whoever starts later finds all
that came before it, and reads them once they are loaded.

A campaign takes its number only when those that its audience names are loaded, or will not begin before it. Until then
nobody waits for it, and it waits for campaigns that have a number or are to begin before it: there is no circle.
"""

from dataclasses import dataclass, replace

from functions.campaign_dispatch.load.logic.history import Tries
from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.further_tries import family_beside, is_further_try
from shared.domain.contacts.consent import purpose_of
from shared.ids import TenantId
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.standing import Standing, read_standing


@dataclass(frozen=True, slots=True)
class Beside:
    """All as they were read at one time: who waits for none of them decides by nothing newer. `named` are those of the
    audience and its segments, `counted` those under the frequency cap."""

    named: tuple[Campaign, ...]
    counted: tuple[Campaign, ...]
    tries: Tries

    @property
    def all(self) -> tuple[Campaign, ...]:
        return (*self.named, *self.counted, *self.tries.line, *self.tries.others)


def read_beside(campaigns: Campaigns, tenant_id: TenantId, campaign: Campaign) -> Beside:
    named = tuple(campaigns.get(tenant_id, other) for other in campaign.named_campaigns)
    return Beside(named, _under_the_cap(campaigns, tenant_id, campaign), _read_tries(campaigns, tenant_id, campaign))


def read_as_decided(campaigns: Campaigns, lanes: Lanes, tenant_id: TenantId, known: Campaign) -> Standing:
    """Where one stands by now, in the state in which it was decided not to wait for it unless it was closed since:
    until then lanes may still write to those who wait in a campaign that was cancelled meanwhile."""
    campaign, work = read_standing(campaigns, lanes, tenant_id, known)
    return (campaign if campaign.closed else replace(campaign, state=known.state)), work


def take_place(campaigns: Campaigns, tenant_id: TenantId, campaign: Campaign) -> Campaign:
    """The campaign with its number among the loads, if it may have it already. Raises Conflict when it is not being
    loaded any more."""
    if campaign.load_order or _named_before(campaigns, tenant_id, campaign):
        return campaign
    return campaigns.put_in_order(tenant_id, campaign.campaign_id)


def waits_for(campaign: Campaign, beside: Beside) -> Campaign | None:
    """The one that the load waits for; `beside` was read after the campaign.

    A campaign that was cancelled is waited for until it is closed: its lanes may not have heard of it yet.
    """
    if not campaign.load_order and (before := _first_before(campaign, beside.named)):
        return before
    for other in (*beside.counted, *beside.tries.others):
        if _is_loading(other) and (not campaign.load_order or other.load_order < campaign.load_order):
            return other
    for other in beside.all:
        if other.state is State.CANCELLED and other.sizes and not other.closed:
            return other
    return None


def _is_loading(other: Campaign) -> bool:
    """And may have blocks already: one without a number has none."""
    return other.state is State.LOADING and other.load_order > 0


def _named_before(campaigns: Campaigns, tenant_id: TenantId, campaign: Campaign) -> Campaign | None:
    named = tuple(campaigns.get(tenant_id, other) for other in campaign.named_campaigns)
    return _first_before(campaign, named)


def _first_before(campaign: Campaign, named: tuple[Campaign, ...]) -> Campaign | None:
    """One that is named and being loaded, or due before this one and not announced yet."""
    for other in named:
        if _is_loading(other) or (other.state in (State.SCHEDULED, State.LOADING) and other.turn < campaign.turn):
            return other
    return None


def _under_the_cap(campaigns: Campaigns, tenant_id: TenantId, campaign: Campaign) -> tuple[Campaign, ...]:
    cap = campaign.frequency_cap
    if cap is None:
        return ()
    since = EpochMs(campaign.frozen_at - cap.days * DAY_MS)
    frozen = campaigns.frozen_since(tenant_id, since, consistent=True)
    return tuple(c for c in frozen if c.campaign_id != campaign.campaign_id and purpose_of(c.category) == "marketing")


def _read_tries(campaigns: Campaigns, tenant_id: TenantId, campaign: Campaign) -> Tries:
    line: list[Campaign] = []
    last = campaign
    while is_further_try(last) and last.audience.source is not None:
        last = campaigns.get(tenant_id, last.audience.source.campaign_id)
        line.append(last)
    if not line:
        return Tries()
    known = campaigns.created_since(tenant_id, line[-1].campaign_id)
    return Tries(tuple(line), tuple(family_beside(campaign, line, known)))
