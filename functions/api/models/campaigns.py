"""Templates and campaigns."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, JsonValue, StringConstraints, model_validator

from functions.api.models.base import ULID, Cursor, Input, MetaId, Output, ShortText, Tag, moment
from shared.domain.books import Books
from shared.domain.campaign import Audience, Campaign, EarlierCampaign
from shared.domain.compiler import Variable
from shared.domain.stop_reasons import next_action
from shared.domain.template import Template, UnsupportedComponent, slots_of


class TemplateIn(Input):
    waba_id: MetaId | None = Field(None, description="needed only when several accounts are connected")
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")]
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"]
    parameter_format: Literal["POSITIONAL", "NAMED"] = "POSITIONAL"
    components: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=10)] = Field(
        description="as Meta's message_templates edge takes them"
    )


class SlotOut(Output):
    key: str = Field(description="how a campaign's `variables` name it")
    kind: str
    optional: bool


class TemplateOut(Output):
    id: str
    waba_id: str
    name: str
    language: str
    category: str
    status: str
    parameter_format: str
    components: list[dict[str, JsonValue]]
    slots: list[SlotOut]
    unsupported: str | None = Field(description="why campaigns cannot use it, if so")
    rejected_reason: str | None
    updated_at: str | None

    @classmethod
    def of(cls, template: Template) -> "TemplateOut":
        unsupported = None
        try:
            slots = slots_of(template)
        except UnsupportedComponent as exc:
            slots, unsupported = [], str(exc)
        return cls.model_validate(
            {
                "id": template.template_id,
                "waba_id": template.waba_id,
                "name": template.name,
                "language": template.language,
                "category": template.category,
                "status": template.status,
                "parameter_format": template.parameter_format,
                "components": [dict(component) for component in template.components],
                "slots": [{"key": slot.key, "kind": slot.kind, "optional": slot.optional} for slot in slots],
                "unsupported": unsupported,
                "rejected_reason": template.rejected_reason or None,
                "updated_at": moment(template.updated_at),
            }
        )


class TemplatesOut(Output):
    items: list[TemplateOut]


class SyncOut(Output):
    templates: int


OutcomeName = Literal["read", "delivered", "sent", "failed", "skipped", "unknown", "waiting", "cancelled"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
CampaignRef = Annotated[str, StringConstraints(pattern=ULID)]


class SourceIn(Input):
    """The people of an earlier campaign with one of these outcomes and, where codes are named, one of these codes."""

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


class VariableModel(Input):
    source: Literal["contact", "field", "constant"]
    value: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(
        description="the contact's attribute, the custom field's key, or the constant itself; "
        "a medium is a link or, as a constant, the id of uploaded media"
    )
    fallback: Annotated[str, StringConstraints(max_length=2000)] = Field("", description="for people without a value")
    kind: Literal["text", "currency", "date_time"] = Field("text", description="body variables only")
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = Field(
        "", description="ISO 4217 code, for kind currency"
    )
    format: Annotated[str, StringConstraints(max_length=60)] = Field(
        "",
        description="for kind date_time: YYYY, YY, MM, M, DD, D, HH and mm stand for the parts, [text] for itself; "
        "YYYY-MM-DD when left out",
    )

    def to_variable(self) -> Variable:
        return Variable(self.source, self.value, self.fallback, self.kind, self.currency, self.format)

    @classmethod
    def of(cls, variable: Variable) -> "VariableModel":
        return cls(
            source=variable.source,
            value=variable.value,
            fallback=variable.fallback,
            kind=variable.kind,
            currency=variable.currency,
            format=variable.format,
        )


class CampaignIn(Input):
    name: ShortText
    phone_number_id: MetaId
    template_id: MetaId
    audience: AudienceIn
    variables: Annotated[dict[str, VariableModel], Field(max_length=250)] = Field(
        default_factory=dict, description="slot of the template -> where its value comes from"
    )
    frequency_cap: FrequencyCapIn | None = None


class CampaignOut(Output):
    id: str
    name: str
    phone_number_id: str
    waba_id: str
    template_id: str
    category: str
    audience: AudienceIn
    variables: dict[str, VariableModel]
    frequency_cap: FrequencyCapIn | None
    state: str
    reason: str | None
    next_action: str | None = Field(description="what to do about the reason for which it stands still")
    start_at: str | None
    created_at: str | None
    created_by: str
    started_at: str | None
    finished_at: str | None
    planned: int | None = Field(description="people in the frozen audience; null before it is frozen")

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
            audience=AudienceIn.of(campaign.audience),
            frequency_cap=FrequencyCapIn(campaigns=cap.campaigns, days=cap.days) if cap else None,
            variables={slot: VariableModel.of(variable) for slot, variable in campaign.variables.items()},
            state=campaign.state,
            reason=campaign.reason or None,
            next_action=next_action(campaign.reason) or None,
            start_at=moment(campaign.start_at),
            created_at=moment(campaign.created_at),
            created_by=campaign.created_by,
            started_at=moment(campaign.started_at),
            finished_at=moment(campaign.finished_at),
            planned=campaign.planned if campaign.sizes else None,
        )


class CampaignsOut(Output):
    items: list[CampaignOut]
    next_cursor: Cursor


def _written_out(value: object) -> object:
    """Only RFC 3339 text: a bare number would be taken for seconds since 1970."""
    if value is None or (isinstance(value, str) and len(value) >= 20 and value[10] in "Tt "):
        return value
    raise ValueError("write it as RFC 3339 with a time zone, such as 2026-12-31T09:00:00Z")


class LaunchIn(Input):
    start_at: Annotated[AwareDatetime | None, BeforeValidator(_written_out)] = Field(
        None, description="RFC 3339 with a time zone; at once when left out"
    )

    @property
    def start_ms(self) -> int | None:
        start: datetime | None = self.start_at
        return int(start.timestamp() * 1000) if start is not None else None


class RetryIn(Input):
    codes: Annotated[list[Code], Field(max_length=50)] = Field(
        default_factory=list, description="only those who failed with one of these codes; all when empty"
    )


class DryRunStartedOut(Output):
    dry_run_id: str
    status: Literal["running"] = "running"


class SampleOut(Output):
    contact_id: str
    text: str


class MissingOut(Output):
    contact_id: str
    slot: str


class DryRunOut(Output):
    dry_run_id: str
    status: Literal["running", "complete"]
    started_at: str | None
    planned: int
    sendable: int
    skipped: dict[str, int]
    samples: list[SampleOut]
    missing: list[MissingOut] = Field(description="the first hundred people who lack a value, and for which variable")
    missing_by_slot: dict[str, int] = Field(
        description="how many people each variable keeps out: its value is missing, too long or not of its form"
    )
    estimated_seconds: int = Field(description="how long sending takes at the number's rate, all by itself")


class MinuteOut(Output):
    minute: str
    accepted: int


class SinceDryRunOut(Output):
    """What the frozen audience has more, or less, than the latest dry run counted."""

    planned: int
    sendable: int
    skipped: dict[str, int]


class ReportOut(Output):
    """planned = sent + failed + skipped + cancelled + unknown + waiting. `sent` includes delivered and read."""

    campaign_id: str
    state: str
    reason: str | None
    planned: int
    sent: int
    failed: int
    skipped: int
    cancelled: int
    unknown: int
    waiting: int
    delivered: int
    read: int
    replied: int
    billable: int
    failed_by: dict[str, int]
    skipped_by: dict[str, int]
    balanced: bool
    category: str = Field(description="Meta's price category of the billable messages")
    started_at: str | None
    finished_at: str | None
    rate: list[MinuteOut] = Field(description="messages Meta accepted in each minute")
    since_dry_run: SinceDryRunOut | None

    @classmethod
    def of(
        cls, campaign: Campaign, books: Books, rate: Mapping[int, int], since_dry_run: SinceDryRunOut | None
    ) -> "ReportOut":
        return cls(
            campaign_id=campaign.campaign_id,
            state=campaign.state,
            reason=campaign.reason or None,
            planned=books.planned,
            sent=books.sent,
            failed=books.failed,
            skipped=books.skipped,
            cancelled=books.cancelled,
            unknown=books.unknown,
            waiting=books.waiting,
            delivered=books.delivered,
            read=books.read,
            replied=books.replied,
            billable=books.billable,
            failed_by=dict(books.failed_by),
            skipped_by=dict(books.skipped_by),
            balanced=books.balanced,
            category=campaign.category,
            rate=[MinuteOut(minute=moment(minute * 60_000) or "", accepted=count) for minute, count in rate.items()],
            since_dry_run=since_dry_run,
            started_at=moment(campaign.started_at),
            finished_at=moment(campaign.finished_at),
        )


class RecipientOut(Output):
    contact_id: str
    outcome: OutcomeName
    code: str | None = Field(description="Meta's error code, or why the person was skipped")


class RecipientsOut(Output):
    items: list[RecipientOut]
    next_cursor: Cursor
