"""Who a campaign is for."""

from dataclasses import asdict
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from functions.api.http.fields import ULID, Input, Output, Tag, open_to
from shared.domain.campaigns.campaign import Audience, EarlierCampaign, FrequencyCap
from shared.domain.segments.frozen import FrozenSegment
from shared.ids import CampaignId

OutcomeName = Literal["read", "delivered", "sent", "failed", "skipped", "unknown", "waiting", "cancelled"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
CampaignRef = Annotated[CampaignId, StringConstraints(pattern=ULID)]
SegmentRef = Annotated[str, StringConstraints(pattern=ULID)]
_CODES = "Meta's error codes, or reasons for which people were skipped"
_CAMPAIGNS = "marketing campaigns, this one included"
_TAGS = "contacts with any of these"
_EXCLUDE_TAGS = "but none of these"
_SEGMENTS = "contacts in any of these"
_EXCLUDE_SEGMENTS = "leave out whoever is in one of these"
_EXCLUDE_CAMPAIGNS = "leave out whoever one of these campaigns has reached, or may have"


class SourceIn(Input):
    """The people of an earlier campaign with one of these outcomes and, where codes are named, one of these codes. Who
    is unknown, waiting or cancelled only once it has finished; not again whom another try at the same people reached.
    """

    campaign_id: CampaignRef
    outcomes: Annotated[list[OutcomeName], Field(min_length=1, max_length=8)]
    codes: Annotated[list[Code], Field(max_length=50)] = Field(default_factory=list, description=_CODES)


class FrequencyCapIn(Input):
    campaigns: Annotated[int, Field(ge=1, le=100, description=_CAMPAIGNS)]
    days: Annotated[int, Field(ge=1, le=90)]


class AudienceIn(Input):
    tags: Annotated[list[Tag], Field(max_length=100)] = Field(default_factory=list, description=_TAGS)
    exclude_tags: Annotated[list[Tag], Field(max_length=100)] = Field(default_factory=list, description=_EXCLUDE_TAGS)
    everyone: bool = False
    source: SourceIn | None = None
    exclude_campaigns: Annotated[list[CampaignRef], Field(max_length=20)] = Field(
        default_factory=list, description=_EXCLUDE_CAMPAIGNS
    )
    segments: Annotated[list[SegmentRef], Field(max_length=5)] = Field(default_factory=list, description=_SEGMENTS)
    exclude_segments: Annotated[list[SegmentRef], Field(max_length=5)] = Field(
        default_factory=list, description=_EXCLUDE_SEGMENTS
    )

    @model_validator(mode="after")
    def _somebody(self) -> "AudienceIn":
        if self.everyone + bool(self.tags) + bool(self.segments) + (self.source is not None) != 1:
            raise ValueError("name tags, or segments, or a source, or set everyone to true: exactly one of them")
        return self

    @property
    def audience(self) -> Audience:
        source = self.source
        return Audience(
            tags=tuple(self.tags),
            exclude_tags=tuple(self.exclude_tags),
            everyone=self.everyone,
            source=EarlierCampaign(source.campaign_id, tuple(source.outcomes), tuple(source.codes)) if source else None,
            exclude_campaigns=tuple(self.exclude_campaigns),
            segments=tuple(self.segments),
            exclude_segments=tuple(self.exclude_segments),
        )


class SourceOut(Output):
    """The people of an earlier campaign with one of these outcomes and, where there are codes, one of these codes."""

    campaign_id: CampaignId
    outcomes: list[Annotated[str, open_to(*get_args(OutcomeName))]]
    codes: list[str] = Field(description=_CODES)


class FrequencyCapOut(Output):
    campaigns: int = Field(description=_CAMPAIGNS)
    days: int

    @classmethod
    def of(cls, cap: FrequencyCap) -> "FrequencyCapOut":
        return cls(campaigns=cap.campaigns, days=cap.days)


class AudienceOut(Output):
    tags: list[str] = Field(description=_TAGS)
    exclude_tags: list[str] = Field(description=_EXCLUDE_TAGS)
    everyone: bool
    source: SourceOut | None
    exclude_campaigns: list[CampaignId] = Field(description=_EXCLUDE_CAMPAIGNS)
    segments: list[str] = Field(description=_SEGMENTS)
    exclude_segments: list[str] = Field(description=_EXCLUDE_SEGMENTS)

    @classmethod
    def of(cls, audience: Audience) -> "AudienceOut":
        return cls.model_validate(asdict(audience))


class FrozenSegmentOut(Output):
    """A segment as it was when the audience was frozen: what people were chosen by."""

    id: str
    revision: int
    name: str
    text: str

    @classmethod
    def of(cls, frozen: FrozenSegment) -> "FrozenSegmentOut":
        return cls(id=frozen.segment_id, revision=frozen.revision, name=frozen.name, text=frozen.text)
