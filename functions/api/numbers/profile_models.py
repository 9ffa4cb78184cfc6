"""The business profile of a number, as the API takes and shows it."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from functions.api.http.fields import Input, Output
from functions.api.http.revisions import Revision, Seen

# Lengths: Meta, business profiles of the Cloud API (about 1-139, address 256, description 512, email 128, two websites
# of 256).
_About = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=139)]
_Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=256)]
_Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=512)]
_Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=128, pattern=r"^([^@\s]+@[^@\s]+)?$")]
_Website = Annotated[str, StringConstraints(strip_whitespace=True, max_length=256, pattern=r"^https?://\S+$")]
_Vertical = Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,40}$")]


class ProfileIn(Input):
    """What is not named stays as it is."""

    about: _About | None = Field(None, description="the line beneath the name")
    address: _Address | None = None
    description: _Description | None = None
    email: _Email | None = None
    vertical: _Vertical | None = Field(None, description="the industry, in Meta's word, such as RETAIL")
    websites: list[_Website] | None = Field(None, max_length=2)
    picture_handle: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = Field(
        None,
        description="of a picture that Meta was given: the `handle` of POST /v1/template-samples, of a JPEG or PNG",
    )
    revision: Seen = None

    @model_validator(mode="after")
    def _names_something(self) -> "ProfileIn":
        if not self.model_fields_set - {"revision"}:
            raise ValueError("name what is to be changed")
        return self

    def changes(self) -> dict[str, object]:
        """By Meta's names."""
        named = self.model_dump(exclude_unset=True, exclude_none=True, exclude={"revision"})
        handle = named.pop("picture_handle", None)
        return {**named, **({"profile_picture_handle": handle} if handle else {})}


class ProfileOut(Output):
    about: str | None
    address: str | None
    description: str | None
    email: str | None
    vertical: str | None = Field(description="the industry, in Meta's word")
    websites: list[str]
    picture_url: str | None = Field(description="Meta's, good for some time")
    revision: Revision = Field(description="counts the changes that were made here; to be sent with the next one")
