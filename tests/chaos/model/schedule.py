"""A schedule: what happens on the stage, step by step. Drawn from a seed, played, and made shorter when it fails."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.chaos.model.meta import WAYS
from tests.chaos.model.process import Blow, Way
from tests.chaos.model.stage import Ground, Stage

PEOPLE = 14
_WAITS = (0.0, 0.05, 0.2, 0.2, 0.4, 0.4, 0.7, 1.0, 1.0, 2.0, 4.0, 17.0)
"""Seconds before a step: most of a campaign is sent within ten."""
_FREEZES = (0.6, 3.0, 10.0, 13.0, 16.0, 20.0, 60.0, 130.0)
_BLOWS: Sequence[Way] = ("kill", "kill", "freeze", "freeze", "freeze", "slow", "fail", "repeat")
_KINDS = (
    *("lane", "lane", "lane", "lane", "sweep", "sweep", "due", "reader", "load", "control", "statuses", "compaction"),
    *("inbound", ""),
)
_LANE_CALLS = (
    *("", "", "", "send", "UpdateItem LANE", "Query PN", "Query OPT", "GetItem R", "UpdateItem S"),
    *("DeleteItem Q", "TransactWriteItems Q", "UpdateItem RUN"),
)
_LATE_FAILURES = ("131026", "131049", "131050", "132015")
"""Codes of statuses: no such person, spared by Meta, stopped marketing, the template is paused."""
_WEIGHTS = {
    **{"blow": 6, "zombie": 4, "meta": 4, "wake": 3, "sweep": 4, "load": 1, "steer": 3, "stop": 3, "word": 1},
    **{"again": 1, "tell": 3, "consume": 3, "compact": 2, "rest": 1},
    **{"minute": 3, "turns": 2, "lose": 1, "refuse": 1, "report": 2},
}


@dataclass(frozen=True, slots=True)
class Step:
    """`wait` seconds after the last one, something happens: a method of Player and its arguments."""

    wait: float
    do: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`skew` is how far the clocks of workers that are woken once more are ahead (seconds)."""

    steps: tuple[Step, ...]
    campaigns: int = 1
    lanes: int = 1
    opened: bool = True
    skew: float = 0.0
    silent: int = 0
    people: int = PEOPLE

    def __str__(self) -> str:
        head = f"{self.campaigns=} {self.lanes=} {self.opened=} {self.skew=} {self.silent=}"
        return "\n".join([head, *(f"  +{step.wait:5.2f} s  {step.do} {dict(step.arguments)}" for step in self.steps)])


def drawn(seed: int) -> Schedule:
    """Any schedule there is; the same for the same seed. Each has a temper: some things happen often in it, some
    never."""
    luck = random.Random(seed)
    temper = {do: weight * luck.choice((0, 1, 1, 3)) for do, weight in _WEIGHTS.items()}
    temper["rest"] = max(temper["rest"], 1)
    names = luck.choices(list(temper), list(temper.values()), k=luck.randint(4, 36))
    return Schedule(
        tuple(Step(luck.choice(_WAITS), do, _ARGUMENTS[do](luck)) for do in names),
        campaigns=luck.choice((1, 1, 2)),
        lanes=luck.choice((1, 1, 1, 4)),
        opened=luck.random() < 0.8,
        skew=luck.choice((0.0, 0.0, 0.0, 0.0, 6.0)),
        silent=luck.choice((0, 2, 5)),
    )


def _blow(luck: random.Random) -> dict[str, object]:
    kind = luck.choice(_KINDS)
    call = luck.choice(_LANE_CALLS) if kind == "lane" else ""
    way, seconds = luck.choice(_BLOWS), luck.choice(_FREEZES)
    # The database's client gives a call up after some twenty seconds.
    blow = Blow(way, luck.random() < 0.5, min(seconds, 20.0) if way == "slow" else seconds)
    return {"blow": blow, "left": luck.randint(1, 4 if call else 20), "kind": kind, "call": call}


def _tell(luck: random.Random) -> dict[str, object]:
    def row() -> tuple[float, str, str]:
        status = luck.choice(("sent", "delivered", "read", "failed"))
        return luck.random(), status, luck.choice(_LATE_FAILURES) if status == "failed" else ""

    return {"rows": [row() for _ in range(luck.randint(1, 6))]}


def _zombie(luck: random.Random) -> dict[str, object]:
    seconds = luck.choice((10.0, 15.5, 16.5, 17.5, 20.0, 40.0))
    return {
        "blow": Blow(luck.choice(("freeze", "freeze", "freeze", "fail")), luck.random() < 0.5, seconds),
        "left": luck.randint(1, 3),
        "call": luck.choice(_LANE_CALLS),
        "lane": luck.randrange(4),
        "after": luck.choice((9.5, 15.5, 16.0, 17.0)),
    }


