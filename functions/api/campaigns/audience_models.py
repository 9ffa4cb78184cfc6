"""Who a campaign is for."""

from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from functions.api.http.fields import ULID, Input, Tag
from shared.domain.campaigns.campaign import Audience, EarlierCampaign
from shared.ids import CampaignId

OutcomeName = Literal["read", "delivered", "sent", "failed", "skipped", "unknown", "waiting", "cancelled"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
CampaignRef = Annotated[CampaignId, StringConstraints(pattern=ULID)]


class SourceIn(Input):
    """The people of an earlier campaign with one of these outcomes and, where codes are named, one of these codes. Who
    is unknown, waiting or cancelled only once it has finished; not again whom another try at the same people reached.
    """

    campaign_id: CampaignRef
    outcomes: Annotated[list[OutcomeName], Field(min_length=1, max_length=8)]
    codes: Annotated[list[Code], Field(max_length=50)] = Field(
        default_factory=list, description="Meta's error codes, or reasons for which people were skipped"
    )


class FrequencyCapIn(Input):
    campaigns: Annotated[int, Field(ge=1, le=100, description="marketing campaigns, this one included")]
    days: Annotated[int, Field(ge=1, le=90)]


class AudienceIn(Input):
    tags: Annotated[list[Tag], Field(max_length=100)] = Field(
        default_factory=list, description="contacts with any of these"
    )
    exclude_tags: Annotated[list[Tag], Field(max_length=100)] = Field(
        default_factory=list, description="but none of these"
    )
    everyone: bool = False
    source: SourceIn | None = None
    exclude_campaigns: Annotated[list[CampaignRef], Field(max_length=20)] = Field(
        default_factory=list, description="leave out whoever one of these campaigns has reached, or may have"
    )

    @model_validator(mode="after")
    def _somebody(self) -> "AudienceIn":
        if self.everyone + bool(self.tags) + (self.source is not None) != 1:
            raise ValueError("name tags, or set everyone to true, or name a source: exactly one of them")
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
        )

    @classmethod
    def of(cls, audience: Audience) -> "AudienceIn":
        return cls.model_validate(asdict(audience))
