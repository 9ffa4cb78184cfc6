"""What Meta tells of whole accounts: reviews, bans, restrictions, and that they left. Pure.

Shapes: Meta, webhooks reference (account_update, account_review_update).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from functions.webhook_ingest.json_input import as_object, constant, objects, time_ms, word
from functions.webhook_ingest.people.logic.identity import shown_phone
from shared.clock import EpochMs, to_rfc3339
from shared.domain.numbers.number import ACCOUNT_DELETED, APP_UNINSTALLED, META_SAYS, PARTNER_REMOVED, Number

Value = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AccountStopped:
    """Numbers get this status and campaigns are paused. `display` limits it to one number; blank is all of them.

    `until` is when it ends by itself (epoch ms), 0 for no end. `answers` says that people may not even be answered,
    `gone` that the account has left us, and its token with it.
    """

    status: str
    reason: str
    display: str = ""
    until: EpochMs = EpochMs(0)
    answers: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class AccountRestored:
    """Numbers that were stopped for a reason beginning with `reason` may send again; campaigns wait for a person."""

    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountReviewed:
    """Meta's decision: APPROVED, REJECTED, PENDING or DEFERRED."""

    decision: str


AccountNews = AccountStopped | AccountRestored | AccountReviewed

_GONE = {
    "PARTNER_REMOVED": PARTNER_REMOVED,
    "PARTNER_APP_UNINSTALLED": APP_UNINSTALLED,
    "ACCOUNT_DELETED": ACCOUNT_DELETED,
}
_NO_CAMPAIGNS, _NO_ANSWERS = "RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"


def account_news(field: str, value: Value) -> AccountNews | None:
    """None for what changes nothing here."""
    if field == "account_review_update":
        decision = constant(value, "decision")
        return AccountReviewed(decision[:20]) if decision else None
    if field != "account_update":
        return None
    event = constant(value, "event")
    if event in _GONE:
        # Numbers shared with the WhatsApp Business app are removed one by one, and the event names the number.
        display = shown_phone(word(value, "phone_number")) if "waba_info" not in value else ""
        return AccountStopped("disconnected", _GONE[event], display, gone=True)
    if event == "ACCOUNT_OFFBOARDED":
        return AccountStopped("disconnected", "account_offboarded")
    if event == "ACCOUNT_RECONNECTED":
        return AccountRestored("disconnected", "account_offboarded")
    if event == "DISABLED_UPDATE":
        state = constant(as_object(value.get("ban_info")), "waba_ban_state")
        if state == "DISABLE":
            return AccountStopped("restricted", "account_disabled", answers=True)
        return AccountRestored("restricted", "account_") if state == "REINSTATE" else None
    return _restriction(value) if event == "ACCOUNT_RESTRICTION" else None


def _restriction(value: Value) -> AccountStopped | None:
    found = objects(value.get("restriction_info"))
    stopping = [item for item in found if constant(item, "restriction_type") in (_NO_CAMPAIGNS, _NO_ANSWERS)]
    if not stopping:
        return None
    ends = [time_ms(item.get("expiration")) or 0 for item in stopping]
    until = EpochMs(max(ends) if all(ends) else 0)
    reason = f"account_restricted until {to_rfc3339(until)}" if until else "account_restricted"
    answers = any(constant(item, "restriction_type") == _NO_ANSWERS for item in stopping)
    return AccountStopped("restricted", reason, until=until, answers=answers)


def is_late(number: Number, news: AccountStopped, at: EpochMs) -> bool:
    """Whether this speaks of a time before the number was connected again, or before the ban was lifted."""
    return number.connected_at > at or (news.status == "restricted" and number.restored_at > at)


def stopped(number: Number, news: AccountStopped, at: EpochMs) -> Number:
    """The number after this; of several stops the one that lasts longer holds. One that left stays so, and for the
    reason that it left for: what was given up here does not come back when Meta's app has its number again."""
    is_restricted = news.status == "restricted"
    if is_late(number, news, at) or number.has_left or (number.status == "disconnected" and is_restricted):
        return number
    stopped_at = max(number.stopped_at, at)
    if not is_restricted or number.state_at(at) != "restricted":
        until, answers = news.until, news.answers
        return replace(
            number,
            status=news.status,
            reason=news.reason,
            restricted_until=until,
            answers_restricted=answers,
            stopped_at=stopped_at,
        )
    longer = news.until == 0 or 0 < number.restricted_until < news.until
    return replace(
        number,
        reason=news.reason if longer else number.reason,
        restricted_until=news.until if longer else number.restricted_until,
        answers_restricted=number.answers_restricted or news.answers,
        stopped_at=stopped_at,
    )


def restored(number: Number, news: AccountRestored, at: EpochMs) -> Number:
    """The number after this, unless it was stopped later, or for another reason. Of the same moment the stop holds."""
    if news.status == "restricted":
        number = replace(number, restored_at=max(number.restored_at, at))
    concerned = number.reason.startswith((news.reason, f"{META_SAYS}BANNED"))
    if number.status != news.status or not concerned or number.stopped_at >= at:
        return number
    # What was told of before it came back counts no more.
    connected_at = max(number.connected_at, at) if news.status == "disconnected" else number.connected_at
    return replace(
        number,
        status="active",
        reason="",
        restricted_until=EpochMs(0),
        answers_restricted=False,
        connected_at=connected_at,
    )
