"""What must hold for the sweep's turns at every call that a process makes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.clock import EpochMs
from shared.queue_messages import SweepCampaign
from tests.chaos.model.process import Process


@dataclass(frozen=True, slots=True)
class _Turn:
    """What is kept for a campaign; `until` in epoch ms."""

    token: str
    until: EpochMs


class TurnPromises:
    """- A campaign whose turn waits or is worked on is given none.
    - A turn that was given has a message, or has been taken back.
    - Its first message that comes is worked on, however late, and none when it has ended.
    - Only who works on it ends it, and who has ended it does nothing more.
    """

    def __init__(self, broken: list[str]) -> None:
        self._broken = broken
        self._kept: dict[str, _Turn] = {}
        self._ended: set[str] = set()
        self._with_message: set[str] = set()
        self._given_by: dict[Process, list[str]] = defaultdict(list)
        self._worked: set[Process] = set()
        self._done: set[Process] = set()
        self.begun: Counter[str] = Counter()
        """How often a turn of each campaign was begun."""

    def applied(self, process: Process, call: str, parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        """A call of a run, or of whoever sweeps, took effect just now."""
        if process in self._done:
            self._broken.append(f"{call} by a worker who had ended the turn")
        if not call.endswith(" TURN"):
            return
        campaign_id = parameters["Key"]["sk"]["S"]
        values = {name: next(iter(value.values())) for name, value in parameters["ExpressionAttributeValues"].items()}
        if call == "DeleteItem TURN":
            self._end(process, campaign_id, values[":turn"])
        elif process.kind == "due":
            given = _Turn(answer["Attributes"]["turn"]["S"], EpochMs(int(values[":until"])))
            self._give(process, campaign_id, EpochMs(int(values[":now"])), given)
        else:
            self._begin(process, campaign_id, _Turn(values[":turn"], EpochMs(int(values[":until"]))))

    def _give(self, process: Process, campaign_id: str, now: EpochMs, turn: _Turn) -> None:
        before = self._kept.get(campaign_id)
        if before is not None and now < before.until:
            self._broken.append(f"{campaign_id} was given a turn although it has one")
        if before is not None and turn.token != before.token:
            self._broken.append(f"{campaign_id} has another turn, and the messages of the one before are worth nothing")
        self._kept[campaign_id] = turn
        self._given_by[process].append(turn.token)

    def _begin(self, process: Process, campaign_id: str, turn: _Turn) -> None:
        if turn.token in self._ended:
            self._broken.append(f"{campaign_id}: a turn that had ended was worked on")
        self._kept[campaign_id] = turn
        self._worked.add(process)
        self.begun[campaign_id] += 1

    def _end(self, process: Process, campaign_id: str, token: str) -> None:
        kept = self._kept.pop(campaign_id, None)
        if kept is None or kept.token != token:
            self._broken.append(f"{campaign_id}: another's turn was ended")
        self._ended.add(token)
        if process.kind == "sweep":
            self._done.add(process)

    def queued(self, messages: Iterable[SweepCampaign]) -> None:
        self._with_message.update(message.turn for message in messages)

    def given(self, run: Process) -> None:
        """A run came to its end."""
        without = set(self._given_by[run]) - self._with_message - self._ended
        if without and not run.disturbed:
            self._broken.append(f"{len(without)} turns were given of which nobody was told")

    def taken(self, process: Process, message: SweepCampaign) -> None:
        """A message was done with."""
        if process not in self._worked and message.turn not in self._ended:
            self._broken.append(f"{message.campaign_id}: nobody had worked on a turn whose message was turned away")
