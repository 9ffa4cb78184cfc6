"""Whether the earlier campaigns that an audience names can say who is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from functions.api.campaigns.logic.spread import begin_moment
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Audience, Campaign, State
from shared.domain.campaigns.further_tries import not_settled, reaches_nobody_before
from shared.errors import Conflict, NotFound
from shared.ids import CampaignId, TenantId
from shared.store.campaigns.campaigns import Campaigns

Named = Mapping[CampaignId, Campaign]
_EXCLUDED, _SOURCE, _SEGMENTS = "audience.exclude_campaigns", "audience.source.campaign_id", "audience.segments"


def named_and_settled(
    campaigns: Campaigns, tenant_id: TenantId, audience: Audience, asked: Sequence[CampaignId] = ()
) -> Named:
    """The campaigns that an audience names, and those that its segments ask about, each read once, so that whatever is
    decided by one is decided by the same.

    Raises NotFound, with the field, for one that is not the tenant's, and Conflict when nobody can say yet who of an
    earlier campaign is meant.
    """
    named = {one: _earlier(campaigns, tenant_id, one, _SEGMENTS) for one in asked}
    named |= {one: _earlier(campaigns, tenant_id, one, _EXCLUDED) for one in audience.exclude_campaigns}
    source = audience.source
    if source is None:
        return named
    if source.campaign_id not in named:
        named[source.campaign_id] = _earlier(campaigns, tenant_id, source.campaign_id, _SOURCE)
    if problem := not_settled(named[source.campaign_id], source):
        raise Conflict(problem, field=_SOURCE, code="source_not_finished")
    return named


def with_begin_moment(campaign: Campaign, named: Named, start_at: EpochMs, now: EpochMs, *, sharp: bool) -> Campaign:
    """The campaign with the moments at which it is to start and begins."""
    begins_at = begin_moment(campaign.campaign_id, start_at, now, sharp=sharp, named=list(named.values()))
    return replace(campaign, start_at=start_at, sharp=sharp, begins_at=begins_at)


def check_begun(campaign: Campaign, named: Named) -> None:
    """Raises Conflict when a campaign that is named in the audience will not have begun by the time this one does: to
    exclude it would exclude nobody, and nobody would be in its audience.

    One that was cancelled before it began reaches nobody, and is excluded as it should be.
    """
    for campaign_id in campaign.audience.exclude_campaigns:
        earlier = named[campaign_id]
        problem = reaches_nobody_before(earlier, campaign.turn)
        if problem and earlier.state is not State.CANCELLED:
            raise Conflict(
                f"campaign {campaign_id} {problem}, so to exclude it excludes nobody: launch it first, start this one "
                "after it, or make this one without excluding it",
                field=_EXCLUDED,
                code="excluded_campaign_not_started",
            )
    source = campaign.audience.source
    if source is None:
        return
    if problem := reaches_nobody_before(named[source.campaign_id], campaign.turn):
        raise Conflict(
            f"campaign {source.campaign_id} {problem}, so nobody is in this audience: start this one after it, or make "
            "it for another campaign's people",
            field=_SOURCE,
            code="source_not_started",
        )


def _earlier(campaigns: Campaigns, tenant_id: TenantId, campaign_id: CampaignId, field: str) -> Campaign:
    try:
        return campaigns.get(tenant_id, campaign_id)
    except NotFound as exc:
        raise NotFound("there is no such campaign", field=field) from exc
