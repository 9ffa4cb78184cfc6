"""Contacts, their custom fields and consent."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictFloat, StrictInt, StringConstraints, model_validator

from functions.api.contacts.imports.logic.csv_columns import RESERVED
from functions.api.contacts.logic.attributes import LONGEST_EMAIL
from functions.api.contacts.logic.typed_values import typed
from functions.api.http.fields import Cursor, Input, Moment, Output, ShortText, Tag, moment, moment_or_none, open_to
from functions.api.http.revisions import Revision, Seen
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.contacts.first_name import first_name_of
from shared.domain.json_text import LOST

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Scalar = StrictBool | StrictInt | StrictFloat | Annotated[str, StringConstraints(max_length=1000)]
Tags = Annotated[list[Tag], Field(max_length=50)]


def _whole(name: str) -> str:
    if LOST in name:
        raise ValueError("holds U+FFFD, which stands for a character that was lost; write the name as it is")
    return name


Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_whole)]


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_EMAIL)]
_LANGUAGE = "a tag (BCP 47) such as `pt-BR`, or its English name"
_TIME_ZONE = "a name of the IANA database such as `America/Sao_Paulo`"
_EMAIL = "an address; nothing is sent there"


class FieldIn(Input):
    key: Key
    label: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    kind: Literal["text", "number", "date", "boolean"] = "text"

    @model_validator(mode="after")
    def _free(self) -> "FieldIn":
        if self.key in RESERVED:
            raise ValueError(f"`{self.key}` is a name that every contact has; choose another key")
        return self


class FieldOut(Output):
    key: str
    label: str
    kind: Annotated[str, open_to("text", "number", "date", "boolean")]

    @classmethod
    def of(cls, field: ContactField) -> "FieldOut":
        return cls(key=field.key, label=field.label, kind=field.kind)


class FieldsOut(Output):
    items: list[FieldOut]
    next_cursor: Cursor


class ContactIn(Input):
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] | None = Field(
        None, description="As people write it; without a country code it is taken to be of the tenant's country."
    )
    bsuid: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = None
    name: Name = ""
    first_name: Name = Field("", description="how messages address them; when left out, what `name` says of it")
    last_name: Name = Field(
        "", description="as long as the name is this one; nothing is made of it where it is left out"
    )
    language: Text = Field("", description=_LANGUAGE)
    time_zone: Text = Field("", description=_TIME_ZONE)
    email: Text = Field("", description=_EMAIL)
    fields: dict[Key, Scalar] = Field(default_factory=dict)
    tags: Tags = Field(default_factory=list)

    @model_validator(mode="after")
    def _somebody(self) -> "ContactIn":
        if not self.phone and not self.bsuid:
            raise ValueError("a contact needs a phone or a bsuid")
        return self


class ContactPatch(Input):
    name: Name | None = None
    first_name: Name | None = Field(
        None, description='how messages address them, as long as the name is this one; "": what the name says of it'
    )
    last_name: Name | None = Field(None, description='as long as the name is this one; "" removes it')
    language: Text | None = Field(None, description=f'{_LANGUAGE}; "" removes it')
    time_zone: Text | None = Field(None, description=f'{_TIME_ZONE}; "" removes it')
    email: Text | None = Field(None, description=f'{_EMAIL}; "" removes it')
    fields: dict[Key, Scalar | None] = Field(default_factory=dict, description="null removes a field")
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)
    revision: Seen = None


class ConsentIn(Input):
    source: ShortText = Field(description="How the person said it, such as `phone call` or `web form`.")


class ContactOut(Output):
    id: str
    phone: str | None
    bsuid: str | None
    name: str | None
    first_name: str | None = Field(description="how messages address them: as it was given, else taken from the name")
    last_name: str | None = Field(description="as it was given; nothing is made of the name")
    language: str | None = Field(description="a tag (BCP 47): `pt-BR`")
    time_zone: str | None = Field(description="a name of the IANA database: `America/Sao_Paulo`")
    email: str | None
    username: str | None = Field(description="in WhatsApp, without @; it may change freely")
    region: str | None = Field(description="ISO 3166 alpha-2, of the phone number")
    fields: dict[str, StrictBool | StrictInt | StrictFloat | str] = Field(
        description="as their kinds say: 12 and true, not texts; a number that a double does not hold is a text"
    )
    tags: list[str]
    opted_out: bool
    opted_out_at: Moment | None
    opt_out_source: str | None
    last_inbound_at: Moment | None
    revision: Revision = Field(
        description="counts the changes of names, attributes, fields and tags by PATCH; to be sent with the next one"
    )
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, contact: Contact, known: Sequence[ContactField]) -> "ContactOut":
        """`known`: the tenant's custom fields, which say of what kind the values are."""
        return cls(
            id=contact.contact_id,
            phone=contact.phone or None,
            bsuid=contact.bsuid or None,
            name=contact.name or None,
            first_name=first_name_of(contact) or None,
            last_name=contact.last_name or None,
            language=contact.language or None,
            time_zone=contact.time_zone or None,
            email=contact.email or None,
            username=contact.username or None,
            region=contact.region or None,
            fields=dict(typed(contact.fields, known)),
            tags=sorted(contact.tags),
            opted_out=contact.opted_out_at is not None,
            opted_out_at=moment_or_none(contact.opted_out_at),
            opt_out_source=contact.opt_out_source or None,
            last_inbound_at=moment_or_none(contact.last_inbound_at),
            revision=contact.revision,
            created_at=moment(contact.created_at),
            updated_at=moment(max(contact.updated_at, contact.created_at)),
        )


class DeletionOut(Output):
    id: str
    deleted_at: Moment
    opted_out: bool = Field(
        description="whether they had said no: it holds for whoever is made of this phone number or `bsuid` again"
    )
    conversations: list[str] = Field(
        description="ids of those that stay, as long as their messages do; they go on if the person writes again"
    )


class ContactsOut(Output):
    items: list[ContactOut]
    next_cursor: Cursor
