"""Message templates."""

from typing import Annotated, Literal, get_args

from pydantic import Field, JsonValue, StringConstraints, model_validator

from functions.api.http.fields import Cursor, Input, Moment, Output, WabaRef, moment_or_none, open_to
from functions.api.http.revisions import Revision, Seen
from functions.api.templates.logic.editing import TemplateEdit, next_edit_at
from shared.clock import EpochMs
from shared.domain.templates.draft import MOST_SECONDS, TemplateDraft
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import Slot, SlotKind, Template, UnsupportedComponent
from shared.errors import AppError, ProviderRejected
from shared.ids import WabaId

STATUSES = (
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
    "LOCKED",
)
QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
Category = Literal["MARKETING", "UTILITY", "AUTHENTICATION"]
_CATEGORIES = get_args(Category)
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")]
Components = Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=10)]
Ttl = Annotated[int, Field(ge=1, le=MOST_SECONDS)]
TTL = (
    "for how many seconds Meta tries to deliver a message of it: 30 to 900 of AUTHENTICATION, 30 to 43200 of UTILITY, "
    "43200 on of MARKETING, or 2592000, which is 30 days, of any; null leaves it to Meta"
)


def ttl_of(seconds: int | None) -> int | None:
    """As Meta takes it: 30 days of any category are -1 (Meta, time-to-live)."""
    return -1 if seconds == MOST_SECONDS else seconds


def shown_ttl(seconds: int | None) -> int | None:
    return MOST_SECONDS if seconds == -1 else seconds or None


class TemplateContentIn(Input):
    """What a template is made of, finished or not."""

    waba_id: WabaRef | None = Field(None, description="needed only when several accounts are connected")
    name: str
    language: str
    category: str
    parameter_format: str
    components: list[dict[str, JsonValue]]
    message_send_ttl_seconds: Ttl | None = Field(None, description=TTL)

    def draft(self) -> TemplateDraft:
        return TemplateDraft(
            self.name,
            self.language,
            self.category,
            self.parameter_format,
            self.components,
            ttl_of(self.message_send_ttl_seconds),
        )


class TemplateIn(TemplateContentIn):
    name: Name
    language: Language
    category: Category
    parameter_format: Literal["POSITIONAL", "NAMED"] = "POSITIONAL"
    components: Components = Field(description="as Meta's message_templates edge takes them")


class TemplatePatch(Input):
    components: Components | None = Field(None, description="all of them: Meta replaces them as a whole")
    category: Category | None = Field(None, description="not of an approved template")
    message_send_ttl_seconds: Ttl | None = Field(None, description=TTL)
    revision: Seen = None

    @model_validator(mode="after")
    def _something(self) -> "TemplatePatch":
        if self.components is None and self.category is None and self.message_send_ttl_seconds is None:
            raise ValueError("name something to change: components, category or message_send_ttl_seconds")
        return self

    def edit(self) -> TemplateEdit:
        return TemplateEdit(self.components, self.category, ttl_of(self.message_send_ttl_seconds))


class SlotOut(Output):
    key: str = Field(description="how a campaign's `variables` name it")
    kind: Annotated[str, open_to(*get_args(SlotKind))]
    optional: bool

    @classmethod
    def of(cls, slot: Slot) -> "SlotOut":
        return cls(key=slot.key, kind=slot.kind, optional=slot.optional)


def slots_shown(template: Template) -> tuple[list[SlotOut], str | None]:
    """What a send must bring, and why campaigns cannot use the template, if so."""
    try:
        return [SlotOut.of(slot) for slot in slots_of(template)], None
    except UnsupportedComponent as exc:
        return [], str(exc)


class ComingCategoryOut(Output):
    category: Annotated[str, open_to(*_CATEGORIES)]
    due_at: Moment | None


class TemplateOut(Output):
    id: str
    waba_id: WabaId
    name: str
    language: str
    category: Annotated[str, open_to(*_CATEGORIES)]
    next_category: ComingCategoryOut | None = Field(description="what Meta has announced to make of it, and when")
    status: Annotated[str, open_to(*STATUSES)] = Field(description="as Meta says it")
    quality: Annotated[str, open_to(*QUALITIES)] = Field(description="what people's reactions make Meta think of it")
    parameter_format: Annotated[str, open_to("POSITIONAL", "NAMED")]
    components: list[dict[str, JsonValue]]
    message_send_ttl_seconds: int | None
    slots: list[SlotOut]
    unsupported: str | None = Field(description="why campaigns cannot use it, if so")
    rejected_reason: str | None
    version: int = Field(description="counts what it has said, from 1 on")
    revision: Revision = Field(
        description="counts the changes of components, category and time to live, by whomever, as far as they are "
        "known here; to be sent with the next edit"
    )
    next_edit_at: Moment | None = Field(description="when Meta lets it be edited again; null for now")
    updated_at: Moment | None

    @classmethod
    def of(cls, template: Template, now: EpochMs) -> "TemplateOut":
        slots, unsupported = slots_shown(template)
        announced = {"category": template.next_category, "due_at": moment_or_none(template.next_category_at)}
        return cls.model_validate(
            {
                "id": template.template_id,
                "waba_id": template.waba_id,
                "name": template.name,
                "language": template.language,
                "category": template.category,
                "next_category": announced if template.next_category else None,
                "status": template.status,
                "quality": template.quality or "UNKNOWN",
                "parameter_format": template.parameter_format,
                "components": [dict(component) for component in template.components],
                "message_send_ttl_seconds": shown_ttl(template.ttl_seconds),
                "slots": [slot.model_dump() for slot in slots],
                "unsupported": unsupported,
                "rejected_reason": template.rejected_reason or None,
                "version": template.version,
                "revision": template.revision,
                "next_edit_at": moment_or_none(next_edit_at(template, now)),
                "updated_at": moment_or_none(template.updated_at),
            }
        )


class TemplatesOut(Output):
    items: list[TemplateOut]
    next_cursor: Cursor


class SyncFailureOut(Output):
    waba_id: WabaId
    code: str = Field(description="as that of a refused call: `GET /v1/errors` says what to do")
    detail: str
    provider_code: str | None = Field(description="Meta's error code")

    @classmethod
    def of(cls, waba_id: WabaId, error: AppError) -> "SyncFailureOut":
        provider_code = error.provider_code if isinstance(error, ProviderRejected) else ""
        return cls(waba_id=waba_id, code=error.code, detail=error.message, provider_code=provider_code or None)


class SyncOut(Output):
    templates: int = Field(description="how many there are at Meta")
    gone: int = Field(description="how many were found to be no more; they are kept as DELETED")
    failed: list[SyncFailureOut] = Field(description="accounts that could not be read; their templates are as before")
