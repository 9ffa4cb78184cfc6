"""The team as the API shows it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from functions.api.accounts.field_models import Email, Password, PersonName
from functions.api.accounts.sessions.models import Code, ReproofIn
from functions.api.http.fields import ULID, Cursor, Input, Moment, Output, moment, moment_or_none, open_to
from functions.api.http.revisions import MustBeSeen
from shared.clock import EpochMs
from shared.domain.accounts.account import Member
from shared.domain.accounts.invitation import Invitation
from shared.domain.accounts.permissions import Role
from shared.ids import TenantId


class AvailabilityIn(Input):
    available: bool = Field(description="whether conversations may be handed to this member in turn")


class TeamMemberOut(Output):
    id: str
    email: str
    name: str | None
    role: Annotated[str, open_to(*Role)]
    available: bool
    agent: bool = Field(description="whether conversations can be assigned to this member")
    revision: int = Field(description="to be sent with the next change of the role")

    @classmethod
    def of(cls, member: Member, *, agent: bool) -> "TeamMemberOut":
        return cls(
            id=member.member_id,
            email=member.email,
            name=member.name or None,
            role=member.role,
            available=member.available,
            agent=agent,
            revision=member.revision,
        )


class TeamOut(Output):
    items: list[TeamMemberOut]
    next_cursor: Cursor


class RoleIn(Input):
    role: Role
    revision: MustBeSeen


class TransferIn(ReproofIn):
    member_id: Annotated[str, StringConstraints(pattern=ULID), Field(description="who is to be an owner")]


class InvitationIn(Input):
    email: Email
    role: Role


class InvitationOut(Output):
    id: str
    email: str
    role: Annotated[str, open_to(*Role)]
    invited_by: str = Field(description="id of a member, who may be gone")
    status: Annotated[str, open_to("open", "expired", "inviter_gone")] = Field(
        description="`inviter_gone`: whoever invited them was removed, or may not give this role any more"
    )
    mail: Annotated[str, open_to("failed", "pending", "sent")] = Field(description="what became of the newest mail")
    mail_error: Annotated[str, open_to("not_configured", "refused", "unavailable")] | None
    mailed_at: Moment | None
    created_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, invitation: Invitation, now: EpochMs, *, vouched_for: bool = True) -> "InvitationOut":
        state = "open" if vouched_for else "inviter_gone"
        return cls(
            id=invitation.invitation_id,
            email=invitation.email,
            role=invitation.role,
            invited_by=invitation.invited_by,
            status=state if now < invitation.expires_at else "expired",
            mail=invitation.mail,
            mail_error=invitation.mail_error or None,
            mailed_at=moment_or_none(invitation.mailed_at),
            created_at=moment(invitation.created_at),
            expires_at=moment(invitation.expires_at),
        )


class InvitationsOut(Output):
    items: list[InvitationOut]
    next_cursor: Cursor


class AcceptanceIn(Input):
    token: Annotated[
        str, StringConstraints(min_length=1, max_length=200), Field(description="what follows # in the link")
    ]
    password: Annotated[Password, Field(description="the account's, or one for a new account")]
    name: Annotated[PersonName, Field(description="needed without an account")] | None = None
    policy_version: Annotated[
        str, StringConstraints(max_length=20), Field(description="needed without an account; see `POST /v1/signup`")
    ] = ""
    second_factor_code: Code = ""
    recovery_code: Code = ""


class AcceptanceOut(Output):
    tenant_id: TenantId
    member_id: str
    role: Annotated[str, open_to(*Role)]
