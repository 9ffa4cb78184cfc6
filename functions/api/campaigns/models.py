"""Campaigns and the variables of their messages."""

from typing import Annotated, get_args

from pydantic import Field

from functions.api.campaigns.audience_models import (
    AudienceIn,
    AudienceOut,
    Code,
    FrequencyCapIn,
    FrequencyCapOut,
    FrozenSegmentOut,
)
from functions.api.http.fields import (
    Cursor,
    Given,
    Input,
    MetaId,
    Moment,
    NumberRef,
    Output,
    ShortText,
    epoch_ms_of,
    moment,
    moment_or_none,
    open_to,
)
from functions.api.templates.variable_models import VariableIn, VariableOut
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State, UnknownPolicy
from shared.domain.campaigns.stop_reasons import next_action
from shared.ids import PhoneNumberId, WabaId


class CampaignIn(Input):
    name: ShortText
    phone_number_id: NumberRef
    template_id: MetaId
    audience: AudienceIn
    variables: Annotated[dict[str, VariableIn], Field(max_length=250)] = Field(
        default_factory=dict, description="slot of the template -> where its value comes from"
    )
    frequency_cap: FrequencyCapIn | None = None
    weight: Annotated[int, Field(ge=1, le=10)] = Field(
        1, description="share of the number's rate next to other campaigns of the same number"
    )
    unknown_policy: UnknownPolicy = Field(
        "hold",
        description="what to do, after the grace of two hours, with sends of which nobody knows whether they arrived: "
        "`hold` never repeats them; `resend` writes to these people once more, and some may then get it twice",
    )


class CampaignOut(Output):
    id: str
    name: str
    phone_number_id: PhoneNumberId
    waba_id: WabaId
    template_id: str
    category: str
    audience: AudienceOut
    variables: dict[str, VariableOut]
    frequency_cap: FrequencyCapOut | None
    weight: int
    unknown_policy: Annotated[UnknownPolicy, open_to(*get_args(UnknownPolicy))]
    status: Annotated[str, open_to(*State)]
    reason: str | None
    next_action: str | None = Field(description="what to do about the reason for which it stands still")
    start_at: Moment | None
    sharp: bool
    begins_at: Moment | None = Field(
        description="when it begins to be loaded and sent: at `start_at` when `sharp` or launched at once, else up to "
        "120 seconds later; null before the launch"
    )
    created_at: Moment
    created_by: str | None = Field(description="id of the member or the API key; null when it was not noted")
    started_at: Moment | None
    finished_at: Moment | None
    planned: int | None = Field(description="people in the frozen audience; null before it is frozen")
    segments: list[FrozenSegmentOut] = Field(
        description="those that the audience names, as they were when it was frozen; before, only what a further try "
        "leaves out by"
    )

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignOut":
        cap = campaign.frequency_cap
        return cls(
            id=campaign.campaign_id,
            name=campaign.name,
            phone_number_id=campaign.phone_number_id,
            waba_id=campaign.waba_id,
            template_id=campaign.template_id,
            category=campaign.category,
            audience=AudienceOut.of(campaign.audience),
            frequency_cap=FrequencyCapOut.of(cap) if cap else None,
            weight=campaign.weight,
            unknown_policy=campaign.unknown_policy,
            variables={slot: VariableOut.of(variable) for slot, variable in campaign.variables.items()},
            status=campaign.state,
            reason=campaign.reason or None,
            next_action=next_action(campaign.reason) or None,
            start_at=moment_or_none(campaign.start_at),
            sharp=campaign.sharp,
            begins_at=moment_or_none(campaign.begins),
            created_at=moment(campaign.created_at),
            created_by=campaign.created_by or None,
            started_at=moment_or_none(campaign.started_at),
            finished_at=moment_or_none(campaign.finished_at),
            planned=campaign.planned if campaign.sizes else None,
            segments=[FrozenSegmentOut.of(frozen) for frozen in campaign.segments],
        )


class CampaignsOut(Output):
    items: list[CampaignOut]
    next_cursor: Cursor


class LaunchIn(Input):
    start_at: Given | None = Field(None, description="RFC 3339 with a time zone; at once when left out")
    sharp: bool = Field(
        False,
        description="begin at `start_at` itself. Otherwise a campaign with a `start_at` ahead begins up to 120 seconds "
        "after it (never before it; `begins_at` says when), so that not all that are to start at 09:00 begin in one "
        "second. What is launched at once begins at once",
    )
    accept_messaging_limit: bool = Field(
        False,
        description="launch although the latest dry run counts more people than Meta lets the business write to in 24 "
        "hours: the campaign pauses at the limit and can be resumed a day later",
    )

    @property
    def start_moment(self) -> EpochMs | None:
        return None if self.start_at is None else epoch_ms_of(self.start_at)


class RetryIn(Input):
    codes: Annotated[list[Code], Field(max_length=50)] = Field(
        default_factory=list, description="only those who failed with one of these codes; all when empty"
    )
