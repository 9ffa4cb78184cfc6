"""Which of Meta's two endpoints a template's messages go to, and where they turn when that one does not take them.

Source: Meta, marketing messages (24 Sep 2026): a template's latest category decides, MARKETING goes to
/marketing_messages and all others to /messages. An account that is not onboarded there may use it all the same: Meta
hands such messages to the Cloud API.
"""

from dataclasses import dataclass, field, replace

from shared.domain.campaigns.outcome import Action, Outcome

USUAL_ENDPOINT, MARKETING_ENDPOINT = "messages", "marketing_messages"
_ASK_FOR_MARKETING = frozenset({"131061", "131063"})
"""Codes that ask for /marketing_messages; the others that ask for another endpoint ask for /messages."""
_NOT_YET = "134101"
"""The template reaches /marketing_messages within ten minutes; until then /messages may take it."""
_NOT_ALLOWED = frozenset({"3", "10", "131005", *(str(code) for code in range(200, 300))})
"""At /marketing_messages: this app or this account may not use it, which says nothing of /messages."""


def endpoint_of(category: str) -> str:
    """The endpoint for templates of this category, as Meta last told it."""
    return MARKETING_ENDPOINT if category.upper() == "MARKETING" else USUAL_ENDPOINT


@dataclass(slots=True)
class Route:
    """Where one template's messages go. Between endpoints that send them to each other it goes back and forth once."""

    endpoint: str
    _refused_by: set[str] = field(default_factory=set)

    def turn(self, outcome: Outcome, asked: str) -> Outcome:
        """What an answer of the endpoint `asked` comes to, after which `endpoint` is where the next message goes.

        Action.OTHER_ENDPOINT is left when the message may be tried there at once. When neither endpoint takes it, the
        action is to pause the campaign, or what the answer asks for beside the other endpoint.
        """
        other = _other(outcome, asked)
        if other is None:
            return outcome
        if outcome.code != _NOT_YET:
            self._refused_by.add(asked)
        if other in self._refused_by:
            sent_on = outcome.action is Action.OTHER_ENDPOINT
            return replace(outcome, action=Action.PAUSE_CAMPAIGN) if sent_on else outcome
        self.endpoint = other
        return replace(outcome, action=Action.OTHER_ENDPOINT, wait_seconds=0)


def _other(outcome: Outcome, asked: str) -> str | None:
    """The endpoint that an answer of `asked` leads to; None when it has to do with neither."""
    if outcome.action is Action.OTHER_ENDPOINT:
        return MARKETING_ENDPOINT if outcome.code in _ASK_FOR_MARKETING else USUAL_ENDPOINT
    if asked == MARKETING_ENDPOINT and outcome.code in {_NOT_YET, *_NOT_ALLOWED}:
        return USUAL_ENDPOINT
    return None
