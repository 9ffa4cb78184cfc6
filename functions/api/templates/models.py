"""Message templates."""

from typing import Annotated, Literal, get_args

from pydantic import Field, JsonValue, StringConstraints

from functions.api.http.fields import Cursor, Input, Moment, Output, WabaRef, moment_or_none, open_to
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import SlotKind, Template, UnsupportedComponent
from shared.ids import WabaId

_STATUSES = (
    "APPROVED",
    "PENDING",
    "REJECTED",
    "PAUSED",
    "DISABLED",
    "IN_APPEAL",
    "PENDING_DELETION",
    "DELETED",
    "LIMIT_EXCEEDED",
    "ARCHIVED",
)


class TemplateIn(Input):
    waba_id: WabaRef | None = Field(None, description="needed only when several accounts are connected")
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")]
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"]
    parameter_format: Literal["POSITIONAL", "NAMED"] = "POSITIONAL"
    components: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=10)] = Field(
        description="as Meta's message_templates edge takes them"
    )


class SlotOut(Output):
    key: str = Field(description="how a campaign's `variables` name it")
    kind: Annotated[str, open_to(*get_args(SlotKind))]
    optional: bool


class TemplateOut(Output):
    id: str
    waba_id: WabaId
    name: str
    language: str
    category: Annotated[str, open_to("MARKETING", "UTILITY", "AUTHENTICATION")]
    status: Annotated[str, open_to(*_STATUSES)] = Field(description="as Meta says it")
    parameter_format: Annotated[str, open_to("POSITIONAL", "NAMED")]
    components: list[dict[str, JsonValue]]
    slots: list[SlotOut]
    unsupported: str | None = Field(description="why campaigns cannot use it, if so")
    rejected_reason: str | None
    updated_at: Moment | None

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
                "updated_at": moment_or_none(template.updated_at),
            }
        )


class TemplatesOut(Output):
    items: list[TemplateOut]
    next_cursor: Cursor


class SyncOut(Output):
    templates: int