_ARGUMENTS: Mapping[str, Callable[[random.Random], dict[str, object]]] = {
    "blow": _blow,
    "zombie": _zombie,
    "meta": lambda luck: {"ways": luck.choices([*WAYS, *["accept"] * 5], k=luck.randint(1, 8))},
    "wake": lambda luck: {"lane": luck.randrange(4)},
    "sweep": lambda luck: {"which": luck.randrange(2)},
    "load": lambda luck: {"which": luck.randrange(2)},
    "steer": lambda luck: {
        "which": luck.randrange(2),
        "action": luck.choice(("pause", "pause", "resume", "resume", "cancel")),
    },
    "stop": lambda luck: {"turn": luck.randrange(PEOPLE)},
    "word": lambda luck: {"who": luck.randrange(PEOPLE), "words": luck.choice(("stop", "START", "how much is it?"))},
    "again": lambda _: {},
    "tell": _tell,
    "consume": lambda _: {},
    "compact": lambda luck: {"which": luck.randrange(2)},
    "rest": lambda luck: {"seconds": luck.choice((2.0, 6.0, 17.0, 70.0, 370.0))},
    "minute": lambda luck: {"most": luck.choice((1, 2, 2)), "late": luck.random() < 0.3},
    "turns": lambda luck: {"again": luck.random() < 0.5},
    "lose": lambda _: {},
    "refuse": lambda _: {},
    "report": lambda luck: {"which": luck.randrange(2)},
}


class Player:
    """What a step means on a stage."""

    def __init__(self, stage: Stage, schedule: Schedule) -> None:
        self._stage = stage
        self._schedule = schedule

    def play(self) -> None:
        """Up to the end, or to the first promise that is broken."""
        for step in self._schedule.steps:
            self._stage.advance(step.wait)
            getattr(self, step.do)(**step.arguments)
            self._stage.look()
            if self._stage.promises.broken:
                return
        self._stage.come_to_rest(silent=self._schedule.silent)

    def blow(self, blow: Blow, left: int, kind: str, call: str) -> None:
        self._stage.machine.strike(blow, left=left, kind=kind, call=call)

    def zombie(self, blow: Blow, left: int, call: str, lane: int, after: float) -> None:
        """Something befalls a worker, and about when its lease has run out another one is woken."""
        self._stage.machine.strike(blow, left=left, kind="lane", call=call)
        self._stage.advance(after)
        self.wake(lane)

    def meta(self, ways: list[str]) -> None:
        self._stage.meta.plan = list(ways)

    def wake(self, lane: int) -> None:
        self._stage.workers.wake(lane % self._schedule.lanes, skew=self._schedule.skew)

    def sweep(self, which: int) -> None:
        self._stage.sweep(which % self._schedule.campaigns)

    def load(self, which: int) -> None:
        self._stage.load_again(which % self._schedule.campaigns)

    def steer(self, which: int, action: str) -> None:
        self._stage.steer(which % self._schedule.campaigns, action)

    def stop(self, turn: int) -> None:
        """Somebody who still waits says no."""
        if waiting := self._stage.not_yet_written_to():
            self._stage.webhooks.says(waiting[turn % len(waiting)], "STOP")

    def word(self, who: int, words: str) -> None:
        """Whoever says yes has said no before."""
        people = [to for to in self._stage.not_yet_written_to() if to in self._stage.promises.said_no]
        if words != "START" or not people:
            people = list(self._stage.contact_of)
        self._stage.webhooks.says(people[who % len(people)], words)

    def again(self) -> None:
        self._stage.webhooks.take_inbound()

    def tell(self, rows: list[tuple[float, str, str]]) -> None:
        if owed := len(self._stage.meta.owed):
            self._stage.webhooks.tell([(int(place * owed), status, code) for place, status, code in rows])

    def consume(self) -> None:
        self._stage.webhooks.take_statuses()

    def compact(self, which: int) -> None:
        self._stage.compact(which % self._schedule.campaigns)

    def minute(self, most: int, *, late: bool) -> None:
        self._stage.sweeps.run(most, late=late)

    def turns(self, *, again: bool) -> None:
        self._stage.sweeps.deliver(again=again)

    def lose(self) -> None:
        self._stage.sweeps.lose()

    def refuse(self) -> None:
        """The queue does not take the next turn."""
        self._stage.sweeps.refusals = 1

    def report(self, which: int) -> None:
        self._stage.report(which % self._schedule.campaigns)

    def rest(self, seconds: float) -> None:
        self._stage.advance(seconds)


def played(schedule: Schedule, ground: Ground) -> Stage:
    """The stage after the schedule, or after the first promise that was broken; closed."""
    stage = Stage(
        ground,
        people=schedule.people,
        campaigns=schedule.campaigns,
        lanes=schedule.lanes,
        opened=schedule.opened,
    )
    try:
        Player(stage, schedule).play()
    finally:
        stage.machine.close()
    return stage


def shortened(schedule: Schedule, fails: Callable[[Schedule], bool]) -> Schedule:
    """Without the steps that it fails without."""
    at = len(schedule.steps) - 1
    while at >= 0:
        shorter = replace(schedule, steps=schedule.steps[:at] + schedule.steps[at + 1 :])
        if fails(shorter):
            schedule = shorter
        at -= 1
    return schedule
