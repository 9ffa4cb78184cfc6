"""What an answer to a send means, and what to do about it. Meta's error codes live in one table here.

Source: Meta, Cloud API error codes (read 2026-10) and the actions argued in the design. Decide by `code`, never by
HTTP status: the documentation and the wire disagree about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

OPTED_OUT_CODE = "131050"
"""This person stopped marketing messages from this business (Meta, error codes)."""
PROOF_REFUSED = "appsecret_proof"
"""Our own code for Meta's 100 when that is about the proof that we hold the app's secret: another secret is stored here
than Meta has. It says nothing of the message, and every message of every account would fail."""
_PARAMETER = 100
"""Meta, error codes: a parameter is wrong. Only its words tell which."""


class Kind(StrEnum):
    ACCEPTED = "accepted"
    HELD = "held"
    """Accepted, and kept back until Meta has seen what others make of the template; its statuses follow."""
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
    """`wait_seconds`: Meta lets this message through no earlier than that."""

    kind: Kind
    code: str = ""
    action: Action = Action.NEXT
    message_id: str = ""
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """What one of Meta's codes means. `again`: the person keeps their place, and the message may be tried again."""

    action: Action
    retry: bool = False
    wait_seconds: int = 0


_NEXT = Rule(Action.NEXT)
_SLOWER = Rule(Action.SLOW_DOWN, retry=True)
_CAMPAIGN = Rule(Action.PAUSE_CAMPAIGN, retry=True)
# The message is wrong in itself: the person is not tried again, so that they cannot stop the campaign over and over.
_FAULTY = Rule(Action.PAUSE_CAMPAIGN)
_NUMBER = Rule(Action.PAUSE_NUMBER, retry=True)
_ACCOUNT = Rule(Action.PAUSE_ACCOUNT, retry=True)
_TOKEN = Rule(Action.TOKEN, retry=True)
_ENDPOINT = Rule(Action.OTHER_ENDPOINT, retry=True)
_UNKNOWN = frozenset({1, 2, 131000, 131016})
"""Something went wrong at Meta, perhaps after the message was taken."""

TABLE: Mapping[int, Rule] = {
    # The token, the app or a permission: every message of the account would fail.
    **dict.fromkeys((0, 3, 10, 190, 131005, *range(200, 300)), _TOKEN),
    # Too fast, for the app (4), the account (80007: each of its numbers meets it and slows) or the number (130429).
    **dict.fromkeys((4, 613, 80007, 80008, 130429, 133004), _SLOWER),
    131056: Rule(Action.SPACE_PAIR, retry=True),  # this person was written to a moment ago: 4^x seconds
    131057: Rule(Action.SLOW_DOWN, retry=True, wait_seconds=60),  # the number is upgraded, for about a minute
    2494100: Rule(Action.SLOW_DOWN, retry=True, wait_seconds=120),  # the number is in maintenance, for minutes
    133015: Rule(Action.SLOW_DOWN, retry=True, wait_seconds=300),  # the number was deleted just now
    134101: Rule(Action.SLOW_DOWN, retry=True, wait_seconds=600),  # the template is not at /marketing_messages yet
    # This person, or this message to them; many of them in a row stop the campaign by the error-rate trip.
    _PARAMETER: _NEXT,  # a parameter is wrong; for the app secret's proof see `is_proof_refused`
    130403: _NEXT,  # the business has blocked this person
    130472: _NEXT,  # the person is in an experiment of Meta's and gets no marketing
    130497: _NEXT,  # the business may not write to this country
    131009: _NEXT,  # a value is wrong
    131020: _NEXT,  # groups
    131021: _NEXT,  # the recipient is the sender
    131026: _NEXT,  # not on WhatsApp, or not reachable
    131030: _NEXT,  # a test number whose list lacks this person
    131041: _NEXT,  # groups
    131044: _NEXT,  # payment of calls
    131047: _NEXT,  # the 24-hour window is closed
    131049: _NEXT,  # this person gets enough marketing; never at once again, see shared.domain.campaigns.campaign
    131051: _NEXT,  # an unsupported type
    131052: _NEXT,  # media of theirs that could not be loaded
    131053: _NEXT,  # media of ours that could not be loaded
    131059: _NEXT,  # a cursor
    131060: _NEXT,  # what the WhatsApp Business app cannot show
    131062: _NEXT,  # it cannot go to a user id
    132005: _NEXT,  # filled in, the text is too long
    132012: _NEXT,  # a parameter has another form
    135000: _NEXT,  # no reason given
    137000: _NEXT,  # the person's identity changed and was not acknowledged
    138013: _SLOWER,  # calls, as 613
    139200: _NEXT,  # direct send
    131050: Rule(Action.SUPPRESS_MARKETING),  # this person stopped marketing of this business
    # What the campaign sends: a parameter that is missing or wrong fails this person and stops it.
    **dict.fromkeys((131008, 132000, 132008, 132018), _FAULTY),
    131014: _CAMPAIGN,  # the header's link cannot be loaded
    132001: _CAMPAIGN,  # no such template in this language, or not approved
    132007: _CAMPAIGN,  # its content breaks a policy
    132015: _CAMPAIGN,  # paused for low quality; also said of messages that were held and are dropped
    132016: _CAMPAIGN,  # disabled for good
    132068: _CAMPAIGN,  # its flow is blocked
    132069: _CAMPAIGN,  # its flow is throttled
    # The number: gone, not registered, not verified, without a name, or reported as spam.
    **dict.fromkeys((33, 131037, 131045, 131048, 134011), _NUMBER),
    **dict.fromkeys((133000, 133005, 133006, 133008, 133009, 133010, 133016), _NUMBER),
    # The account: restricted, locked, not paying, limited, not verified.
    **dict.fromkeys((368, 131031, 131042, 131064, 141010), _ACCOUNT),
    # Marketing belongs to /marketing_messages, or this template does not.
    **dict.fromkeys((131061, 131063), _ENDPOINT),
    **dict.fromkeys((131055, 134100, 134102), _ENDPOINT),
}


