"""What a tenant is told of what an operator of the platform does there."""

from shared.clock import EpochMs, to_rfc3339
from shared.domain.accounts.account import Suspension
from shared.domain.accounts.operator import SupportAccess
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
