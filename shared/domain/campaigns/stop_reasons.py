"""Why a campaign stands still, and what somebody can do about it. The codes are stored; the words are shown.

Codes beginning with `meta_` carry Meta's error code; the others name an event or a decision.
"""

from collections.abc import Mapping
from enum import IntEnum

from shared.domain.campaigns.outcome import PROOF_REFUSED, Action


class Scope(IntEnum):
    """How much stops; of two reasons the wider counts."""

    CAMPAIGN = 1
    NUMBER = 2
    ACCOUNT = 3


SCOPES: Mapping[Action, Scope] = {
    Action.PAUSE_CAMPAIGN: Scope.CAMPAIGN,
    Action.PAUSE_NUMBER: Scope.NUMBER,
    Action.PAUSE_ACCOUNT: Scope.ACCOUNT,
    Action.TOKEN: Scope.ACCOUNT,
}
"""What stops for an action; actions that stop nothing are not there."""

ON_REQUEST = "paused on request"
TEMPLATE_RECATEGORISED = "template_recategorised"
TEMPLATE_CHANGED = "template_changed"
TEMPLATE_RED = "template_quality_red"
NUMBER_RED = "number_quality_red"
BEYOND_LIMIT = "beyond_messaging_limit"
"""A campaign for more people than the business may write to in a day; it says so from its start on."""
START_REFUSED = "start_refused"
"""A campaign could not be sent when it was to start; stored with what was wrong. It is cancelled, for good."""
BEYOND_PLAN = "beyond_plan"
"""The frozen audience is larger than the plan allows; the campaign is cancelled before anybody is written to."""
WAITS_FOR_ANOTHER = "waits_for_another"
"""A campaign that is being loaded waits until another one is, whose people it must know; stored with that one's id."""
WAITED_TOO_LONG = "waited_too_long"
"""Such a campaign is cancelled before anybody is written to; stored with the id of the one that it waited for."""

_NEXT = {
    WAITS_FOR_ANOTHER: "nothing: it goes on when the other campaign's audience is frozen, or that one is over",
    WAITED_TOO_LONG: "nobody was written to: cancel the other campaign or wait for it, then start a new campaign",
    START_REFUSED: "nobody was written to: correct the cause (a paused template: wait until it is approved again), "
    "then start a new campaign",
    BEYOND_PLAN: "nobody was written to: start new campaigns for parts of the audience, or one under a larger plan",
    BEYOND_LIMIT: "resume it a day after it pauses, or split the audience; Meta raises the limit of who sends well",
    ON_REQUEST: "resume it",
    "cancelled on request": "",
    "meta_132001": "the template does not exist in this language or is not approved: check it under templates, resume",
    "meta_132015": "Meta paused the template for low quality: wait until it is approved again, then resume",
    "meta_132016": "Meta disabled the template for good: cancel, and start a new campaign with another one",
    "meta_131008": "a parameter of the template is missing: sync the templates, then try who failed again",
    "meta_132000": "the template has other variables than the campaign fills: sync the templates, start a new campaign",
    "meta_132007": "the template's content breaks one of Meta's policies: change it, wait until it is approved, resume",
    "meta_132068": "the template's flow is blocked: see its health in WhatsApp Manager, then resume",
    "meta_132069": "the template's flow is throttled to a few messages an hour: mend its endpoint, then resume",
    "meta_131014": "the header's medium cannot be loaded from its link: put it back, or start a new campaign",
    "meta_131037": "the number needs an approved display name: see WhatsApp Manager, then resume",
    "meta_131045": "the number must be registered again: connect it, then resume",
    "meta_133010": "the number is not registered: connect it, then resume",
    "meta_133016": "the number was registered too often: wait 72 hours, connect it, then resume",
    "meta_134102": "neither of Meta's endpoints takes this template: see it in WhatsApp Manager, then resume",
    "meta_130497": "the business may not write to most of these people's countries: leave them out in a new campaign",
    "meta_131053": "the header's medium could not be loaded for most people: check it, then retry who failed",
    "meta_131042": "Meta has a payment problem with the account: settle it in WhatsApp Manager, then resume",
    "meta_131031": "Meta locked the account: see WhatsApp Manager for the reason, then resume",
    "meta_131048": "the messaging limit of 24 hours is used up, or people reported this number as spam: see the limit "
    "under numbers, wait a day, then resume",
    "meta_131064": "Meta limits the account for template categories: correct them in WhatsApp Manager, then resume",
    "meta_368": "Meta restricted the account for a policy violation: see WhatsApp Manager",
    "meta_190": "the connection to Meta has expired: connect the number again, then resume",
    f"meta_{PROOF_REFUSED}": "this platform's own access to Meta is being put right, and nobody was failed by it: "
    "resume in ten minutes",
    "meta_131026": "most of the last recipients cannot be reached on WhatsApp: check where the numbers come from",
    "meta_131049": "Meta holds back marketing to most of these people: wait at least a day, then resume",
    "template_paused": "Meta paused the template for low quality: wait until it is approved again, then resume",
    TEMPLATE_RECATEGORISED: "Meta changed the template's category, and with it price and consent: resume if it is "
    "UTILITY now; else cancel, and start a new campaign",
    TEMPLATE_RED: "people block or report this template: change it, or resume knowing that Meta may pause it",
    TEMPLATE_CHANGED: "the template's variables have changed: cancel, and start a new campaign with it",
    NUMBER_RED: "the number's quality is low: wait until it recovers, then resume",
    "number_restricted": "Meta restricts the number: see WhatsApp Manager; resume when it may send again",
    "number_disconnected": "the number is not connected any more: connect it again, then resume",
    "account_restricted": "Meta restricts the account: see WhatsApp Manager; resume when the restriction ends",
    "account_disabled": "Meta disabled the account: appeal in WhatsApp Manager",
    "partner_removed": "the account was disconnected from this platform: connect it again, then resume",
}


def meta_code(code: str) -> str:
    """The stored form of one of Meta's error codes."""
    return f"meta_{code}"


def template_is(status: str) -> str:
    """The stored form of a template's status that stops its campaigns."""
    return f"template_{status.lower()}"


_REPORTED_ONCE = frozenset({TEMPLATE_CHANGED, TEMPLATE_RED, NUMBER_RED})


def outweighs(reason: str, shown: str) -> bool:
    """Whether a campaign that stands still for the reason `shown` had better show this one.

    Meta refuses none of those that it tells only once: who resumes the campaign must have seen them. All others Meta
    tells again when the campaign goes on, or they are looked at when it is resumed.
    """
    return _weight(reason) > _weight(shown)


def _weight(reason: str) -> int:
    if reason == TEMPLATE_RECATEGORISED:
        return 3
    if reason in _REPORTED_ONCE:
        return 2
    return 0 if reason == ON_REQUEST else 1


def next_action(reason: str) -> str:
    """What to do about a stored reason; "" when there is nothing to do or to know."""
    known = _NEXT.get(reason) or _NEXT.get(reason.split(" ")[0].rstrip(":"))
    if known is not None:
        return known
    if reason.startswith("meta_"):
        return f"Meta refuses with code {reason.removeprefix('meta_')}: correct the cause, then resume"
    return "correct the cause, then resume" if reason.startswith(("template_", "account_", "app_")) else ""
