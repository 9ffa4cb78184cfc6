"""The segments that an audience names, as they are now."""

from collections.abc import Iterable
from functools import cache

from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.campaign import Audience
from shared.domain.expressions.problems import BadCondition, Fault, Refused
from shared.domain.expressions.vocabulary import KeyCheck
from shared.domain.segments.frozen import FrozenSegment
from shared.domain.segments.people import any_campaign
from shared.domain.segments.segment import Recent, Segment, freeze
from shared.domain.templates.problem import CompileError, Problem
from shared.errors import NotFound
from shared.ids import CampaignId, TenantId
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.contacts.fields import ContactFields
from shared.store.segments.segments import Segments


class AudienceSegments:
    def __init__(self, segments: Segments, fields: ContactFields, accounts: Accounts, campaigns: Campaigns) -> None:
        self._segments = segments
        self._fields = fields
        self._accounts = accounts
        self._campaigns = campaigns

    def freeze(
        self, tenant_id: TenantId, audience: Audience, now: EpochMs, carried: Iterable[FrozenSegment] = ()
    ) -> tuple[FrozenSegment, ...]:
        """All that the audience names, as they are now (epoch ms); those that are `carried` as they were. Nothing is
        read where it names none. Raises NotFound (with the field), and CompileError for a condition that holds no
        more."""
        kept = {segment.segment_id: segment for segment in carried}
        named = audience.named_segments
        if all(segment_id in kept for segment_id in named):
            return tuple(kept[segment_id] for segment_id in named)
        fields = self._fields.all(tenant_id)
        time_zone = self._accounts.tenant(tenant_id).time_zone
        recent = recent_campaigns(self._campaigns, tenant_id, now)
        check_campaign = own_campaigns(self._campaigns, tenant_id)

        def frozen(segment_id: str) -> FrozenSegment:
            place = _place(audience, segment_id)
            try:
                segment = self._need(tenant_id, segment_id, place)
                return freeze(segment, fields, time_zone, check_campaign, recent)
            except BadCondition as error:
                message = f"the segment's condition holds no more: {error.problems[0].message}"
                raise CompileError([Problem(place, message)]) from error

        return tuple(kept.get(segment_id) or frozen(segment_id) for segment_id in named)

    def _need(self, tenant_id: TenantId, segment_id: str, place: str) -> Segment:
        try:
            return self._segments.get(tenant_id, segment_id)
        except NotFound as error:
            raise NotFound("there is no such segment", field=place) from error


def own_campaigns(campaigns: Campaigns, tenant_id: TenantId) -> KeyCheck:
    """Raises Refused for a campaign that is not this tenant's. Each that is named is read, 1 RRU."""

    def check_campaign(key: str | int) -> None:
        any_campaign(key)
        try:
            campaigns.get(tenant_id, CampaignId(str(key)))
        except NotFound as error:
            raise Refused(Fault.UNKNOWN_CAMPAIGN, f"there is no campaign {key}; name one of yours") from error

    return check_campaign


def recent_campaigns(campaigns: Campaigns, tenant_id: TenantId, now: EpochMs, most: int | None = None) -> Recent:
    """What tells of the campaigns that began within so many days. Read once for each number of days; whoever waits for
    the answer says how many campaigns are read at `most`, newest first."""

    @cache
    def recent(days: int) -> tuple[CampaignId, ...]:
        found = campaigns.frozen_since(tenant_id, EpochMs(now - days * DAY_MS), most, consistent=True)
        return tuple(campaign.campaign_id for campaign in found)

    return recent


def _place(audience: Audience, segment_id: str) -> str:
    if segment_id in audience.segments:
        return f"audience.segments.{audience.segments.index(segment_id)}"
    return f"audience.exclude_segments.{audience.exclude_segments.index(segment_id)}"
