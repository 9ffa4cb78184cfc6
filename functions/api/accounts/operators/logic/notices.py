"""What a tenant is told, and what its audit log keeps, of what an operator of the platform does."""

from shared.clock import EpochMs, to_rfc3339
from shared.domain.accounts.account import Suspension
from shared.domain.accounts.operator import SupportAccess
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import Actor, ActorKind, Difference, Entry, Origin
from shared.domain.audit.kinds import Kind
from shared.domain.numbers.notice import Notice, Severity


def suspended_notice(suspension: Suspension) -> Notice:
    text = f"An operator of the platform has suspended this account: nothing is sent. Reason: {suspension.reason}"
    return _notice("suspension", "critical", suspension.suspension_id, suspension.at, text)


def lifted_notice(lift_id: str, reason: str, now: EpochMs) -> Notice:
    text = f"The suspension of this account was lifted: what was under way goes on. Reason: {reason}"
    return _notice("suspension", "info", lift_id, now, text)


def opened_notice(access: SupportAccess) -> Notice:
    until = to_rfc3339(access.expires_at)
    text = f"An operator of the platform looks at this account, until {until} at most. Reason: {access.reason}"
    return _notice("support_access", "warning", access.access_id, access.opened_at, text)


def ended_notice(access_id: str, now: EpochMs) -> Notice:
    text = "The operator of the platform looks at this account no longer: the access was ended before its time"
    return _notice("support_access", "info", f"{access_id}-ended", now, text)


def _notice(kind: str, severity: Severity, name: str, at: EpochMs, text: str) -> Notice:
    return Notice(f"{at:013d}-{name}", kind, severity, text, at)


def deed_entry(
    action: Action, deed_id: str, *, operator_id: str, reason: str, origin: Origin, after: str = ""
) -> Entry:
    """Of an operator; `deed_id` is the operation's, so that what is done once is entered once. `after` is until when
    an access lasts (RFC 3339)."""
    until = Difference(after={"expires_at": after}) if after else Difference()
    actor = Actor(ActorKind.OPERATOR, operator_id)
    return Entry(deed_id, actor, action, Kind.TENANT, origin=origin, reason=reason, difference=until)


def rejection_entry(deed_id: str, *, member_id: str, origin: Origin) -> Entry:
    """Of a member who has an operator look no longer."""
    actor = Actor(ActorKind.MEMBER, member_id)
    return Entry(deed_id, actor, Action.TENANT_ACCESS_ENDED, Kind.TENANT, origin=origin)
