"""Imports of contacts."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from functions.api.contacts.imports.logic.csv_source import MOST_BYTES
from functions.api.contacts.models import Tags
from functions.api.http.countries import CODES
from functions.api.http.fields import Country, Cursor, Input, Moment, Output, open_to
from shared.domain.contacts.phone import BareDigits

ColumnName = Annotated[str, StringConstraints(max_length=500)]
Target = Annotated[str, StringConstraints(max_length=60)]


class ImportIn(Input):
    filename: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = "contacts.csv"
    tags: Tags = Field(default_factory=list, description="put on every contact of the file")
    default_country: Country | None = Field(
        None, description="ISO 3166 alpha-2, for numbers without a country code; the tenant's own when left out"
    )
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)] | None = Field(
        None, description="bytes of the file; exactly so many must be uploaded. Needed unless the file is the body"
    )
    columns: Annotated[dict[ColumnName, Target], Field(max_length=200)] = Field(
        default_factory=dict,
        description="header -> phone, name, first_name, last_name, language, time_zone, email, tags, ignore, or the "
        "key of a custom field, which comes first where both are called so; columns with usual names need not stand "
        "here. A column that says who opted out must, because an import does not read it",
    )
    bare_digits: BareDigits = Field(
        "either",
        description="what numbers without + or 00 are: national, international (with their country code), or either; "
        "then digits that may be a number of two countries are rejected as ambiguous_phone",
    )
    create_fields: bool = Field(False, description="make text fields of columns that are not known")

    @field_validator("default_country")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in CODES:
            raise ValueError("is not an ISO 3166 alpha-2 country code, such as BR")
        return value


class CountsOut(Output):
    """rows = created + updated + unchanged + duplicate + rejected, at every moment."""

    rows: int
    created: int
    updated: int
    unchanged: int
    duplicate: int
    rejected: int


class RejectedRowOut(Output):
    line: int = Field(description="line of the file, counted from 1")
    reason: str
    code: str = Field(
        description="stable, such as invalid_phone, or ambiguous_phone for digits that may be a number of two "
        "countries: write it with + and the country code, or say in bare_digits which it is; consent_remark for a "
        "number with a remark of who may be written to, such as BAJA, or a row of which a column that is not mapped "
        "says that the person said no; invalid_language, invalid_time_zone, invalid_email"
    )


class ImportOut(Output):
    id: str
    filename: str
    status: Annotated[str, open_to("awaiting_upload", "queued", "running", "completed", "failed")]
    upload_url: str | None = Field(
        None, description="PUT the file here within an hour, with `upload_headers`, then POST …/start"
    )
    upload_headers: dict[str, str] | None = Field(
        None, description="type and length, which the URL is bound to: no other file is taken"
    )
    total_rows: int | None = Field(description="known once the whole file was checked")
    counts: CountsOut
    error: str | None
    error_code: str | None = Field(
        description="stable: bad_file, too_many_columns, header_too_long, consent_column, too_many_fields, too_large, "
        "not_found, conflict, upload_changed; import_failed when it was us"
    )
    rejected: list[RejectedRowOut] = Field(description="the first ten; see …/rejected for more")
    rejected_by_code: dict[str, int] = Field(
        description="how many rows each code rejects; known as total_rows is. `too_large` are rows that would make "
        "their contact larger than 400 KB: found at the end, and in no file"
    )
    ignored_columns: list[str]
    created_fields: list[str]
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


class ImportsOut(Output):
    items: list[ImportOut]
    next_cursor: Cursor


class RejectedOut(Output):
    items: list[RejectedRowOut] = Field(description="at most the first 1,000 over all pages")
    next_cursor: Cursor
    total: int | None = Field(
        description="exactly how many rows the file of `download_url` has; null until all were checked"
    )
    download_url: str | None = Field(description="all rejected rows as CSV, with their reasons; works for an hour")
