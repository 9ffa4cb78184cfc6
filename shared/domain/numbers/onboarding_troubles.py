"""What goes wrong while an account is connected, and what to do then: each cause and each remedy has a stable code.

Sources: Meta, error codes of the Cloud API (registration 133xxx, migration 2388xxx, coexistence 2593xxx) and of the
Graph API (10, 190, 200-299); Meta, Embedded Signup. The page lists the 2388xxx as codes; what answers have is 100 with
one of them as `error_subcode` (2388001 of a registration: "Cannot Create Certificate. This number is registered to an
existing WhatsApp account. To use this number, disconnect it from the existing account.", as integrators quote it in
2026), so both are looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.clock import EpochMs
from shared.domain.numbers.onboarding_steps import Step

_MINUTE = 60_000
_HOUR = 60 * _MINUTE


class Remedy(StrEnum):
    """What to do next."""

    REPEAT_SIGNUP = "repeat_signup"
    GRANT_PERMISSIONS = "grant_permissions"
    CHOOSE_ACCOUNT = "choose_account"
    ADD_NUMBER = "add_number"
    DISCONNECT_ELSEWHERE = "disconnect_elsewhere"
    ENLARGE_PLAN = "enlarge_plan"
    SEND_PIN = "send_pin"
    VERIFY_NUMBER = "verify_number"
    SEE_WHATSAPP_MANAGER = "see_whatsapp_manager"
    WAIT = "wait"
    RETRY = "retry"
    WRITE_FIRST = "write_first"
    LOOK_AT_PHONE = "look_at_phone"
    ASK_OPERATOR = "ask_operator"


REMEDIES: Mapping[Remedy, str] = {
    Remedy.REPEAT_SIGNUP: "Open the sign-up again, and continue with the new code within 30 seconds.",
    Remedy.GRANT_PERMISSIONS: "Open the sign-up again, leave all permissions switched on, and continue with the new "
    "code.",
    Remedy.CHOOSE_ACCOUNT: "Open the sign-up again, choose the account and the number in it, and continue with the "
    "new code.",
    Remedy.ADD_NUMBER: "Add a phone number to the account in WhatsApp Manager, or finish the sign-up with one; then "
    "continue.",
    Remedy.DISCONNECT_ELSEWHERE: "Disconnect it where it is connected now (another tenant, another provider, or the "
    "WhatsApp app of a phone), then continue.",
    Remedy.ENLARGE_PLAN: "Choose a larger plan, disconnect a number that is of no use any more, or name one "
    "`phone_number_id`; then continue.",
    Remedy.SEND_PIN: "Continue with the number's two-step PIN as `pin`. Where nobody knows it, as when another "
    "platform or tenant has set it, set a new one or switch it off in WhatsApp Manager first.",
    Remedy.VERIFY_NUMBER: "Verify the number by text message or call in WhatsApp Manager, then continue.",
    Remedy.SEE_WHATSAPP_MANAGER: "See in WhatsApp Manager what Meta asks for, then continue; where `field` is `code`, "
    "with the code of another sign-up.",
    Remedy.WAIT: "Continue after `retry_at`; trying sooner makes the wait longer.",
    Remedy.RETRY: "Continue in a minute: the step is done again from its beginning.",
    Remedy.WRITE_FIRST: "Write anything from your own phone to the connected number, then continue with that phone's "
    "number as `test_to`; or leave the step out with `skip`.",
    Remedy.LOOK_AT_PHONE: "Look whether the message has come; if not, continue with `test_to`, else with `skip`.",
    Remedy.ASK_OPERATOR: "Tell the platform's operators: something of theirs is set up wrongly.",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a step stands still. `words` are for reading, with Meta's own among them; `field` is what to send otherwise.
    Before `retry_at` (epoch ms, 0: at any time) it is of no use to try again."""

    cause: str
    remedy: Remedy
    words: str
    provider_code: str = ""
    field: str = ""
    retry_at: EpochMs = EpochMs(0)


