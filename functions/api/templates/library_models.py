"""Templates to begin with, and samples of media."""

from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from functions.api.http.fields import ULID, Cursor, Input, Output, WabaRef, open_to
from functions.api.templates.logic.library import LibraryTemplate


class LibraryTemplateOut(Output):
    id: str
    purpose: str = Field(description="when it is of use")
    name: str
    language: str
    category: Annotated[str, open_to("MARKETING", "UTILITY", "AUTHENTICATION")]
    parameter_format: Annotated[str, open_to("POSITIONAL", "NAMED")]
    components: list[dict[str, JsonValue]]

    @classmethod
    def of(cls, one: LibraryTemplate) -> "LibraryTemplateOut":
        draft = one.draft
        return cls.model_validate(
            {
                "id": f"{one.key}.{draft.language}",
                "purpose": one.purpose,
                "name": draft.name,
                "language": draft.language,
                "category": draft.category,
                "parameter_format": draft.parameter_format,
                "components": [dict(component) for component in draft.components],
            }
        )


class TemplateLibraryOut(Output):
    items: list[LibraryTemplateOut]
    next_cursor: Cursor


class TemplateSampleIn(Input):
    waba_id: WabaRef | None = Field(None, description="needed only when several accounts are connected")
    media_id: Annotated[str, StringConstraints(pattern=ULID)] = Field(description="of a file under /v1/media")


class TemplateSampleOut(Output):
    handle: str = Field(
        description="for `example.header_handle` of a header; a sample for the reviewer, not what is sent"
    )
    format: Annotated[str, open_to("IMAGE", "VIDEO", "DOCUMENT")] = Field(description="of the header that takes it")
