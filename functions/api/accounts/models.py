"""Sign-up, the caller and the tenant."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from functions.api.accounts.field_models import Email, Language, Password, PersonName, Phone, TimeZone
from functions.api.billing.models import EntitlementsOut, SubscriptionStatus
from functions.api.http.countries import CODES
from functions.api.http.fields import (
    ULID,
    Country,
    Input,
    Moment,
    Output,
    ShortText,
    moment,
    open_to,
)
from functions.api.http.revisions import MustBeSeen
from shared.domain.accounts.account import API_KEY_ROLE, Member, Principal, Role, Suspension, Tenant
from shared.domain.accounts.permissions import OPERATOR
from shared.domain.accounts.person import Person
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

    revision: MustBeSeen

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


class SecondFactorStateOut(Output):
    on: bool
    recovery_codes_left: int = Field(
        description="each is good once; replacing a lost authenticator takes two: one to log in, one to switch it off"
    )

    @classmethod
    def of(cls, person: Person) -> "SecondFactorStateOut":
        return cls(on=person.second_factor, recovery_codes_left=len(person.recovery_codes))


class MeOut(Output):
    principal: PrincipalOut
    tenant: TenantOut
    member: MemberOut | None = Field(description="null for an API key, and for an operator who looks at the tenant")
    second_factor: SecondFactorStateOut | None = Field(description="of the member")
    entitlements: EntitlementsOut

    @classmethod
    def of(cls, principal: Principal, tenant: Tenant, member: Member | None, person: Person | None) -> "MeOut":
        return cls(
            principal=PrincipalOut(
                tenant_id=principal.tenant_id,
                member_id=principal.member_id,
                role=principal.role,
                scopes=sorted(principal.scopes),
            ),
            tenant=TenantOut.of(tenant),
            member=MemberOut.of(member) if member else None,
            second_factor=SecondFactorStateOut.of(person) if person else None,
            entitlements=EntitlementsOut.of(tenant.entitlements),
        )
