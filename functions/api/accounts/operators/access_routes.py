"""Looking at a tenant as its viewer: opened by an operator, seen and ended by the tenant."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.accounts.operators.actions import NewAccess, end_access, end_own_access, open_support_access
from functions.api.accounts.operators.models import (
    NewSupportAccessOut,
    SupportAccessesOut,
    SupportAccessIn,
    SupportAccessOut,
)
from functions.api.accounts.operators.parts import OperatorParts
from functions.api.accounts.operators.tenant_routes import TenantPath
from functions.api.http.audit import state_reason
from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, network_address, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, OperatorParts)
_TAG = "support access"
AccessPath = Annotated[str, Path(pattern=ULID, description="id of the access")]


@router.post(
    "/v1/operator/tenants/<tenant_id>/support-access",
    **effect(
        Scope.PLATFORM,
        _TAG,
        "open_support_access",
        summary="Look at a tenant as its viewer",
        status=201,
        secret=True,
    ),
)
def post_support_access(tenant_id: TenantPath, body: SupportAccessIn) -> NewSupportAccessOut:
    """With password and second factor once more, for a reason, and for an hour at most; at one tenant at a time. The
    token opens what a viewer of the tenant may see. The tenant sees who looks, since when and why."""
    asked, now = operation(router), epoch_ms()
    new = NewAccess(
        asked.operation_id,
        asked.at,
        token=asked.token("support_access"),
        **body.model_dump(),
    )
    state_reason(body.reason)
    access, token = open_support_access(deps(), caller(router), tenant_id, new, network_address(router))
    return NewSupportAccessOut.with_token(access, token, tenant_id, now)


@router.post(
    "/v1/operator/support-access/end",
    **secured(Scope.PLATFORM, _TAG, "close_support_access", summary="Look at the tenant no longer"),
)
def post_end() -> SupportAccessOut:
    """The access that the caller has opened last, before its time. Its token is refused within a minute."""
    return SupportAccessOut.of(end_own_access(deps(), caller(router).member_id, operation(router).at), epoch_ms())


@router.get(
    "/v1/support-access",
    **secured(Scope.READ, _TAG, "list_support_access", summary="Operators who looked at the tenant, newest first"),
)
def list_support_access(limit: Limit = 50, cursor: CursorText = None) -> SupportAccessesOut:
    """Who, when and why, for 400 days."""
    page, now = deps().accesses.page(caller(router).tenant_id, limit, cursor), epoch_ms()
    return SupportAccessesOut(items=[SupportAccessOut.of(one, now) for one in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/support-access/<access_id>/end",
    **secured(
        Scope.TEAM,
        _TAG,
        "reject_support_access",
        summary="Have an operator look no longer",
        while_suspended=True,
    ),
)
def post_reject(access_id: AccessPath) -> SupportAccessOut:
    """Before its time. Its token is refused within a minute."""
    principal, at = caller(router), operation(router).at
    ended = end_access(deps().accesses, principal.tenant_id, access_id, principal.member_id, at)
    return SupportAccessOut.of(ended, epoch_ms())
