"""Sign-up, log-in, the caller, API keys, WhatsApp accounts and numbers."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from functions.api.billing.models import EntitlementsOut, SubscriptionStatus
from functions.api.http.countries import CODES
from functions.api.http.fields import Country, Cursor, Input, Moment, Output, ShortText, moment, open_to
from shared.domain.accounts.account import API_KEY_ROLE, ApiKey, Member, Principal, Role, Scope, Tenant
from shared.domain.accounts.plans import entitlements
from shared.ids import TenantId

Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
]


class SignupIn(Input):
    business_name: ShortText
    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    country: Country = Field(description="ISO 3166 alpha-2")

    @field_validator("country")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in CODES:
            raise ValueError("is not an ISO 3166 alpha-2 country code, such as BR")
        return value


class SignupOut(Output):
    tenant_id: TenantId | None = Field(
        description="null until the address is confirmed: the first log-in makes the tenant"
    )
    member_id: str | None
    email_verification: Annotated[str, open_to("required", "skipped")] = Field(
        description="`required`: log in once with the mailed code as `confirmation_code`, within a day. For an address "
        "that has an account nothing is mailed."
    )


class LoginIn(Input):
    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    confirmation_code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""


class LoginOut(Output):
    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int = Field(description="seconds")
    token_type: Annotated[str, open_to("Bearer")] = "Bearer"  # noqa: S105 - a scheme


class TenantOut(Output):
    id: str
    name: str
    country: str
    plan: str
    subscription_status: SubscriptionStatus
    created_at: Moment


class MemberOut(Output):
    id: str
    email: str
    role: Annotated[str, open_to(*Role)]


class PrincipalOut(Output):
    tenant_id: TenantId
    member_id: str
    role: Annotated[str, open_to(*Role, API_KEY_ROLE)]
    scopes: list[str]


class MeOut(Output):
    principal: PrincipalOut
    tenant: TenantOut
    member: MemberOut | None = Field(description="null for an API key")
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
            tenant=TenantOut(
                id=tenant.tenant_id,
                name=tenant.name,
                country=tenant.country,
                plan=tenant.plan,
                subscription_status=tenant.subscription_status,
                created_at=moment(tenant.created_at),
            ),
            member=MemberOut(id=member.member_id, email=member.email, role=member.role) if member else None,
            entitlements=EntitlementsOut.of(entitlements(tenant.plan, tenant.subscription_status)),
        )


class ApiKeyIn(Input):
    name: ShortText
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]


class ApiKeyOut(Output):
    id: str
    name: str
    scopes: list[str]
    hint: str = Field(description="the key's last four characters")
    created_at: Moment

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyOut":
        return cls(
            id=key.key_id,
            name=key.name,
            scopes=sorted(key.scopes),
            hint=key.hint,
            created_at=moment(key.created_at),
        )


class NewApiKeyOut(ApiKeyOut):
    key: str = Field(description="shown this once")


class ApiKeysOut(Output):
    items: list[ApiKeyOut]
    next_cursor: Cursor
