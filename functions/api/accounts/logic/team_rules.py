"""Who may do what with whom in a team."""

from collections.abc import Iterable

from shared.domain.accounts.account import Member, Principal
from shared.domain.accounts.permissions import Role, scopes_of
from shared.errors import Conflict, Forbidden


def check_grant(principal: Principal, role: Role) -> None:
    """Nobody gives what they have not. Raises Forbidden (`wider_role`)."""
    if not scopes_of(role) <= principal.scopes:
        raise Forbidden(f"only an owner makes somebody {role}", field="role", code="wider_role")


def check_touch(principal: Principal, member: Member) -> None:
    """Nobody changes or removes those who may do more. Raises Forbidden (`wider_role`)."""
    if not scopes_of(member.role) <= principal.scopes:
        raise Forbidden("only an owner changes or removes an owner", code="wider_role")


def check_owner_left(members: Iterable[Member]) -> None:
    """Raises Conflict (`last_owner`) when none of these is an owner who stays."""
    if not any(member.role is Role.OWNER and member.removed_at is None for member in members):
        raise Conflict(
            "the last owner stays an owner: transfer the ownership, or make somebody else an owner first",
            code="last_owner",
        )
