"""How an outgoing message names a file, and the pieces that outgoing messages share."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from functions.api.http.fields import Input, MetaId
from shared.domain.media.links import BadLink, encoded_link


def text(most: int) -> StringConstraints:
    """A text of one character or more that is not blank."""
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


def _link(value: str) -> str:
    try:
        return encoded_link(value)
    except BadLink as bad:
        raise ValueError(f"it {bad}") from bad


FileLink = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000),
    AfterValidator(_link),
    StringConstraints(max_length=2000),
]
OwnMediaId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class MediaRef(Input):
    """A file: exactly one of `media_id`, `id` and `link`."""

    media_id: OwnMediaId | None = Field(None, description="of a file uploaded to this API")
    id: MetaId | None = Field(None, description="Meta's id of a file that was uploaded for the number that sends")
    link: FileLink | None = Field(None, description="https://…, from where Meta fetches it (and keeps it ten minutes)")

    @model_validator(mode="after")
    def _one(self) -> "MediaRef":
        if [self.media_id, self.id, self.link].count(None) != 2:
            raise ValueError("name the file by exactly one of media_id, id and link")
        return self


class DocumentRef(MediaRef):
    filename: Annotated[str, text(255)] | None = None
