"""Templates that are being written, and what Meta would say of them."""

from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from functions.api.http.fields import Cursor, Input, Moment, Output, moment, open_to
from functions.api.http.revisions import Revision, Seen
from functions.api.templates.models import Language, Name, SlotOut, TemplateContentIn, shown_ttl, slots_shown
from shared.domain.templates.checks.check import faults_of
from shared.domain.templates.checks.fault import META_CODE, Fault, FaultCode
from shared.domain.templates.draft import TemplateDraft, as_listed
from shared.domain.templates.stored_draft import StoredDraft
from shared.domain.templates.template import Template
from shared.ids import WabaId

_WORD = StringConstraints(strip_whitespace=True, to_upper=True, max_length=30)


class TemplateDraftIn(TemplateContentIn):
    """Whatever a template may become: nothing is required, and nothing refused that can be mended later."""

    name: Annotated[str, StringConstraints(max_length=600)] = ""
    language: Annotated[str, StringConstraints(max_length=30)] = ""
    category: Annotated[str, _WORD] = ""
    parameter_format: Annotated[str, _WORD] = "POSITIONAL"
    components: Annotated[list[dict[str, JsonValue]], Field(max_length=20)] = Field(
        default_factory=list, description="as Meta's message_templates edge takes them"
    )


class TemplateDraftUpdate(TemplateDraftIn):
    revision: Seen = None


class TemplateFaultOut(Output):
    code: Annotated[str, open_to(*FaultCode)]
    pointer: str = Field(description="JSON pointer (RFC 6901) to the place in the template")
    message: str = Field(description="what to do about it")
    meta_code: int = Field(description="the code with which Meta would refuse it")
    meta_subcode: int | None = Field(description="Meta's number of the rule, where it has one")

    @classmethod
    def of(cls, fault: Fault) -> "TemplateFaultOut":
        return cls(
            code=fault.code,
            pointer=fault.pointer,
            message=fault.message,
            meta_code=META_CODE,
            meta_subcode=fault.subcode or None,
        )


class TemplateCheckOut(Output):
    valid: bool = Field(description="whether Meta would take it for review; what a reviewer decides is another thing")
    faults: list[TemplateFaultOut]
    slots: list[SlotOut] = Field(description="what a campaign's `variables` will have to fill")
    unsupported: str | None = Field(description="why campaigns could not use it, if so")

    @classmethod
    def of(cls, draft: TemplateDraft) -> "TemplateCheckOut":
        faults = [TemplateFaultOut.of(fault) for fault in faults_of(draft)]
        components = [as_listed(component) for component in draft.components]
        template = Template(
            "", WabaId(""), draft.name, draft.language, draft.category, "", draft.parameter_format, components
        )
        slots, unsupported = slots_shown(template) if not faults else ([], None)
        return cls(valid=not faults, faults=faults, slots=slots, unsupported=unsupported)


class TemplateDuplicateIn(Input):
    language: Language = Field(description="of the copy; its texts are still in the language of the original")
    name: Name | None = Field(None, description="the same name, unless another one is given")


class TemplateDraftOut(Output):
    id: str
    waba_id: WabaId | None
    name: str | None = Field(description="null, as other texts here, while it is not written")
    language: str | None
    category: str | None
    parameter_format: str | None
    components: list[dict[str, JsonValue]]
    message_send_ttl_seconds: int | None
    copied_from: str | None = Field(description="id of the template it was made from")
    faults: list[TemplateFaultOut] = Field(description="what stands between it and its review")
    revision: Revision
    created_at: Moment
    created_by: str
    updated_at: Moment

    @classmethod
    def of(cls, stored: StoredDraft) -> "TemplateDraftOut":
        draft = stored.content
        return cls.model_validate(
            {
                "id": stored.draft_id,
                "waba_id": stored.waba_id or None,
                "name": draft.name or None,
                "language": draft.language or None,
                "category": draft.category or None,
                "parameter_format": draft.parameter_format or None,
                "components": [dict(component) for component in draft.components],
                "message_send_ttl_seconds": shown_ttl(draft.ttl_seconds),
                "copied_from": stored.copied_from or None,
                "faults": [TemplateFaultOut.of(fault).model_dump() for fault in faults_of(draft)],
                "revision": stored.revision,
                "created_at": moment(stored.created_at),
                "created_by": stored.created_by,
                "updated_at": moment(stored.updated_at),
            }
        )


class TemplateDraftsOut(Output):
    items: list[TemplateDraftOut]
    next_cursor: Cursor
