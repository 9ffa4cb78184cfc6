"""A Meta for single sends that answers as a test says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from shared.clients.graph import GraphAccess
from shared.clock import epoch_ms
from shared.domain.campaigns.outcome import Kind, Outcome, from_error_code
from tests.support.chats import Chat

ACCEPTED = Outcome(Kind.ACCEPTED, message_id="wamid.scripted")


def refused(code: int) -> Outcome:
    return from_error_code(code, 400)


@dataclass
class ScriptedMeta:
    """`outcomes` by endpoint; each takes `takes_ms`, by which `passed_ms` goes on, and is lost when the sender does not
    wait that long. `asked` are the endpoints in turn, `seconds` how long the sender would have waited."""

    outcomes: Mapping[str, Outcome]
    takes_ms: int = 0
    passed_ms: int = 0
    asked: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def send(
        self, number: str, access: GraphAccess, body: object, endpoint: str = "messages", *, seconds: float = 30.0
    ) -> Outcome:
        self.asked.append(endpoint)
        self.seconds.append(seconds)
        self.passed_ms += min(self.takes_ms, int(seconds * 1000))
        return self.outcomes[endpoint] if self.takes_ms <= seconds * 1000 else Outcome(Kind.UNKNOWN, "no_answer")

    def clock(self) -> int:
        return epoch_ms() + self.passed_ms

    def sleep(self, seconds: float) -> None:
        self.passed_ms += int(seconds * 1000)


def answering(chat: Chat, patch: pytest.MonkeyPatch, takes_ms: int = 0, **outcomes: Outcome) -> ScriptedMeta:
    """Puts such a Meta, and its time, in the place of the simulator."""
    meta = ScriptedMeta(outcomes, takes_ms)
    sender = chat.api.deps.sender
    for name, value in (("_graph", meta), ("_clock", meta.clock), ("_sleep", meta.sleep)):
        patch.setattr(sender, name, value)
    return meta
