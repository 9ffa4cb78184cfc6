"""Which account events a person of the tenant should know of, and in which words. Pure.

Shapes and codes: Meta, webhooks reference. Meta's own words are passed on where there are any.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from functions.webhook_ingest.json_input import as_list, as_object, constant, objects, time_ms, word
from functions.webhook_ingest.people.logic.identity import shown_phone
from functions.webhook_ingest.people.logic.preference import is_choice
from functions.webhook_ingest.receive.routing import digest
from shared.clock import EpochMs, to_rfc3339
from shared.domain.numbers.notice import Notice, Severity
from shared.ids import WabaId

Value = Mapping[str, object]
_HOUR_MS = 3_600_000
_TEXT_LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class Words:
    """`once` names what repeats within an hour and is told once; blank tells each event."""

    kind: str
    severity: Severity
    text: str
    once: str = ""


def notices_of(waba_id: WabaId, field: str, value: Value, at: EpochMs) -> Iterator[Notice]:
    """`at` is when it happened, in epoch ms. The same event gives the same notices, ids included."""
    teller = _TELLERS.get(field)
    for words in teller(value) if teller is not None else ():
        moment = EpochMs(at - at % _HOUR_MS if words.once else at)
        event = words.once or json.dumps(value, sort_keys=True)
        yield Notice(
            notice_id=f"{moment:013d}-{digest(f'{waba_id}|{field}|{words.kind}|{event}')[:24]}",
            kind=words.kind,
            severity=words.severity,
            text=" ".join(words.text.split())[:_TEXT_LENGTH],
            at=moment,
            waba_id=waba_id,
            phone_number=shown_phone(word(value, "display_phone_number")),
            template_id=word(value, "message_template_id")[:40],
        )


def _alert(value: Value) -> Iterator[Words]:
    # Older payloads have the parts of an alert in the value itself.
    info = as_object(value.get("alert_info")) or value
    stated = constant(info, "alert_severity")
    severity: Severity = "critical" if stated == "CRITICAL" else "info" if stated.startswith("INFO") else "warning"
    said = [word(info, key).strip() for key in ("alert_type", "alert_description")]
    whose = word(value, "entity_type").lower()[:40]
    bare = f"Meta alerts of this {whose or 'account'}, without a word: see WhatsApp Manager"
    yield Words("account_alert", severity, ": ".join(filter(None, said)) or bare)


def _security(value: Value) -> Iterator[Words]:
    said = {
        "PIN_CHANGED": "the two-step PIN of the number was changed",
        "PIN_RESET_REQUEST": "somebody asked to switch the number's two-step PIN off",
        "PIN_REQUEST_SUCCESS": "the number's two-step PIN was switched off",
    }
    event = constant(value, "event")
    other = _with("a security event of the number", event[:60])
    yield Words("security", "critical", said.get(event, other))


def _name(value: Value) -> Iterator[Words]:
    decision, name = constant(value, "decision"), word(value, "requested_verified_name")
    why = word(value, "rejection_reason")
    severity: Severity = "warning" if decision == "REJECTED" else "info"
    about = f'Meta\'s decision on the display name "{name[:200]}"' if name else "Meta's decision on the display name"
    text = _with(about, decision.lower()[:20] or "not told")
    yield Words("display_name", severity, f"{text} ({why})" if why else text)


def _review(value: Value) -> Iterator[Words]:
    decision = constant(value, "decision")
    severity: Severity = "info" if decision == "APPROVED" else "critical" if decision == "REJECTED" else "warning"
    yield Words("account_review", severity, _with("Meta's review of the account", decision.lower()[:20] or "not told"))


_TEMPLATE: dict[str, Severity] = {
    **dict.fromkeys(("REJECTED", "PAUSED", "FLAGGED", "LIMIT_EXCEEDED", "PENDING_DELETION", "LOCKED"), "warning"),
    "DISABLED": "critical",
    "REINSTATED": "info",
}
_OF_TEMPLATES = frozenset({"APPROVED", "ARCHIVED", "DELETED", "IN_APPEAL", "PENDING", "UNARCHIVED"})
"""What is seen on the template itself."""


def _template(value: Value) -> Iterator[Words]:
    event = constant(value, "event")
    if event in _TEMPLATE:
        rejection, other = as_object(value.get("rejection_info")), as_object(value.get("other_info"))
        ends = word(as_object(value.get("disable_info")), "disable_date")
        reason = word(value, "reason")
        why = [
            reason if constant(value, "reason") != "NONE" else "",
            *(word(rejection, key) for key in ("reason", "recommendation")),
            *(word(other, key) for key in ("title", "description")),
            f"to be disabled on {ends}" if ends else "",
        ]
        text = f"the template {_named(value)} is {event.lower()}"
        yield Words("template_status", _TEMPLATE[event], ": ".join([text, "; ".join(filter(None, why))]).rstrip(": "))
    elif event and event not in _OF_TEMPLATES:
        yield _not_known("template_status", f"the template {_named(value)}", said=event)


def _quality(value: Value) -> Iterator[Words]:
    quality = constant(value, "new_quality_score")
    if quality in ("GREEN", "YELLOW", "RED"):
        severity: Severity = {"GREEN": "info", "YELLOW": "warning"}.get(quality, "critical")  # type: ignore[assignment]
        yield Words("template_quality", severity, f"the quality of the template {_named(value)} is {quality.lower()}")
    elif quality not in ("", "UNKNOWN"):
        yield _not_known("template_quality", f"the quality of the template {_named(value)}", said=quality)


def _category(value: Value) -> Iterator[Words]:
    before, after = word(value, "previous_category"), word(value, "correct_category") or word(value, "new_category")
    when = time_ms(value.get("category_update_timestamp"))
    if before:
        text = f"was changed from {before} to {word(value, 'new_category')}"
    else:
        text = f"will be changed to {after}" + (f" at {to_rfc3339(when)}" if when is not None else "")
    if after:
        yield Words("template_category", "warning", f"the category of the template {_named(value)} {text}")


def _suggestion(value: Value) -> Iterator[Words]:
    suggested, current = constant(value, "suggested_category"), constant(value, "current_category")
    text = f"Meta takes the template {_named(value)} for {suggested}" + (f", not {current}" if current else "")
    if suggested:
        yield Words("template_category", "warning", text)


def _named(value: Value) -> str:
    name = word(value, "message_template_name")[:100] or word(value, "message_template_id")[:40] or "without a name"
    language = word(value, "message_template_language")[:20]
    return f"{name} ({language})" if language else name


def _not_known(kind: str, about: str, *, said: str) -> Words:
    """A word that Meta has added to a list since: nothing is done, so that a person must look."""
    return Words(kind, "warning", f"Meta says {said[:60]} of {about}, which is not known here: see WhatsApp Manager")


def _with(about: str, said: str) -> str:
    """The two with a colon, if there is anything to say."""
    return f"{about}: {said}" if said else about


def _number(value: Value) -> Iterator[Words]:
    said: dict[str, tuple[Severity, str]] = {
        "FLAGGED": ("critical", "the number's quality is low: Meta may limit it"),
        "UNFLAGGED": ("info", "the number's quality has recovered"),
        "DOWNGRADE": ("warning", "the messaging limit was lowered"),
        "UPGRADE": ("info", "the messaging limit was raised"),
        "THROUGHPUT_UPGRADE": ("info", "the number may send faster now"),
    }
    event = constant(value, "event")
    if event in said:
        yield Words("number_quality", *said[event])
    elif event not in ("", "ONBOARDING"):
        yield _not_known("number_quality", "the number", said=event)


_ACCOUNT: dict[str, tuple[Severity, str]] = {
    "ACCOUNT_DELETED": ("critical", "the WhatsApp Business account was deleted"),
    "ACCOUNT_OFFBOARDED": ("critical", "the WhatsApp Business app has taken its number back"),
    "ACCOUNT_RECONNECTED": ("info", "the WhatsApp Business app's number is connected again"),
    "PARTNER_REMOVED": ("critical", "this platform was removed from the account: connect it again"),
    "PARTNER_APP_UNINSTALLED": ("critical", "this platform's app was removed from the account: connect it again"),
    "VERIFIED_ACCOUNT": ("info", "the business was verified"),
}
_OF_ACCOUNTS = frozenset(
    {"AD_ACCOUNT_LINKED", "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE", "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE"}
    | {"MM_LITE_TERMS_SIGNED", "PARTNER_ADDED", "PARTNER_APP_INSTALLED", "VOLUME_BASED_PRICING_TIER_UPDATE"}
    | {"PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE"}
)
"""What asks nothing of anybody."""
_BAN: dict[str, tuple[Severity, str]] = {
    "DISABLE": ("critical", "Meta disabled the account: appeal in WhatsApp Manager"),
    "SCHEDULE_FOR_DISABLE": ("critical", "Meta is about to disable the account: see WhatsApp Manager"),
    "REINSTATE": ("info", "Meta reinstated the account"),
}


def _account(value: Value) -> Iterator[Words]:
    event = constant(value, "event")
    if event in _ACCOUNT:
        severity, text = _ACCOUNT[event]
        why = word(as_object(value.get("disconnection_info")), "reason")
        yield Words("account", severity, f"{text} ({why})" if why else text)
    elif event == "DISABLED_UPDATE":
        ban = as_object(value.get("ban_info"))
        state, when = constant(ban, "waba_ban_state"), word(ban, "waba_ban_date")[:40]
        if state in _BAN:
            severity, text = _BAN[state]
            yield Words("account", severity, f"{text} ({when})" if when else text)
        elif state:
            yield _not_known("account", "a ban of the account", said=state)
    elif event == "ACCOUNT_VIOLATION":
        kind = word(as_object(value.get("violation_info")), "violation_type")
        yield Words("account", "critical", _with("Meta found a violation of its policy", kind[:100]))
    elif event == "ACCOUNT_RESTRICTION":
        for restriction in objects(value.get("restriction_info"))[:10]:
            until = time_ms(restriction.get("expiration"))
            end = f" until {to_rfc3339(until)}" if until is not None else ""
            what = word(restriction, "restriction_type")[:100]
            yield Words("account", "critical", _with("Meta restricts", what) + end if what else f"Meta restricts{end}")
    elif event and event not in _OF_ACCOUNTS:
        yield _not_known("account", "the account", said=event)


def _username(value: Value) -> Iterator[Words]:
    name, status = word(value, "username")[:100], word(value, "status")[:20]
    yield Words("business_username", "info", f"the business username{f' {name}' if name else ''} is {status or 'new'}")


def _flow(value: Value) -> Iterator[Words]:
    event, said = constant(value, "event"), word(value, "message")
    calm = event == "FLOW_STATUS_CHANGE" or constant(value, "alert_state") == "DEACTIVATED"
    flow = f"the flow {word(value, 'flow_id')[:40]}".rstrip()
    bare = f"{event[:60]} of {flow}" if event else f"Meta tells of {flow}"
    yield Words("flow", "info" if calm else "warning", said or bare)


def _errors(value: Value) -> Iterator[Words]:
    number = word(as_object(value.get("metadata")), "phone_number_id")
    for error in map(as_object, as_list(value.get("errors"))[:10]):
        code, title = word(error, "code")[:16], word(error, "title")
        details = word(as_object(error.get("error_data")), "details")
        text = _with(f"Meta reports error {code}".rstrip(), ". ".join(filter(None, (title, details))))
        yield Words("webhook_error", "warning", text, f"{number}|{code}")


def _preferences(value: Value) -> Iterator[Words]:
    for chosen in map(as_object, as_list(value.get("user_preferences"))[:10]):
        if (said := word(chosen, "value").strip()) and not is_choice(chosen):
            about = "a person's choice in WhatsApp's own control"
            yield replace(_not_known("preference", about, said=said), once=said[:60])


def _history(value: Value) -> Iterator[Words]:
    for chunk in map(as_object, as_list(value.get("history"))):
        for error in map(as_object, as_list(chunk.get("errors"))[:3]):
            text = f"the WhatsApp Business app does not share its history: {word(error, 'title')[:200]}"
            yield Words("history", "info", text, word(error, "code")[:16] or "error")


_TELLERS: dict[str, Callable[[Value], Iterator[Words]]] = {
    "account_alerts": _alert,
    "account_review_update": _review,
    "account_update": _account,
    "business_username_update": _username,
    "flows": _flow,
    "history": _history,
    "message_template_quality_update": _quality,
    "message_template_status_update": _template,
    "messages": _errors,
    "phone_number_name_update": _name,
    "phone_number_quality_update": _number,
    "security": _security,
    "template_category_update": _category,
    "template_correct_category_detection": _suggestion,
    "user_preferences": _preferences,
}
