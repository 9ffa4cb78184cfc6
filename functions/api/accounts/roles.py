"""What a member's role lets them do."""

from shared.domain.accounts.account import Member, Scope, scopes_of


def is_agent(member: Member) -> bool:
    """Whether conversations can be assigned to this member."""
    return Scope.CONVERSATIONS in scopes_of(member.role)
