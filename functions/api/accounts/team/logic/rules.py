"""Who may do what with whom in a team."""

from collections.abc import Iterable, Mapping

from shared.domain.accounts.account import Member, Principal
from shared.domain.accounts.invitation import Invitation
from shared.domain.accounts.permissions import Role, Scope, scopes_of
from shared.errors import Conflict, Forbidden


def check_grant(principal: Principal, role: Role) -> None:
    """Nobody gives what they have not. Raises Forbidden (`wider_role`)."""
    if not scopes_of(role) <= principal.scopes:
        raise Forbidden(f"only an owner makes somebody {role}", field="role", code="wider_role")


def check_touch(principal: Principal, member: Member) -> None:
    """Nobody changes or removes those who may do more. Raises Forbidden (`wider_role`)."""
    if not scopes_of(member.role) <= principal.scopes:
        raise Forbidden("only an owner changes or removes an owner", code="wider_role")


def is_vouched_for(invitation: Invitation, members: Mapping[str, Member]) -> bool:
    """Whether whoever sent it could send it now: nobody who was removed, or may do less by now, lets others in."""
    inviter = members.get(invitation.invited_by)
    if inviter is None or inviter.removed_at is not None:
        return False
    return scopes_of(invitation.role) | {Scope.TEAM} <= scopes_of(inviter.role)


def check_owner_left(members: Iterable[Member]) -> None:
    """Raises Conflict (`last_owner`) when none of these is an owner who stays."""
    if not any(member.role is Role.OWNER and member.removed_at is None for member in members):
        raise Conflict(
            "the last owner stays an owner: transfer the ownership, or make somebody else an owner first",
            code="last_owner",
        )
