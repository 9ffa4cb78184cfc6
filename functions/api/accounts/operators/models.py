"""Operators of the platform, and what they see and do of tenants."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

from functions.api.accounts.models import SuspensionOut
from functions.api.accounts.operators.logic.usage import Usage
from functions.api.accounts.sessions.models import ReproofIn
from functions.api.billing.models import SubscriptionStatus
from functions.api.http.fields import ULID, Cursor, Input, Moment, Output, moment, moment_or_none, open_to
from shared.clock import EpochMs
from shared.domain.accounts.account import Member, Tenant, TenantStatus
from shared.domain.accounts.operator import LONGEST_MINUTES, AccessStatus, Acting, Operator, SupportAccess
from shared.domain.accounts.plans import PLAN_NAMES
from shared.domain.campaigns.campaign import State
from shared.ids import TenantId

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(description="the tenant reads it"),
]


class ActingOut(Output):
    """Where the operator looks at the moment."""

    tenant_id: TenantId
    support_access_id: str
    expires_at: Moment

    @classmethod
    def of(cls, acting: Acting | None, now: EpochMs) -> "ActingOut | None":
        if acting is None or now >= acting.expires_at:
            return None
        return cls(tenant_id=acting.tenant_id, support_access_id=acting.access_id, expires_at=moment(acting.expires_at))


class OperatorOut(Output):
    id: str
    email: str
    second_factor: bool = Field(description="without one an operator can set it up, and do nothing else")
    acting: ActingOut | None = Field(description="null while the operator looks at no tenant")

    @classmethod
    def of(cls, operator: Operator, acting: Acting | None, now: EpochMs, *, second_factor: bool) -> "OperatorOut":
        shown = ActingOut.of(acting, now)
        return cls(id=operator.operator_id, email=operator.email, second_factor=second_factor, acting=shown)


class PlatformTenantOut(Output):
    id: str
    name: str
    country: str
    plan: Annotated[str, open_to(*PLAN_NAMES)] = Field(description="the one that holds now")
    subscription_status: SubscriptionStatus
    status: Annotated[str, open_to(*TenantStatus)]
    suspension: SuspensionOut | None
    created_at: Moment

    @classmethod
    def of(cls, tenant: Tenant) -> "PlatformTenantOut":
        return cls(
            id=tenant.tenant_id,
            name=tenant.name,
            country=tenant.country,
            plan=tenant.entitlements.plan,
            subscription_status=tenant.subscription_status,
            status=tenant.status,
            suspension=SuspensionOut.of(tenant.suspension),
            created_at=moment(tenant.created_at),
        )


class PlatformTenantsOut(Output):
    items: list[PlatformTenantOut]
    next_cursor: Cursor


class TenantPersonOut(Output):
    """An owner."""

    id: str
    email: str
    name: str | None

    @classmethod
    def of(cls, member: Member) -> "TenantPersonOut":
        return cls(id=member.member_id, email=member.email, name=member.name or None)


class PlatformTenantDetailOut(PlatformTenantOut):
    owners: list[TenantPersonOut]

    @classmethod
    def with_owners(cls, tenant: Tenant, owners: Iterable[Member]) -> "PlatformTenantDetailOut":
        shown = PlatformTenantOut.of(tenant).model_dump()
        return cls(**shown, owners=[TenantPersonOut.of(owner) for owner in owners])


class CampaignUsageOut(Output):
    counted: int = Field(description="of the newest, 100 at most")
    complete: bool = Field(description="whether those are all")
    by_status: dict[Annotated[str, open_to(*State)], int]
    people_planned: int = Field(description="people that they are for")
    people_gone_through: int = Field(description="people whose turn has come, in campaigns that are closed")


class ContactUsageOut(Output):
    imports: int = Field(description="of the newest, 100 at most")
    complete: bool = Field(description="whether those are all")
    created: int = Field(description="contacts that they made; those that came in other ways are not counted")


class TenantUsageOut(Output):
    tenant_id: TenantId
    plan: Annotated[str, open_to(*PLAN_NAMES)]
    members: int
    numbers: int = Field(description="without those that the tenant has disconnected")
    campaigns: CampaignUsageOut
    contacts: ContactUsageOut
    last_active_at: Moment | None = Field(
        description="the newest of campaigns, imports, messages of conversations and uses of API keys"
    )

    @classmethod
    def of(cls, usage: Usage) -> "TenantUsageOut":
        campaigns, contacts = usage.campaigns, usage.contacts
        return cls(
            tenant_id=usage.tenant.tenant_id,
            plan=usage.tenant.entitlements.plan,
            members=usage.members,
            numbers=usage.numbers,
            campaigns=CampaignUsageOut(
                counted=campaigns.counted,
                complete=campaigns.complete,
                by_status=dict(campaigns.by_state),
                people_planned=campaigns.planned,
                people_gone_through=campaigns.gone_through,
            ),
            contacts=ContactUsageOut(imports=contacts.imports, complete=contacts.complete, created=contacts.created),
            last_active_at=moment_or_none(usage.last_active_at),
        )


class SuspensionIn(Input):
    reason: Reason


class LiftIn(Input):
    suspension_id: Annotated[str, StringConstraints(pattern=ULID), Field(description="the one that was seen")]
    reason: Reason


class SupportAccessIn(ReproofIn):
    reason: Reason
    minutes: Annotated[int, Field(ge=1, le=LONGEST_MINUTES, description="after which it is over")] = LONGEST_MINUTES


class SupportAccessOut(Output):
    id: str
    operator_id: str
    operator_email: str
    reason: str
    status: Annotated[str, open_to(*AccessStatus)]
    opened_at: Moment
    expires_at: Moment
    ended_at: Moment | None = Field(description="when it was ended before its time")
    ended_by: str | None = Field(description="the operator or member who did that")

    @classmethod
    def of(cls, access: SupportAccess, now: EpochMs) -> "SupportAccessOut":
        return cls(**_shown(access, now))


class NewSupportAccessOut(SupportAccessOut):
    tenant_id: TenantId
    token: str = Field(description="the bearer token of calls to the tenant's routes; shown this once")

    @classmethod
    def with_token(cls, access: SupportAccess, token: str, tenant_id: TenantId, now: EpochMs) -> "NewSupportAccessOut":
        return cls(**_shown(access, now), tenant_id=tenant_id, token=token)


class SupportAccessesOut(Output):
    items: list[SupportAccessOut]
    next_cursor: Cursor


def _shown(access: SupportAccess, now: EpochMs) -> dict[str, str | None]:
    return {
        "id": access.access_id,
        "operator_id": access.operator_id,
        "operator_email": access.operator_email,
        "reason": access.reason,
        "status": access.status_at(now),
        "opened_at": moment(access.opened_at),
        "expires_at": moment(access.expires_at),
        "ended_at": moment_or_none(access.ended_at),
        "ended_by": access.ended_by or None,
    }
