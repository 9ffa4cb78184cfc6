"""API keys, without what they open."""

from typing import Annotated, Any, Literal

from pydantic import Field

from functions.api.http.fields import Cursor, Given, Input, Moment, Output, ShortText, moment, moment_or_none
from shared.clock import EpochMs
from shared.domain.accounts.account import ApiKey, Scope
from shared.domain.accounts.permissions import TENANT_SCOPES

KeyScope = Literal[Scope.READ, Scope.CONTACTS, Scope.CAMPAIGNS, Scope.CONVERSATIONS, Scope.SETTINGS, Scope.AUDIT]
"""Those that a key can have; the others are for people."""


class ApiKeyIn(Input):
    name: ShortText
    scopes: Annotated[list[KeyScope], Field(min_length=1, max_length=len(TENANT_SCOPES))]
    expires_at: Annotated[Given, Field(description="from when on it opens nothing")] | None = None


class KeyRotationIn(Input):
    overlap_hours: Annotated[int, Field(ge=0, le=168, description="for which the key of before is good, too")] = 24
    expires_at: Annotated[Given, Field(description="another date; left out, the one of before stays")] | None = None


class ApiKeyOut(Output):
    id: str
    name: str
    scopes: list[str]
    hint: str = Field(description="the key's last four characters")
    created_at: Moment
    created_by: str | None = Field(description="id of the member or key that made it")
    expires_at: Moment | None
    expired: bool
    last_used_at: Moment | None = Field(description="exact to ten minutes")
    former_until: Moment | None = Field(description="so long the key of before a rotation is good")

    @classmethod
    def of(cls, key: ApiKey, used_at: EpochMs | None, now: EpochMs) -> "ApiKeyOut":
        return cls(**_key_shown(key, used_at, now))


class NewApiKeyOut(ApiKeyOut):
    key: str = Field(description="shown this once")

    @classmethod
    def with_secret(cls, key: ApiKey, secret: str, now: EpochMs) -> "NewApiKeyOut":
        return cls(**_key_shown(key, None, now), key=secret)


def _key_shown(key: ApiKey, used_at: EpochMs | None, now: EpochMs) -> dict[str, Any]:
    return {
        "id": key.key_id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "hint": key.hint,
        "created_at": moment(key.created_at),
        "created_by": key.created_by or None,
        "expires_at": moment_or_none(key.expires_at),
        "expired": key.expires_at is not None and now >= key.expires_at,
        "last_used_at": moment_or_none(used_at),
        "former_until": moment_or_none(key.former_until if key.former_until and now < key.former_until else None),
    }


class ApiKeysOut(Output):
    items: list[ApiKeyOut]
    next_cursor: Cursor
