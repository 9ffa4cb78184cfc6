"""The members of the tenant, their roles, and who of them takes conversations."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.accounts.roles import is_agent
from functions.api.accounts.sessions.models import ReproofIn
from functions.api.accounts.sessions.proof import prove_caller, read_caller
from functions.api.accounts.team.actions import NewRole, remove_member, set_role, transfer_ownership
from functions.api.accounts.team.models import (
    AvailabilityIn,
    RoleIn,
    TeamMemberOut,
    TeamOut,
    TransferIn,
)
from functions.api.accounts.team.parts import TeamParts
from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Member, Scope
from shared.errors import Forbidden

router = new_router()
deps = parts_for(router, TeamParts)
MemberPath = Annotated[str, Path(pattern=ULID, description="id of the member")]
_WORK_SECONDS = 12.0
"""For desks that are cleared while somebody waits; API Gateway gives up after 30 s."""


@router.get(
    "/v1/members", **secured(Scope.READ, "members", "list_members", summary="The people who work for the tenant")
)
def list_members(limit: Limit = 50, cursor: CursorText = None) -> TeamOut:
    """With their roles, and whether conversations may be handed to them in turn."""
    page = deps().accounts.members_page(caller(router).tenant_id, limit, cursor)
    items = [_shown(member) for member in page.items]
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
def put_availability(member_id: MemberPath, body: AvailabilityIn) -> TeamMemberOut:
    """One's own; those who may change settings say it for others too."""
    principal, accounts = caller(router), deps().accounts
    if member_id != principal.member_id and Scope.SETTINGS not in principal.scopes:
        raise Forbidden("only somebody with the scope `settings` may say this of others", code="missing_scope")
    member = accounts.change_member(
        principal.tenant_id, member_id, lambda found: replace(found, available=body.available)
    )
    return _shown(member)


@router.patch(
    "/v1/members/<member_id>", **secured(Scope.TEAM, "members", "update_member", summary="Give a member another role")
)
def patch_member(member_id: MemberPath, body: RoleIn) -> TeamMemberOut:
    """It holds within a minute. Nobody gives more than they have, and one owner stays. What lay open on the desk of one
    who answers no conversations any more lies on nobody's, as of one who is removed."""
    new = NewRole(member_id, body.role, body.revision)
    return _shown(set_role(deps(), caller(router), new, epoch_ms(), _deadline()))


@router.delete(
    "/v1/members/<member_id>",
    **secured(Scope.TEAM, "members", "delete_member", summary="Remove a member", status=204, while_suspended=True),
)
def delete_member(member_id: MemberPath) -> None:
    """Nothing is open to them within a minute. What lay open on their desk lies on nobody's: some hundred
    conversations at once, and the rest within minutes. API keys that they made stay: `created_by` tells which."""
    remove_member(deps(), caller(router), member_id, epoch_ms(), _deadline())


@router.post(
    "/v1/members/transfer-ownership",
    **secured(Scope.OWNERSHIP, "members", "assign_ownership", summary="Make another member the owner in one's place"),
)
def post_transfer(body: TransferIn) -> TeamMemberOut:
    """The caller is an admin afterwards. An access token alone does not do: it takes the password once more."""
    _prove(body)
    return _shown(transfer_ownership(deps(), caller(router), body.member_id))


@router.post("/v1/me/leave", **secured(Scope.SELF, "members", "close_membership", summary="Leave the team", status=204))
def post_leave(body: ReproofIn) -> None:
    """As when an admin removes the caller. The last owner cannot."""
    _prove(body)
    principal = caller(router)
    remove_member(deps(), principal, principal.member_id, epoch_ms(), _deadline())


def _prove(proof: ReproofIn) -> None:
    who = read_caller(router, deps().accounts)
    prove_caller(deps().entrance, who, who.credentials(proof), epoch_ms())


def _shown(member: Member) -> TeamMemberOut:
    return TeamMemberOut.of(member, agent=is_agent(member))


def _deadline() -> Callable[[], bool]:
    end = time.monotonic() + _WORK_SECONDS
    return lambda: time.monotonic() > end
