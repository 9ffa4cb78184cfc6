"""Invitations into the team."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.accounts.team.invitations import Acceptance, accept, invite, resend, revoke
from functions.api.accounts.team.logic.rules import is_vouched_for
from functions.api.accounts.team.models import AcceptanceIn, AcceptanceOut, InvitationIn, InvitationOut, InvitationsOut
from functions.api.accounts.team.parts import TeamParts
from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, network_address, new_router
from functions.api.http.routing import effect, operation, public, secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, TeamParts)
InvitationPath = Annotated[str, Path(pattern=ULID, description="id of the invitation")]
_TAG = "invitations"


@router.get("/v1/invitations", **secured(Scope.TEAM, _TAG, "list_invitations", summary="Who is invited, newest first"))
def list_invitations(limit: Limit = 50, cursor: CursorText = None) -> InvitationsOut:
    """Until they are accepted or revoked; those whose link opens nothing any more can be sent again."""
    tenant_id, now = caller(router).tenant_id, epoch_ms()
    page, team = deps().team.invitations_page(tenant_id, limit, cursor), deps().accounts.members(tenant_id)
    members = {member.member_id: member for member in team}
    items = [InvitationOut.of(one, now, vouched_for=is_vouched_for(one, members)) for one in page.items]
    return InvitationsOut(items=items, next_cursor=page.cursor)


@router.post(
    "/v1/invitations",
    **effect(Scope.TEAM, _TAG, "create_invitation", summary="Invite somebody into the team", status=201, draws=True),
)
def post_invitation(body: InvitationIn) -> InvitationOut:
    """A link is mailed to them, good for a week and once. Where the mail cannot be sent, the invitation says so:
    send it again later."""
    request, now = operation(router), epoch_ms()
    invitation = invite(
        deps(),
        caller(router),
        body.email,
        body.role,
        invitation_id=request.operation_id,
        secret=request.token("invitation"),
        address=network_address(router),
        now=now,
    )
    return InvitationOut.of(invitation, now)


@router.post(
    "/v1/invitations/<invitation_id>/resend",
    **effect(Scope.TEAM, _TAG, "resend_invitation", summary="Mail another link", draws=True),
)
def post_resend(invitation_id: InvitationPath) -> InvitationOut:
    """Good for a week again; the link of before opens nothing."""
    now, secret = epoch_ms(), operation(router).token("invitation")
    address = network_address(router)
    return InvitationOut.of(resend(deps(), caller(router), invitation_id, secret=secret, address=address, now=now), now)


@router.delete(
    "/v1/invitations/<invitation_id>",
    **secured(Scope.TEAM, _TAG, "delete_invitation", summary="Revoke an invitation", status=204, while_suspended=True),
)
def delete_invitation(invitation_id: InvitationPath) -> None:
    """Its link opens nothing from now on."""
    revoke(deps(), caller(router), invitation_id, epoch_ms())


@router.post("/v1/invitations/accept", **public(_TAG, "open_invitation", summary="Join a team by a mailed link"))
def post_accept(body: AcceptanceIn) -> AcceptanceOut:
    """With an account of the invited address by its password, or with a new account. Log in afterwards."""
    acceptance = Acceptance(**{**body.model_dump(), "name": body.name or ""})
    tenant_id, member = accept(deps(), acceptance, network_address(router), epoch_ms())
    return AcceptanceOut(tenant_id=tenant_id, member_id=member.member_id, role=member.role)
