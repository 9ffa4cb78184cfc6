"""The members of the tenant, and who of them takes conversations."""

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.accounts.roles import is_agent
from functions.api.accounts.team_models import AvailabilityIn, TeamMemberOut, TeamOut
from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.domain.accounts.account import Scope
from shared.errors import Forbidden
from shared.store.accounts.tenants import Accounts

router = new_router()
deps = parts_for(router, Accounts)


@router.get(
    "/v1/members", **secured(Scope.READ, "members", "list_members", summary="The people who work for the tenant")
)
def list_members(limit: Limit = 50, cursor: CursorText = None) -> TeamOut:
    """With their roles, and whether conversations may be handed to them in turn."""
    page = deps().members_page(caller(router).tenant_id, limit, cursor)
    items = [TeamMemberOut.of(member, agent=is_agent(member)) for member in page.items]
    return TeamOut(items=items, next_cursor=page.cursor)


@router.put(
    "/v1/members/<member_id>/availability",
    **secured(
        Scope.CONVERSATIONS,
        "members",
        "set_member_availability",
        summary="Whether a member takes conversations that are handed out in turn",
    ),
)
def put_availability(
    member_id: Annotated[str, Path(pattern=ULID, description="id of the member")], body: AvailabilityIn
) -> TeamMemberOut:
    """One's own; those who may change settings say it for others too."""
    principal, accounts = caller(router), deps()
    if member_id != principal.member_id and Scope.SETTINGS not in principal.scopes:
        raise Forbidden("only somebody with the scope `settings` may say this of others", code="missing_scope")
    member = accounts.change_member(
        principal.tenant_id, member_id, lambda found: replace(found, available=body.available)
    )
    return TeamMemberOut.of(member, agent=is_agent(member))