@dataclass(frozen=True, slots=True)
class _Cause:
    cause: str
    remedy: Remedy
    field: str = ""
    wait_ms: int = 0


_CODE_REFUSED = _Cause("code_refused", Remedy.REPEAT_SIGNUP, "code")
_TOKEN_REFUSED = _Cause("token_refused", Remedy.REPEAT_SIGNUP, "code")
_NOT_YOURS = _Cause("not_yours", Remedy.CHOOSE_ACCOUNT, "waba_id")
_NO_PERMISSION = _Cause("permission_missing", Remedy.GRANT_PERMISSIONS)
_SYNC_OVER = _Cause("sync_over", Remedy.REPEAT_SIGNUP, "code")
_ELSEWHERE = _Cause("registered_elsewhere", Remedy.DISCONNECT_ELSEWHERE)
_MIGRATION = _Cause("migration_refused", Remedy.SEE_WHATSAPP_MANAGER)
_LOCKED = _Cause("account_locked", Remedy.SEE_WHATSAPP_MANAGER)
_META_DOWN = _Cause("meta_unavailable", Remedy.RETRY)
_META_DOWN_WITH_CODE = _Cause("meta_unavailable", Remedy.REPEAT_SIGNUP, "code")
"""The code is kept nowhere, and is good for 30 seconds: continuing alone comes to nothing."""

_ANYWHERE: Mapping[str, _Cause] = {
    "0": _TOKEN_REFUSED,
    "190": _TOKEN_REFUSED,
    "3": _NO_PERMISSION,
    "10": _NO_PERMISSION,
    "131005": _NO_PERMISSION,
    "131031": _LOCKED,
    "368": _LOCKED,
    "131042": _Cause("payment_missing", Remedy.SEE_WHATSAPP_MANAGER),
    "133004": _META_DOWN,
    "2494100": _Cause("number_in_maintenance", Remedy.WAIT, wait_ms=5 * _MINUTE),
    "131057": _Cause("number_in_maintenance", Remedy.WAIT, wait_ms=_MINUTE),
}
_BY_STEP: Mapping[Step, Mapping[str, _Cause]] = {
    Step.CODE: {
        "100": _CODE_REFUSED,
        "133004": _META_DOWN_WITH_CODE,
        **dict.fromkeys(("131031", "368"), _Cause("account_locked", Remedy.SEE_WHATSAPP_MANAGER, "code")),
    },
    Step.TOKEN: {"100": _TOKEN_REFUSED},
    Step.ACCOUNT: {"100": _NOT_YOURS, "10": _NOT_YOURS},
    Step.NUMBERS: {"100": _NOT_YOURS},
    Step.REGISTRATION: {
        "133000": _Cause("deregistration_incomplete", Remedy.RETRY),
        "133005": _Cause("wrong_pin", Remedy.SEND_PIN, "pin"),
        "133006": _Cause("number_not_verified", Remedy.VERIFY_NUMBER),
        "133008": _Cause("pin_locked", Remedy.WAIT, "pin", wait_ms=5 * _MINUTE),
        "133009": _Cause("pin_too_fast", Remedy.WAIT, "pin", wait_ms=5 * _MINUTE),
        "133015": _Cause("number_just_deleted", Remedy.WAIT, wait_ms=5 * _MINUTE),
        "133016": _Cause("too_many_registrations", Remedy.WAIT, wait_ms=72 * _HOUR),
        "131045": _Cause("certificate_refused", Remedy.SEE_WHATSAPP_MANAGER),
        "2388001": _ELSEWHERE,
        **dict.fromkeys(("2388012", "2388091", "2388093", "2388103"), _MIGRATION),
    },
    Step.SYNC: {"2593107": _SYNC_OVER, "2593108": _SYNC_OVER},
    Step.TEST_MESSAGE: {"131047": _Cause("write_first", Remedy.WRITE_FIRST, "test_to")},
}
_REFUSED: Mapping[Step, _Cause] = {
    Step.CODE: _CODE_REFUSED,
    Step.SUBSCRIPTION: _Cause("subscribe_refused", Remedy.RETRY),
    Step.SYNC: _Cause("sync_refused", Remedy.REPEAT_SIGNUP, "code"),
    Step.TEST_MESSAGE: _Cause("test_refused", Remedy.RETRY, "test_to"),
}
"""For what Meta refuses with a code that is not in the table."""
_OWN: Mapping[str, _Cause] = {
    "account_disconnected": _TOKEN_REFUSED,
    "account_unclear": _Cause("account_unclear", Remedy.CHOOSE_ACCOUNT, "waba_id"),
    "already_claimed": _Cause("already_claimed", Remedy.DISCONNECT_ELSEWHERE, "waba_id"),
    "cell_not_trusted": _Cause("cell_not_trusted", Remedy.ASK_OPERATOR),
    "cell_unknown": _Cause("cell_unknown", Remedy.ASK_OPERATOR),
    "code_missing": _Cause("code_missing", Remedy.REPEAT_SIGNUP, "code"),
    "code_refused": _CODE_REFUSED,
    "no_number": _Cause("no_number", Remedy.ADD_NUMBER),
    "not_yours": _NOT_YOURS,
    "number_inactive": _Cause("number_inactive", Remedy.SEE_WHATSAPP_MANAGER),
    "opted_out": _Cause("opted_out", Remedy.WRITE_FIRST, "test_to"),
    "permission_missing": _NO_PERMISSION,
    "plan_limit": _Cause("plan_limit", Remedy.ENLARGE_PLAN, "phone_number_id"),
    "subscription_missing": _Cause("subscription_missing", Remedy.RETRY),
    "test_unknown": _Cause("test_unknown", Remedy.LOOK_AT_PHONE, "test_to"),
    "token_refused": _TOKEN_REFUSED,
    "too_many_numbers": _Cause("too_many_numbers", Remedy.ASK_OPERATOR),
    "window_closed": _Cause("write_first", Remedy.WRITE_FIRST, "test_to"),
    "write_first": _Cause("write_first", Remedy.WRITE_FIRST, "test_to"),
}
_OTHER = _Cause("refused", Remedy.RETRY)


