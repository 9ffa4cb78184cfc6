"""What the request and response models have in common."""

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic import Tag as UnionTag

from shared.clock import EpochMs, to_rfc3339
from shared.ids import CampaignId, ContactId, ConversationId, PhoneNumberId, WabaId

ULID = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
HEX_ID = r"^[0-9a-f]{32}$"
META_ID = r"^[0-9]{1,32}$"
ASSIGNEE = r"^(me|none|[0-7][0-9A-HJKMNP-TV-Z]{25})$"

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^,;|]+$")]
Country = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z]{2}$")]
SeenMessageId = Annotated[str, StringConstraints(pattern=r"^([0-9]{13}-[0-9A-Za-z]{1,40})?$")]
"""Our id of the last message that the caller has seen; blank when they do not say."""
ContactPath = Annotated[ContactId, Path(pattern=HEX_ID, description="id of the contact")]
ConversationPath = Annotated[ConversationId, Path(pattern=HEX_ID, description="id of the conversation")]
CampaignPath = Annotated[CampaignId, Path(pattern=ULID, description="id of the campaign")]
EndpointPath = Annotated[str, Path(pattern=ULID, description="id of the webhook endpoint")]
MetaId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=META_ID)]
WabaRef = Annotated[WabaId, StringConstraints(strip_whitespace=True, pattern=META_ID)]
NumberRef = Annotated[PhoneNumberId, StringConstraints(strip_whitespace=True, pattern=META_ID)]


class Input(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is not silently without effect."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """An answer. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(frozen=True)


Cursor = Annotated[str | None, Field(description="Pass it as `cursor` to get the next page; null on the last one.")]


Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


def moment(at: EpochMs) -> Moment:
    """RFC 3339 in UTC."""
    return to_rfc3339(at)


def moment_or_none(at: EpochMs | None) -> Moment | None:
    """RFC 3339 in UTC, or None for a time that is not known (None or 0)."""
    return to_rfc3339(at) if at else None


def open_to(*values: str) -> WithJsonSchema:
    """Annotates a text of an answer that is one of these today: more may come, so clients must not fail for another."""
    return WithJsonSchema({"type": "string", "x-extensible-enum": list(values)})


def _written_out(value: object) -> object:
    """Only RFC 3339 text: a bare number would be taken for seconds since 1970."""
    if isinstance(value, str) and len(value) >= 20 and value[10] in "Tt ":
        return value
    raise ValueError("write it as RFC 3339 with a time zone, such as 2026-12-31T09:00:00Z")


Given = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""A moment that a caller names."""


def epoch_ms_of(given: datetime) -> EpochMs:
    """Times before 1970 are 1970."""
    return EpochMs(max(0, round(given.timestamp() * 1000)))


UNION_TAG = "type="
"""How the member of a union that was chosen shows in the place of an error, where it is no field of the request."""


def _tag_of(value: object) -> str | None:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return f"{UNION_TAG}{kind}" if isinstance(kind, str) else None


BY_TYPE = Discriminator(_tag_of)
"""Chooses the member of a union by its `type`; each member is annotated with `of_type`."""


def of_type(name: str) -> UnionTag:
    return UnionTag(UNION_TAG + name)
