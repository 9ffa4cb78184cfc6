"""What an answer to a send means, and what to do about it. Meta's error codes live in one table here.

Source: Meta, Cloud API error codes (read 2026-10) and the actions argued in the design. Decide by `code`, never by
HTTP status: the documentation and the wire disagree about it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    ACCEPTED = "accepted"
    HELD = "held"
    REFUSED = "refused"
    """Meta said no, definitely: it is not sent."""
    THROTTLED = "throttled"
    """Refused for now: the same message may be tried again."""
    UNSENT = "unsent"
    """The request never left this machine."""
    UNKNOWN = "unknown"
    """It may or may not have been sent; never repeated by itself."""


class Action(StrEnum):
    """What a refusal means beyond this one message."""

    NEXT = "next"
    SLOW_DOWN = "slow_down"
    SPACE_PAIR = "space_pair"
    SUPPRESS_MARKETING = "suppress_marketing"
    PAUSE_CAMPAIGN = "pause_campaign"
    PAUSE_NUMBER = "pause_number"
    PAUSE_ACCOUNT = "pause_account"
    TOKEN = "token"  # noqa: S105 - the name of an action
    OTHER_ENDPOINT = "other_endpoint"


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: Kind
    code: str = ""
    action: Action = Action.NEXT
    message_id: str = ""


_AMBIGUOUS = frozenset({1, 2, 131000, 131016})
_RULES: dict[Action, tuple[int, ...]] = {
    Action.NEXT: (
        *(100, 130403, 130472, 131021, 131026, 131030, 131047, 131049, 131051, 131052, 131053, 131060, 131062),
        *(132005, 135000, 137000, 139200),
    ),
    Action.SLOW_DOWN: (4, 613, 80007, 80008, 130429, 131057, 133004, 133016),
    Action.SPACE_PAIR: (131056,),
    Action.SUPPRESS_MARKETING: (131050,),
    Action.PAUSE_CAMPAIGN: (
        *(130497, 131008, 131009, 131014, 131055, 132000, 132001, 132007, 132008, 132012, 132015, 132016, 132018),
        *(132068, 132069, 134100, 134102),
    ),
    Action.PAUSE_NUMBER: (33, 131037, 131045, 131048, 133006, 133010, 134011),
    Action.PAUSE_ACCOUNT: (368, 131031, 131042, 131064, 141010),
    Action.TOKEN: (0, 3, 10, 190, 131005, *range(200, 300)),
    Action.OTHER_ENDPOINT: (131061, 131063),
}
_ACTIONS: dict[int, Action] = {code: action for action, codes in _RULES.items() for code in codes}
_TRY_AGAIN = frozenset({Action.SLOW_DOWN, Action.SPACE_PAIR})
# These refuse the message for a reason that lies with the account, not with the person: the person keeps their place
# in the campaign, which pauses until somebody acts.
_TRY_AFTER_PAUSE = frozenset(
    {Action.PAUSE_NUMBER, Action.PAUSE_ACCOUNT, Action.TOKEN, Action.OTHER_ENDPOINT, Action.PAUSE_CAMPAIGN}
)


def from_error_code(code: int, http_status: int) -> Outcome:
    """The meaning of a Graph error. Codes not in the table: 5xx is unknown, 429 throttling, the rest a refusal."""
    if code in _AMBIGUOUS:
        return Outcome(Kind.UNKNOWN, str(code))
    action = _ACTIONS.get(code)
    if action is None:
        if http_status >= 500:
            return Outcome(Kind.UNKNOWN, str(code))
        if http_status == 429:
            return Outcome(Kind.THROTTLED, str(code), Action.SLOW_DOWN)
        return Outcome(Kind.REFUSED, str(code), Action.NEXT)
    if action in _TRY_AGAIN or action in _TRY_AFTER_PAUSE:
        return Outcome(Kind.THROTTLED, str(code), action)
    return Outcome(Kind.REFUSED, str(code), action)


def from_answer(http_status: int, body: object) -> Outcome:
    """The meaning of an HTTP answer whose body was parsed as JSON (None when it was not JSON).

    A 5xx or an unreadable answer without a Graph error is unknown: the message may have been accepted before.
    """
    if isinstance(body, dict):
        error = body.get("error")
        if isinstance(error, dict) and isinstance(error.get("code"), int):
            return from_error_code(error["code"], http_status)
        messages = body.get("messages")
        if 200 <= http_status < 300 and isinstance(messages, list) and messages and isinstance(messages[0], dict):
            held = messages[0].get("message_status") == "held_for_quality_assessment"
            return Outcome(Kind.HELD if held else Kind.ACCEPTED, message_id=str(messages[0].get("id", "")))
    if http_status == 429:
        return Outcome(Kind.THROTTLED, "http_429", Action.SLOW_DOWN)
    return Outcome(Kind.UNKNOWN, f"http_{http_status}")