def causes() -> frozenset[str]:
    """Every cause that there is, for the description of the API."""
    by_step = (cause for table in _BY_STEP.values() for cause in table.values())
    everything = (*_ANYWHERE.values(), *by_step, *_REFUSED.values(), *_OWN.values(), _META_DOWN, _OTHER)
    return frozenset(cause.cause for cause in everything)


def refused_by_meta(step: Step, provider_code: str, words: str, now: EpochMs, *, subcode: str = "") -> Trouble:
    """What a refusal of Meta's means at this step; its subcode is more exact than its code. `words` are Meta's."""
    for code in (subcode, provider_code):
        found = _BY_STEP.get(step, {}).get(code) or _ANYWHERE.get(code)
        if found is not None:
            return _trouble(found, words, now, code)
    permission = _NO_PERMISSION if provider_code.isdigit() and 200 <= int(provider_code) <= 299 else None
    return _trouble(permission or _REFUSED.get(step, _OTHER), words, now, provider_code)


def found_by_us(code: str, words: str, now: EpochMs, field: str = "") -> Trouble:
    """For what we refuse ourselves, by its code."""
    trouble = _trouble(_OWN.get(code, _OTHER), words, now)
    return trouble if not field else Trouble(trouble.cause, trouble.remedy, words, field=field)


def out_of_reach(step: Step, words: str, now: EpochMs) -> Trouble:
    """For no answer, or one that came too late: the step may be done again, with another code where it takes one."""
    return _trouble(_META_DOWN_WITH_CODE if step is Step.CODE else _META_DOWN, words, now)


def _trouble(cause: _Cause, words: str, now: EpochMs, provider_code: str = "") -> Trouble:
    retry_at = EpochMs(now + cause.wait_ms) if cause.wait_ms else EpochMs(0)
    return Trouble(cause.cause, cause.remedy, words, provider_code, cause.field, retry_at)
