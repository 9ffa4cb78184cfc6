"""Sign-up, log-in, the caller, API keys, WhatsApp accounts and numbers."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from functions.api.countries import CODES
from functions.api.models.base import Country, Input, MetaId, Output, ShortText, moment
from shared.domain.account import ApiKey, Member, Principal, Scope, Tenant
from shared.domain.number import Number, Waba
from shared.domain.plans import Entitlements, entitlements

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
    tenant_id: str
    member_id: str
    email_verification: Literal["required", "skipped"] = Field(
        description="`required`: log in once with the mailed code as `confirmation_code`."
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
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme


class TenantOut(Output):
    id: str
    name: str
    country: str
    plan: str
    subscription_status: str
    created_at: str | None


class MemberOut(Output):
    id: str
    email: str
    role: str


class PrincipalOut(Output):
    tenant_id: str
    member_id: str
    role: str
    scopes: list[str]


class EntitlementsOut(Output):
    plan: str
    numbers: int
    campaign_recipients: int
    members: int

    @classmethod
    def of(cls, limits: Entitlements) -> "EntitlementsOut":
        return cls(
            plan=limits.plan,
            numbers=limits.numbers,
            campaign_recipients=limits.campaign_recipients,
            members=limits.members,
        )


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
    created_at: str | None

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


class ConnectIn(Input):
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    waba_id: MetaId
    phone_number_id: MetaId | None = Field(None, description="Without it, every number of the account is connected.")
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None = Field(
        None, description="The number's two-step PIN, when it already has one."
    )


class NumberOut(Output):
    phone_number_id: str
    waba_id: str
    display: str
    verified_name: str
    username: str
    throughput: int = Field(description="Meta's messages per second, in and out together")
    quality: str
    messaging_limit: int | None = Field(
        description="people its business may write to outside their 24-hour window in any 24 hours, all its numbers "
        "together; -1 without limit, null while Meta has not told it"
    )
    status: str = Field(description="active, restricted, or disconnected")
    reason: str
    restricted_until: str | None = Field(description="when a restriction ends by itself, if Meta said so")
    connected_at: str | None
    history_percent: int = Field(description="how much of the WhatsApp Business app's history has come")
    history_declined: bool = Field(description="whether the WhatsApp Business app keeps its history to itself")

    @classmethod
    def of(cls, number: Number, waba: Waba | None, now: int) -> "NumberOut":
        status = number.state_at(now)
        return cls(
            phone_number_id=number.phone_number_id,
            waba_id=number.waba_id,
            display=number.display,
            verified_name=number.verified_name,
            username=number.username,
            throughput=number.throughput,
            quality=number.quality,
            messaging_limit=waba.messaging_limit if waba else None,
            status=status,
            reason=number.reason if status != "active" else "",
            restricted_until=moment(number.restricted_until) if status == "restricted" else None,
            connected_at=moment(number.connected_at),
            history_percent=number.history_percent,
            history_declined=number.history_declined,
        )


class NumbersOut(Output):
    items: list[NumberOut]


class WabaOut(Output):
    waba_id: str
    name: str
    currency: str
    status: str

    @classmethod
    def of(cls, waba: Waba) -> "WabaOut":
        return cls(waba_id=waba.waba_id, name=waba.name, currency=waba.currency, status=waba.status)


class ConnectOut(Output):
    waba: WabaOut
    numbers: list[NumberOut]
    templates: int = Field(description="how many templates were copied from the account")