def from_error_code(code: int, http_status: int) -> Outcome:
    """The meaning of a Graph error. Codes not in the table: 5xx is unknown, 429 throttling, the rest a refusal."""
    if code in _UNKNOWN:
        return Outcome(Kind.UNKNOWN, str(code))
    rule = TABLE.get(code)
    if rule is None:
        if http_status >= 500:
            return Outcome(Kind.UNKNOWN, str(code))
        if http_status == 429:
            return Outcome(Kind.THROTTLED, str(code), Action.SLOW_DOWN)
        return Outcome(Kind.REFUSED, str(code), Action.NEXT)
    kind = Kind.THROTTLED if rule.retry else Kind.REFUSED
    return Outcome(kind, str(code), rule.action, wait_seconds=rule.wait_seconds)


def is_proof_refused(error: Mapping[str, object]) -> bool:
    """Whether a Graph error is about `appsecret_proof` (Meta, securing Graph API calls)."""
    return error.get("code") == _PARAMETER and PROOF_REFUSED in str(error.get("message"))


def rule_of(code: str) -> Rule:
    """What a code means that came later, with a status; one that is not in the table concerns its message alone."""
    return TABLE.get(int(code), _NEXT) if code.isascii() and code.isdecimal() else _NEXT


def from_answer(http_status: int, body: object) -> Outcome:
    """The meaning of an HTTP answer whose body was parsed as JSON (None when it was not JSON).

    A 5xx or an unreadable answer without a Graph error is unknown: the message may have been accepted before.
    """
    if isinstance(body, dict):
        error = body.get("error")
        if isinstance(error, dict) and is_proof_refused(error):
            return Outcome(Kind.THROTTLED, PROOF_REFUSED, Action.TOKEN)
        if isinstance(error, dict) and isinstance(error.get("code"), int):
            return from_error_code(error["code"], http_status)
        messages = body.get("messages")
        if 200 <= http_status < 300 and isinstance(messages, list) and messages and isinstance(messages[0], dict):
            return _taken(messages[0])
    if http_status == 429:
        return Outcome(Kind.THROTTLED, "http_429", Action.SLOW_DOWN)
    return Outcome(Kind.UNKNOWN, f"http_{http_status}")


def _taken(message: Mapping[str, object]) -> Outcome:
    """`message_status` comes with templates only. One that is paused has an id and is not on its way: whether Meta
    will ever send it is not known until a status says so, and its campaign stops as for a paused template."""
    message_id = str(message.get("id", ""))
    status = message.get("message_status")
    if status == "paused":
        return Outcome(Kind.UNKNOWN, "132015", Action.PAUSE_CAMPAIGN, message_id)
    return Outcome(Kind.HELD if status == "held_for_quality_assessment" else Kind.ACCEPTED, message_id=message_id)
