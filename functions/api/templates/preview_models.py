"""A template with its variables filled, its versions, and the campaigns that used it."""

from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from functions.api.http.fields import HEX_ID, Cursor, Input, Moment, Output, moment, moment_or_none, open_to
from functions.api.templates.logic.preview import Preview
from functions.api.templates.variable_models import VariableIn
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.templates.template import Template
from shared.domain.templates.variables import Variable
from shared.domain.templates.versions import TemplateVersion
from shared.ids import CampaignId, ContactId

SlotKey = Annotated[str, StringConstraints(max_length=100)]
SlotValue = Annotated[str, StringConstraints(min_length=1, max_length=2000)] | VariableIn
SlotValues = Annotated[dict[SlotKey, SlotValue], Field(max_length=250)]


def variable_of(value: str | VariableIn) -> Variable:
    return Variable("constant", value) if isinstance(value, str) else value.to_variable()


class TemplatePreviewIn(Input):
    variables: SlotValues = Field(
        default_factory=dict, description="slot of the template -> its value, or where to take it from as in a campaign"
    )
    contact_id: Annotated[ContactId, StringConstraints(pattern=HEX_ID)] | None = Field(
        None, description="whose attributes and fields the variables take; without, they have fallbacks only"
    )


class TemplatePreviewProblemOut(Output):
    field: str
    message: str


class TemplatePreviewOut(Output):
    text: str | None = Field(description="as it reads, a part to a line; null for one without words")
    components: list[dict[str, JsonValue]] = Field(
        description="the template's, with values in the place of variables; what nothing fills is left as written"
    )
    values: dict[str, str] = Field(description="slot -> its value as it is shown")
    problems: list[TemplatePreviewProblemOut] = Field(description="what keeps it from being sent")

    @classmethod
    def of(cls, preview: Preview) -> "TemplatePreviewOut":
        return cls.model_validate(
            {
                "text": preview.text or None,
                "components": [dict(component) for component in preview.components],
                "values": dict(preview.values),
                "problems": [{"field": one.field, "message": one.message} for one in preview.problems],
            }
        )


class TemplateVersionOut(Output):
    version: int
    since: Moment | None = Field(description="from when on it was so; null when nobody knows")
    current: bool
    category: Annotated[str, open_to("MARKETING", "UTILITY", "AUTHENTICATION")]
    components: list[dict[str, JsonValue]]

    @classmethod
    def of(cls, version: TemplateVersion, template: Template) -> "TemplateVersionOut":
        return cls.model_validate(
            {
                "version": version.version,
                "since": moment_or_none(version.since),
                "current": version.version == template.version,
                "category": version.category,
                "components": [dict(component) for component in version.components],
            }
        )


class TemplateVersionsOut(Output):
    items: list[TemplateVersionOut]
    next_cursor: Cursor


class TemplateUseOut(Output):
    id: CampaignId = Field(description="id of the campaign")
    name: str
    status: Annotated[str, open_to(*State)]
    created_at: Moment
    version: int | None = Field(description="what the template said then; null when that is not kept any more")

    @classmethod
    def of(cls, campaign: Campaign, version: int | None) -> "TemplateUseOut":
        return cls(
            id=campaign.campaign_id,
            name=campaign.name,
            status=campaign.state,
            created_at=moment(campaign.created_at),
            version=version,
        )


class TemplateUsesOut(Output):
    items: list[TemplateUseOut]
    next_cursor: Cursor
