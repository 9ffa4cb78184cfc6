"""What an account event means for us. Pure.

Shapes: Meta, webhooks reference (message_template_status_update, template_category_update, phone_number_quality_update,
business_capability_update, account_update, user_preferences). Ids of templates are whole numbers in webhooks, text in
API answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.logic.identity import Identities, identities
from functions.webhook_ingest.logic.json_input import as_list, as_object, time_ms, word
from shared.clock import to_rfc3339
from shared.domain.number import messaging_limit


@dataclass(frozen=True, slots=True)
class TemplateStatus:
    """`stops` gives the reason for pausing campaigns that use the template, or is blank."""

    template_id: str
    status: str
    rejected_reason: str
    stops: str


@dataclass(frozen=True, slots=True)
class TemplateCategory:
    template_id: str
    category: str


@dataclass(frozen=True, slots=True)
class TemplateQuality:
    """`low` asks for the brake: people block or report this template."""

    template_id: str
    low: bool


@dataclass(frozen=True, slots=True)
class Preference:
    """What one person chose in WhatsApp's own control; `at` is epoch ms, None when Meta gave no time."""

    who: Identities
    opted_out: bool
    at: int | None


@dataclass(frozen=True, slots=True)
class Preferences:
    chosen: tuple[Preference, ...]


@dataclass(frozen=True, slots=True)
class NumberQuality:
    """`display` is E.164 with plus. None leaves the throughput as it is; a blank quality too. `limit` is the
    account's messaging limit, None when the event does not say."""

    display: str
    throughput: int | None
    quality: str
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class MessagingLimit:
    """How many people the account's business may write to in 24 hours (see shared.domain.number)."""

    limit: int


@dataclass(frozen=True, slots=True)
class AccountStopped:
    """Numbers get this status and campaigns are paused. `display` limits it to one number; blank is all of them."""

    status: str
    reason: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class AccountRestored:
    """Numbers that were stopped for a reason beginning with `reason` may send again; campaigns wait for a person."""

    status: str
    reason: str


Meaning = (
    TemplateStatus
    | TemplateCategory
    | TemplateQuality
    | Preferences
    | NumberQuality
    | MessagingLimit
    | AccountStopped
    | AccountRestored
)

_TEMPLATE_STATUS = {
    "APPROVED": "APPROVED",
    "REINSTATED": "APPROVED",
    "UNARCHIVED": "APPROVED",
    **{name: name for name in ("PENDING", "IN_APPEAL", "LIMIT_EXCEEDED")},
    **{name: name for name in ("REJECTED", "PAUSED", "DISABLED", "PENDING_DELETION", "DELETED", "LOCKED", "ARCHIVED")},
}
_STOPPING = frozenset({"REJECTED", "PAUSED", "DISABLED", "PENDING_DELETION", "DELETED", "LOCKED", "ARCHIVED"})
_GONE = {
    "PARTNER_REMOVED": "partner_removed",
    "PARTNER_APP_UNINSTALLED": "app_uninstalled",
    "ACCOUNT_DELETED": "account_deleted",
    "ACCOUNT_OFFBOARDED": "account_offboarded",
}
_NO_SENDING = frozenset({"RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"})
_QUALITY = {"FLAGGED": "RED", "UNFLAGGED": "UNKNOWN"}


def meaning_of(field: str, value: Mapping[str, object]) -> Meaning | None:
    """None for an event that changes nothing here: it is kept."""
    event = word(value, "event")
    if field == "message_template_status_update":
        return _template_status(event, value)
    if field == "template_category_update":
        template_id, category = word(value, "message_template_id"), word(value, "new_category")
        # Without previous_category this is the notice a day before; its new_category is the present one.
        done = word(value, "previous_category") and template_id and category
        return TemplateCategory(template_id, category.upper()) if done else None
    if field == "message_template_quality_update":
        template_id = word(value, "message_template_id")
        low = word(value, "new_quality_score").upper() == "RED"
        return TemplateQuality(template_id, low) if template_id else None
    if field == "user_preferences":
        return Preferences(tuple(filter(None, map(_preference, as_list(value.get("user_preferences"))))))
    if field == "phone_number_quality_update":
        throughput = 1000 if event == "THROUGHPUT_UPGRADE" else None
        quality = _QUALITY.get(event, "")
        display = identities(word(value, "display_phone_number"), "").phone
        limit = _limit(value)
        told = throughput or quality or limit is not None
        return NumberQuality(display, throughput, quality, limit) if display and told else None
    if field == "business_capability_update":
        limit = _limit(value)
        return MessagingLimit(limit) if limit is not None else None
    if field == "account_update":
        return _account(event, value)
    return None


def _limit(value: Mapping[str, object]) -> int | None:
    """`current_limit` and the limit per phone are the older names of the same (Meta, webhooks reference)."""
    names = ("max_daily_conversations_per_business", "current_limit", "max_daily_conversation_per_phone")
    found = (messaging_limit(value.get(name)) for name in names)
    return next((limit for limit in found if limit is not None), None)


def _template_status(event: str, value: Mapping[str, object]) -> TemplateStatus | None:
    template_id, status = word(value, "message_template_id"), _TEMPLATE_STATUS.get(event, "")
    if not template_id or not status:
        return None
    reason = word(value, "reason")
    said = word(as_object(value.get("rejection_info")), "reason")
    why = ": ".join(part for part in (reason if reason != "NONE" else "", said) if part)
    title = word(as_object(value.get("other_info")), "title")
    return TemplateStatus(
        template_id,
        status,
        why if status in ("REJECTED", "DISABLED") else title if status == "PAUSED" else "",
        f"template_{status.lower()}" if status in _STOPPING else "",
    )


def _preference(item: object) -> Preference | None:
    chosen = as_object(item)
    who = identities(word(chosen, "wa_id"), word(chosen, "user_id"))
    value = word(chosen, "value")
    if not who or value not in ("stop", "resume") or word(chosen, "category") not in ("", "marketing_messages"):
        return None
    return Preference(who, value == "stop", time_ms(chosen.get("timestamp")))


def _account(event: str, value: Mapping[str, object]) -> AccountStopped | AccountRestored | None:
    if event in _GONE:
        # Numbers shared with the WhatsApp Business app are removed one by one, and the event names the number.
        display = identities(word(value, "phone_number"), "").phone if "waba_info" not in value else ""
        return AccountStopped("disconnected", _GONE[event], display)
    if event == "ACCOUNT_RECONNECTED":
        return AccountRestored("disconnected", "account_offboarded")
    if event == "DISABLED_UPDATE":
        state = word(as_object(value.get("ban_info")), "waba_ban_state")
        if state == "DISABLE":
            return AccountStopped("restricted", "account_disabled")
        return AccountRestored("restricted", "account_") if state == "REINSTATE" else None
    if event == "ACCOUNT_RESTRICTION":
        found = [as_object(item) for item in as_list(value.get("restriction_info"))]
        stopping = [item for item in found if word(item, "restriction_type") in _NO_SENDING]
        if stopping:
            ends = [time_ms(item.get("expiration")) or 0 for item in stopping]
            until = f" until {to_rfc3339(max(ends))}" if any(ends) else ""
            return AccountStopped("restricted", f"account_restricted{until}")
    return None
