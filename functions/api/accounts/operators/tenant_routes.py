"""Tenants, as operators of the platform look after them."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.accounts.operators.actions import Lift, resume_tenant, suspend_tenant
from functions.api.accounts.operators.models import (
    LiftIn,
    PlatformTenantDetailOut,
    PlatformTenantOut,
    PlatformTenantsOut,
    SuspensionIn,
    TenantUsageOut,
)
from functions.api.accounts.operators.parts import OperatorParts, UsageParts
from functions.api.accounts.operators.search import find_tenants
from functions.api.accounts.operators.usage import read_usage
from functions.api.http.audit import state_reason
from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import part_of, parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Role, Scope, Suspension, TenantStatus
from shared.domain.accounts.plans import PlanName
from shared.ids import TenantId
from shared.store.accounts.tenant_list import TenantFilter

router = new_router()
deps = parts_for(router, OperatorParts)
_TAG = "tenants"
TenantPath = Annotated[TenantId, Path(pattern=ULID, description="id of the tenant")]
Sought = Annotated[
    str,
    Query(
        max_length=254,
        description="how a name begins, or the whole of: an id, a member's e-mail address, Meta's id of a number or of "
        "an account",
    ),
]
Plan = Annotated[PlanName | None, Query(description="the plan that holds")]
Status = Annotated[TenantStatus | None, Query(description="whether it is suspended")]


@router.get(
    "/v1/operator/tenants",
    **secured(Scope.PLATFORM, _TAG, "list_platform_tenants", summary="Tenants, in the order of their names"),
)
def list_tenants(
    q: Sought = "", plan: Plan = None, status: Status = None, limit: Limit = 50, cursor: CursorText = None
) -> PlatformTenantsOut:
    """All, or those that are asked for. Names are compared without case and accents. As of a second ago."""
    page = find_tenants(deps(), q, TenantFilter(plan, status), limit, cursor)
    return PlatformTenantsOut(items=[PlatformTenantOut.of(one) for one in page.items], next_cursor=page.cursor)


@router.get(
    "/v1/operator/tenants/<tenant_id>",
    **secured(Scope.PLATFORM, _TAG, "get_platform_tenant", summary="A tenant and its owners"),
)
def get_tenant(tenant_id: TenantPath) -> PlatformTenantDetailOut:
    """What is in it can be seen by looking at it as a viewer only."""
    tenant = deps().accounts.tenant(tenant_id)
    owners = [member for member in deps().accounts.members(tenant_id) if member.role is Role.OWNER]
    return PlatformTenantDetailOut.with_owners(tenant, owners)


@router.get(
    "/v1/operator/tenants/<tenant_id>/usage",
    **secured(Scope.PLATFORM, _TAG, "get_tenant_usage", summary="What a tenant makes of the platform"),
)
def get_usage(tenant_id: TenantPath) -> TenantUsageOut:
    """From what is counted anyway: the newest 100 campaigns and imports."""
    return TenantUsageOut.of(read_usage(part_of(router, UsageParts), tenant_id, epoch_ms()))


@router.post(
    "/v1/operator/tenants/<tenant_id>/suspend",
    **effect(Scope.PLATFORM, _TAG, "suspend_tenant", summary="Suspend a tenant"),
)
def post_suspend(tenant_id: TenantPath, body: SuspensionIn) -> PlatformTenantOut:
    """Nothing is sent from now on, and within a minute the tenant changes nothing by the API, but that it stops
    campaigns and takes access away. It can log in, read and export, and reads the reason. What people write to it is
    recorded, and who wants no more messages is heard. It ends when an operator lifts it, and never by itself."""
    asked = operation(router)
    state_reason(body.reason)
    suspension = Suspension(asked.operation_id, body.reason, caller(router).member_id, asked.at)
    return PlatformTenantOut.of(suspend_tenant(deps(), tenant_id, suspension))


@router.post(
    "/v1/operator/tenants/<tenant_id>/resume",
    **effect(Scope.PLATFORM, _TAG, "resume_tenant", summary="Lift a tenant's suspension"),
)
def post_resume(tenant_id: TenantPath, body: LiftIn) -> PlatformTenantOut:
    """The one that was seen: where another one stands by now it is 409 `changed_meanwhile`. What was under way goes on
    within two minutes. Where sending was stopped for another reason too, that stop stays."""
    asked = operation(router)
    state_reason(body.reason)
    lift = Lift(asked.operation_id, asked.at, body.suspension_id, body.reason)
    return PlatformTenantOut.of(resume_tenant(deps(), tenant_id, lift))
