"""The team of a tenant, in the Directory table: members, invitations, and members whose desks are being cleared.

| access | cost |
|---|---|
| join, change a role, remove (`change_members`) | as `guarded.change` |
| invite | as `guarded.change` |
| a change of one invitation | 1 RRU + 1 WRU |
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from shared.clock import EpochMs
from shared.domain.accounts.account import Member
from shared.domain.accounts.invitation import MOST_INVITATIONS, Invitation
from shared.domain.limits import require_room
from shared.errors import Conflict
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory, Due, DueDocument
from shared.store.engine.guarded import GuardedList

MEMBERS = GuardedList("MEMBER#", Member)
INVITATIONS = GuardedList("INVITE#", Invitation)
_REMOVAL = "REMOVAL"
_SETTLED_MS = 60_000
"""Longer than a call that was under way can last: what it still puts on a removed member's desk is found then."""
Decide = Callable[[Mapping[str, Member]], Mapping[str, Member]]


@dataclass(frozen=True, slots=True)
class DeskClearing:
    """A member who is gone, or takes no conversations any more, and whose desk is not known to be empty yet."""

    member_id: str
    at: EpochMs


class Team:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def change_members(
        self,
        tenant_id: TenantId,
        decide: Decide,
        *,
        concerned: Mapping[str, Member],
        cleared: DeskClearing | None = None,
    ) -> None:
        """Write what `decide` makes of the whole team: from members by id to those that change. `concerned` are those
        who change, by id, as their names in the pool are: each of them logs in with the new role at once. `cleared` is
        whose desk is to be cleared from then on.

        `decide` must be pure: it may run more than once. Raises whatever it raises, Conflict when one of them belongs
        to another tenant, and RetryableError when others keep winning.
        """
        names = {
            f"SUB#{member.subject}": {"member_id": member_id, "role": member.role}
            for member_id, member in concerned.items()
        }
        self._change(tenant_id, decide, names=names, cleared=cleared)

    def remove(self, tenant_id: TenantId, member: Member, decide: Decide, now: EpochMs) -> None:
        """As `change_members`, for one who is no member from now on: their name is free at once."""
        # Where the call that let them in died in the end, the link that it came by is there still.
        self.forget_invitation(tenant_id, member.member_id)
        cleared = DeskClearing(member.member_id, now)
        self._change(tenant_id, decide, freed=[f"SUB#{member.subject}"], cleared=cleared)

    def _change(
        self,
        tenant_id: TenantId,
        decide: Decide,
        *,
        names: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        freed: Sequence[str] = (),
        cleared: DeskClearing | None,
    ) -> None:
        def decide_all(found: Mapping[str, Member]) -> Mapping[str, Member]:
            by_id = {member.member_id: member for member in found.values()}
            return {f"MEMBER#{member_id}": member for member_id, member in decide(by_id).items()}

        key = f"REMOVAL#{cleared.member_id}" if cleared else ""
        guarded.change(
            tenant_id,
            MEMBERS,
            decide_all,
            names=names,
            documents={key: cleared} if cleared else None,
            dues={key: Due(_REMOVAL, EpochMs(cleared.at + _SETTLED_MS))} if cleared else None,
            freed=freed,
        )

    def desks_to_clear(self, now: EpochMs, behind: str = "") -> Iterator[DueDocument]:
        """Those that are due, from behind a place on (`Directory.due`)."""
        return self._directory.due(_REMOVAL, now, behind)

    def whose_desk(self, due: DueDocument) -> tuple[str, Member | None]:
        """The member's id, and the member as long as there is one."""
        member_id = due.key.removeprefix("REMOVAL#")
        found = self._directory.get(due.tenant_id, f"MEMBER#{member_id}", Member, consistent=True)
        return member_id, found if found is not None and found.removed_at is None else None

    def note_cleared(self, tenant_id: TenantId, member_id: str, *, gone: bool) -> None:
        """Nothing lies on the desk; of a member who is gone nothing is left. Repeating it changes nothing."""
        if gone:
            self._directory.delete(tenant_id, f"MEMBER#{member_id}")
        self._directory.delete(tenant_id, f"REMOVAL#{member_id}")

    def invite(self, tenant_id: TenantId, invitation: Invitation) -> Invitation:
        """As it is stored: where one of this id is there already, as that one is by now. Raises TooMany
        (`too_many_invitations`), and Conflict (`already_invited`)."""
        key = f"INVITE#{invitation.invitation_id}"

        def decide(found: Mapping[str, Invitation]) -> Mapping[str, Invitation]:
            if key not in found:
                require_room(len(found), MOST_INVITATIONS, "invitations", "too_many_invitations")
                if any(one.email == invitation.email and not one.revoked for one in found.values()):
                    raise Conflict(
                        "this address is invited already: resend that invitation, or revoke it first",
                        field="email",
                        code="already_invited",
                    )
            return {key: found.get(key, invitation)}

        return guarded.change(tenant_id, INVITATIONS, decide)[key]

    def invitation(self, tenant_id: TenantId, invitation_id: str) -> Invitation:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"INVITE#{invitation_id}", Invitation)

    def invitations_page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Invitation]:
        """Newest first."""
        return self._directory.page(tenant_id, "INVITE#", Invitation, limit=limit, cursor=cursor)

    def change_invitation(
        self, tenant_id: TenantId, invitation_id: str, change: Callable[[Invitation], Invitation]
    ) -> Invitation:
        """Raises NotFound, and whatever `change` raises."""
        return self._directory.update(tenant_id, f"INVITE#{invitation_id}", Invitation, change)

    def forget_invitation(self, tenant_id: TenantId, invitation_id: str) -> None:
        """Once it was revoked or accepted; nothing happens when it is gone."""
        self._directory.delete(tenant_id, f"INVITE#{invitation_id}")
