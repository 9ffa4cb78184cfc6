"""Meta as the model knows it: every message that was written to it, what became of each, and the statuses it owes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from shared.domain.campaigns.callback import CampaignSlot, decode
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from tests.chaos.model.process import Process


class Key(NamedTuple):
    """One recipient of one campaign."""

    campaign_id: str
    block: int
    slot: int


@dataclass(slots=True)
class Attempt:
    """One message that was written to Meta, or that its sender says never left.

    `decided` is when its sender made up its mind (loop time). `final` says that Meta refused it for good. When the
    answer is there, `again` says that it was to try later (or that nothing was written), `told` that it was definite,
    and `wamid` is the id that came with it.
    """

    slot: CampaignSlot
    to: str
    process: Process
    decided: float
    accepted: bool = False
    final: bool = False
    again: bool = False
    told: bool = False
    wamid: str = ""


WAYS: Mapping[str, tuple[Outcome, bool, float]] = {
    "accept": (Outcome(Kind.ACCEPTED, message_id="wamid"), True, 0.2),
    "held": (Outcome(Kind.HELD, message_id="wamid"), True, 0.2),
    "slow": (Outcome(Kind.ACCEPTED, message_id="wamid"), True, 20.0),
    "lost_answer": (Outcome(Kind.UNKNOWN, "no_answer"), True, 5.0),
    "error_after": (Outcome(Kind.UNKNOWN, "131000"), True, 0.2),
    "lost_request": (Outcome(Kind.UNKNOWN, "no_answer"), False, 5.0),
    "refuse": (Outcome(Kind.REFUSED, "131026"), False, 0.2),
    "stopped_marketing": (Outcome(Kind.REFUSED, "131050", Action.SUPPRESS_MARKETING), False, 0.2),
    "throttle": (Outcome(Kind.THROTTLED, "130429", Action.SLOW_DOWN), False, 0.2),
    "slow_throttle": (Outcome(Kind.THROTTLED, "130429", Action.SLOW_DOWN), False, 20.0),
    "pair": (Outcome(Kind.THROTTLED, "131056", Action.SPACE_PAIR), False, 0.2),
    "paused_template": (Outcome(Kind.THROTTLED, "132015", Action.PAUSE_CAMPAIGN), False, 0.2),
    "unreachable": (Outcome(Kind.UNSENT, "connect", Action.SLOW_DOWN), False, 0.05),
}
"""How Meta may answer: the outcome, whether it accepts the message, and after how many seconds it answers."""


@dataclass
class Meta:
    """`plan` is how the next messages are answered, the last entry first; then everything is accepted.

    `owed` are accepted messages whose statuses it may tell; `told` are those of whom a consumer took in a status, and
    when it first had (loop time).
    """

    plan: list[str] = field(default_factory=list)
    attempts: dict[Key, list[Attempt]] = field(default_factory=dict)
    owed: list[CampaignSlot] = field(default_factory=list)
    told: dict[Key, float] = field(default_factory=dict)

    def tried(self, key: Key) -> list[Attempt]:
        return self.attempts.get(key, [])

    def accepted(self, key: Key) -> bool:
        return any(attempt.accepted for attempt in self.tried(key))

    async def take(self, attempt: Attempt) -> Outcome:
        """The message has left its sender: note it, and answer."""
        key = Key(attempt.slot.campaign_id, attempt.slot.block, attempt.slot.slot)
        self.attempts.setdefault(key, []).append(attempt)
        outcome, attempt.accepted, seconds = WAYS[self.plan.pop() if self.plan else "accept"]
        attempt.final = outcome.kind is Kind.REFUSED
        if attempt.accepted:
            self.owed.append(attempt.slot)
        await asyncio.sleep(seconds)
        attempt.again = outcome.kind in (Kind.THROTTLED, Kind.UNSENT)
        attempt.told = outcome.kind in (Kind.ACCEPTED, Kind.HELD, Kind.REFUSED)
        if outcome.message_id:
            attempt.wamid = f"wamid.{key}.{len(self.attempts[key])}"
        return replace(outcome, message_id=attempt.wamid)


def slot_of(body: Mapping[str, object]) -> CampaignSlot:
    slot = decode(str(body["biz_opaque_callback_data"]))
    assert isinstance(slot, CampaignSlot)
    return slot
