"""Roles, removal and ownership. Each is one conditional write over the whole team, so that of two changes at the same
moment one sees the other: no two owners leave at once, and no plan has more members than it allows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from functions.api.accounts.roles import is_agent
from functions.api.accounts.signup.actions import use_up
from functions.api.accounts.team.logic.rules import check_grant, check_owner_left, check_touch
from functions.api.accounts.team.parts import TeamParts
from functions.api.http.revisions import check_revision
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Principal
from shared.domain.accounts.permissions import Role
from shared.domain.conversations.conversation import Conversation, Status, assign
from shared.domain.conversations.entry import Entry
from shared.domain.conversations.message_ids import message_key
from shared.errors import Conflict, NotFound
from shared.ids import TenantId, new_ulid
from shared.store.accounts.team import DeskClearing
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.lists import ConversationFilter

Stop = Callable[[], bool]
_AT_ONCE = 100
_MOST_IN_A_CALL = 200
_LEFT: tuple[Status, ...] = ("open", "snoozed")


@dataclass(frozen=True, slots=True)
class NewRole:
    """Of the member as it was seen (`revision`)."""

    member_id: str
    role: Role
    revision: int


def set_role(parts: TeamParts, principal: Principal, new: NewRole, now: EpochMs, stop: Stop) -> Member:
    """What lies open on the desk of one who takes no conversations any more lies on nobody's, as of one who is removed.
    Raises NotFound, Forbidden (`wider_role`), Conflict (`last_owner`, `changed_meanwhile`)."""
    member_id, role, revision = new.member_id, new.role, new.revision
    before = parts.accounts.member(principal.tenant_id, member_id)
    after = replace(before, role=role, revision=revision + 1)

    def decide(found: Mapping[str, Member]) -> Mapping[str, Member]:
        member = _present(found, member_id)
        if member.role is role:
            return {}
        check_touch(principal, member)
        check_grant(principal, role)
        check_revision(member.revision, revision)
        changed = {member_id: replace(member, role=role, revision=revision + 1)}
        check_owner_left({**found, **changed}.values())
        return changed

    leaves = is_agent(before) and not is_agent(after)
    cleared = DeskClearing(member_id, now) if leaves else None
    parts.team.change_members(principal.tenant_id, decide, concerned={member_id: after}, cleared=cleared)
    if leaves:
        clear_desk(parts.conversations, principal.tenant_id, member_id, by=principal.member_id, stop=stop)
    return parts.accounts.member(principal.tenant_id, member_id)


def transfer_ownership(parts: TeamParts, principal: Principal, to: str) -> Member:
    """The member `to` is an owner from now on, and the caller an admin. Again changes nothing. Raises NotFound and
    Conflict."""
    tenant_id, own_id = principal.tenant_id, principal.member_id
    if to == own_id:
        raise Conflict("you are the owner already; name another member", field="member_id", code="last_owner")
    heir = replace(parts.accounts.member(tenant_id, to), role=Role.OWNER)
    former = replace(parts.accounts.member(tenant_id, own_id), role=Role.ADMIN)

    def decide(found: Mapping[str, Member]) -> Mapping[str, Member]:
        next_owner, owner = _present(found, to), _present(found, own_id)
        if (next_owner.role, owner.role) == (Role.OWNER, Role.ADMIN):
            return {}  # by a call whose answer was lost
        if owner.role is not Role.OWNER:
            raise Conflict("somebody else has taken the ownership meanwhile", code="changed_meanwhile")
        return {
            to: replace(next_owner, role=Role.OWNER, revision=next_owner.revision + 1),
            own_id: replace(owner, role=Role.ADMIN, revision=owner.revision + 1),
        }

    parts.team.change_members(tenant_id, decide, concerned={to: heir, own_id: former})
    return parts.accounts.member(tenant_id, to)


def remove_member(parts: TeamParts, principal: Principal, member_id: str, now: EpochMs, stop: Stop) -> None:
    """Access ends within a minute, and what lay open on their desk lies on nobody's: at once as far as there is time,
    and the rest within minutes. Raises NotFound, Forbidden (`wider_role`) and Conflict (`last_owner`)."""
    member = parts.accounts.member(principal.tenant_id, member_id)

    def decide(found: Mapping[str, Member]) -> Mapping[str, Member]:
        present = _present(found, member_id)
        if member_id != principal.member_id:
            check_touch(principal, present)
        gone = {member_id: replace(present, removed_at=now, available=False)}
        check_owner_left({**found, **gone}.values())
        return gone

    # Used up by their first log-in, unless that broke off after it had made the business.
    use_up(parts.entrance.doors.signups, member.email, member.subject, now)
    parts.team.remove(principal.tenant_id, member, decide, now)
    clear_desk(parts.conversations, principal.tenant_id, member_id, by=principal.member_id, stop=stop)


def clear_desk(
    conversations: Conversations,
    tenant_id: TenantId,
    member_id: str,
    *,
    by: str,
    stop: Stop,
    most: int = _MOST_IN_A_CALL,
) -> bool:
    """Puts what is open or snoozed on a member's desk on nobody's; whether nothing is left."""
    done, now = 0, epoch_ms()
    for chosen in (ConversationFilter(status, assignee=member_id) for status in _LEFT):
        while page := conversations.page(tenant_id, _AT_ONCE, None, now, chosen).items:
            for conversation in page:
                if done >= most or stop():
                    return False
                _put_back(conversations, tenant_id, conversation, member_id, by=by, now=now)
                done += 1
    return True


def _put_back(
    conversations: Conversations,
    tenant_id: TenantId,
    conversation: Conversation,
    member_id: str,
    *,
    by: str,
    now: EpochMs,
) -> None:
    entry = Entry(
        entry_id=message_key(now, new_ulid(now)),
        conversation_id=conversation.conversation_id,
        kind="assigned",
        author="agent",
        author_id=by,
        details={"from": member_id, "to": ""},
    )
    conversations.change(
        tenant_id,
        conversation.conversation_id,
        lambda found: assign(found, "") if found.assignee == member_id else found,
        lambda _before, _after: entry,
    )


def _present(found: Mapping[str, Member], member_id: str) -> Member:
    member = found.get(member_id)
    if member is None or member.removed_at is not None:
        raise NotFound("there is no such member", field="member_id")
    return member
