"""Sign-up, the caller and the tenant, API keys."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from functions.api.accounts.field_models import Email, Language, Password, PersonName, Phone, TimeZone
from functions.api.billing.models import EntitlementsOut, SubscriptionStatus
from functions.api.http.countries import CODES
from functions.api.http.fields import (
    ULID,
    Country,
    Cursor,
    Given,
    Input,
    Moment,
    Output,
    ShortText,
    moment,
    moment_or_none,
    open_to,
)
from shared.clock import EpochMs
from shared.domain.accounts.account import API_KEY_ROLE, ApiKey, Member, Principal, Role, Scope, Suspension, Tenant
from shared.domain.accounts.permissions import OPERATOR, TENANT_SCOPES
from shared.domain.accounts.plans import entitlements
from shared.ids import TenantId


def _known(value: str) -> str:
    if value not in CODES:
        raise ValueError("is not an ISO 3166 alpha-2 country code, such as BR")
    return value


KnownCountry = Annotated[Country, AfterValidator(_known)]


class SignupIn(Input):
    business_name: ShortText
    name: Annotated[PersonName, Field(description="of the person who signs up")]
    email: Email
    phone: Annotated[Phone, Field(description="E.164, such as +60123456789")]
    password: Password
    country: KnownCountry = Field(description="ISO 3166 alpha-2")
    policy_version: Annotated[
        str,
        Field(description="of the terms that the person was shown and has accepted; 422 tells the one in force"),
        StringConstraints(max_length=20),
    ]


class SignupOut(Output):
    email_verification: Annotated[str, open_to("required", "skipped")] = Field(
        description="`required`: log in once with the mailed code as `confirmation_code`, within a day. For an address "
        "that has an account nothing is mailed. `skipped`: of a stack for trying things out, which mails no codes."
    )


class SuspensionOut(Output):
    """While it stands nothing is sent or changed; only an operator of the platform lifts it."""

    id: str
    reason: str = Field(description="as the operator stated it")
    suspended_at: Moment

    @classmethod
    def of(cls, suspension: Suspension | None) -> "SuspensionOut | None":
        if suspension is None:
            return None
        return cls(id=suspension.suspension_id, reason=suspension.reason, suspended_at=moment(suspension.at))


class TenantOut(Output):
    id: str
    name: str
    country: str
    language: str | None
    time_zone: str | None
    logo_file_id: str | None = Field(description="a picture of the library (`GET /v1/media`)")
    plan: str
    subscription_status: SubscriptionStatus
    suspension: SuspensionOut | None = Field(description="null unless an operator has suspended the tenant")
    created_at: Moment
    revision: int = Field(description="counts the changes of the profile; to be sent with the next one")

    @classmethod
    def of(cls, tenant: Tenant) -> "TenantOut":
        return cls(
            id=tenant.tenant_id,
            name=tenant.name,
            country=tenant.country,
            language=tenant.language or None,
            time_zone=tenant.time_zone or None,
            logo_file_id=tenant.logo_file_id or None,
            plan=tenant.plan,
            subscription_status=tenant.subscription_status,
            suspension=SuspensionOut.of(tenant.suspension),
            created_at=moment(tenant.created_at),
            revision=tenant.revision,
        )


class ProfileUpdateIn(Input):
    """What is left out stays as it is."""

    revision: int = Field(ge=0, description="as it was seen; another one is `changed_meanwhile`")

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, null as the blank that stands for nothing."""
        sent = self.model_dump(exclude_unset=True, exclude={"revision"})
        return {name: "" if value is None else value for name, value in sent.items()}


class MeUpdateIn(ProfileUpdateIn):
    name: PersonName | None = None
    phone: Phone | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None


class TenantUpdateIn(ProfileUpdateIn):
    name: ShortText = Field(default="", description="of the company")
    country: KnownCountry = Field(default="", description="ISO 3166 alpha-2")
    language: Language | None = None
    time_zone: TimeZone | None = None
    logo_file_id: Annotated[str, StringConstraints(pattern=ULID), Field(description="of the library")] | None = None


class MemberOut(Output):
    id: str
    email: str
    role: Annotated[str, open_to(*Role)]
    name: str | None
    phone: str | None
    language: str | None
    time_zone: str | None
    revision: int = Field(description="counts the changes of the profile; to be sent with the next one")

    @classmethod
    def of(cls, member: Member) -> "MemberOut":
        return cls(
            id=member.member_id,
            email=member.email,
            role=member.role,
            name=member.name or None,
            phone=member.phone or None,
            language=member.language or None,
            time_zone=member.time_zone or None,
            revision=member.revision,
        )


class PrincipalOut(Output):
    tenant_id: TenantId
    member_id: str
    role: Annotated[str, open_to(*Role, API_KEY_ROLE, OPERATOR)]
    scopes: list[str]


class MeOut(Output):
    principal: PrincipalOut
    tenant: TenantOut
    member: MemberOut | None = Field(description="null for an API key, and for an operator who looks at the tenant")
    entitlements: EntitlementsOut

    @classmethod
    def of(cls, principal: Principal, tenant: Tenant, member: Member | None) -> "MeOut":
        return cls(
            principal=PrincipalOut(
                tenant_id=principal.tenant_id,
                member_id=principal.member_id,
                role=principal.role,
                scopes=sorted(principal.scopes),
            ),
            tenant=TenantOut.of(tenant),
            member=MemberOut.of(member) if member else None,
            entitlements=EntitlementsOut.of(entitlements(tenant.plan, tenant.subscription_status)),
        )


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
