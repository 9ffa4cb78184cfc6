"""Why a number may not send, and what to do about it, each by a stable code. Pure.

What is stored is read by people too, and may have a date or Meta's word in it; the codes follow from how it begins.
"""

from collections.abc import Mapping
from enum import StrEnum

from shared.domain.numbers.number import (
    ACCOUNT_DELETED,
    APP_UNINSTALLED,
    DISCONNECTED_HERE,
    LEFT_ACCOUNT,
    META_SAYS,
    PARTNER_REMOVED,
)

UNFINISHED = "its registration at Meta was not finished; connect it again"
"""Of a number that is being connected, until Meta has registered it."""


class StopReason(StrEnum):
    """The names are shown, and never change."""

    ACCOUNT_DELETED = "account_deleted"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_OFFBOARDED = "account_offboarded"
    ACCOUNT_RESTRICTED = "account_restricted"
    APP_UNINSTALLED = "app_uninstalled"
    DISCONNECTED_HERE = "disconnected_here"
    LIMIT_REACHED = "limit_reached"
    NO_LONGER_IN_THE_ACCOUNT = "no_longer_in_the_account"
    NUMBER_BANNED = "number_banned"
    OTHER = "other"
    PARTNER_REMOVED = "partner_removed"
    REGISTRATION_UNFINISHED = "registration_unfinished"


class NextStep(StrEnum):
    APPEAL = "appeal"
    CONTINUE_ONBOARDING = "continue_onboarding"
    RECONNECT_IN_APP = "reconnect_in_app"
    REPEAT_SIGNUP = "repeat_signup"
    SEE_WHATSAPP_MANAGER = "see_whatsapp_manager"
    WAIT = "wait"


NEXT_STEPS: Mapping[NextStep, str] = {
    NextStep.APPEAL: "Appeal in WhatsApp Manager; it sends again once Meta has reinstated it.",
    NextStep.CONTINUE_ONBOARDING: "Continue its onboarding (`list_onboardings`), or open the sign-up again.",
    NextStep.RECONNECT_IN_APP: "Connect it again in the WhatsApp Business app, or open the sign-up again.",
    NextStep.REPEAT_SIGNUP: "Open the sign-up again to connect it.",
    NextStep.SEE_WHATSAPP_MANAGER: "See in WhatsApp Manager what Meta asks for, then refresh the number.",
    NextStep.WAIT: "Wait: it ends by itself, at `restricted_until` where Meta has said when.",
}
_BEGINNINGS: Mapping[str, StopReason] = {
    ACCOUNT_DELETED: StopReason.ACCOUNT_DELETED,
    APP_UNINSTALLED: StopReason.APP_UNINSTALLED,
    DISCONNECTED_HERE: StopReason.DISCONNECTED_HERE,
    LEFT_ACCOUNT: StopReason.NO_LONGER_IN_THE_ACCOUNT,
    PARTNER_REMOVED: StopReason.PARTNER_REMOVED,
    "account_disabled": StopReason.ACCOUNT_DISABLED,
    "account_offboarded": StopReason.ACCOUNT_OFFBOARDED,
    "account_restricted": StopReason.ACCOUNT_RESTRICTED,
    f"{META_SAYS}BANNED": StopReason.NUMBER_BANNED,
    f"{META_SAYS}RESTRICTED": StopReason.LIMIT_REACHED,
    UNFINISHED: StopReason.REGISTRATION_UNFINISHED,
}
_STEPS: Mapping[StopReason, NextStep] = {
    StopReason.ACCOUNT_DISABLED: NextStep.APPEAL,
    StopReason.ACCOUNT_OFFBOARDED: NextStep.RECONNECT_IN_APP,
    StopReason.ACCOUNT_RESTRICTED: NextStep.WAIT,
    StopReason.LIMIT_REACHED: NextStep.WAIT,
    StopReason.NUMBER_BANNED: NextStep.APPEAL,
    StopReason.OTHER: NextStep.SEE_WHATSAPP_MANAGER,
    StopReason.REGISTRATION_UNFINISHED: NextStep.CONTINUE_ONBOARDING,
}
"""Of all others nothing but another sign-up helps."""


def stop_reason(stored: str) -> StopReason:
    """The code of a reason as it is stored with a number or an account."""
    return next((code for begins, code in _BEGINNINGS.items() if stored.startswith(begins)), StopReason.OTHER)


def next_step(reason: StopReason) -> NextStep:
    return _STEPS.get(reason, NextStep.REPEAT_SIGNUP)
