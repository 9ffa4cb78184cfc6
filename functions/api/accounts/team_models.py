"""The team as the API shows it."""

from typing import Annotated

from pydantic import Field

from functions.api.http.fields import Cursor, Input, Output, open_to
from shared.domain.accounts.account import Member, Role


class AvailabilityIn(Input):
    available: bool = Field(description="whether conversations may be handed to this member in turn")


class TeamMemberOut(Output):
    id: str
    email: str
    role: Annotated[str, open_to(*Role)]
    available: bool
    agent: bool = Field(description="whether conversations can be assigned to this member")

    @classmethod
    def of(cls, member: Member, *, agent: bool) -> "TeamMemberOut":
        return cls(id=member.member_id, email=member.email, role=member.role, available=member.available, agent=agent)


class TeamOut(Output):
    items: list[TeamMemberOut]
    next_cursor: Cursor
