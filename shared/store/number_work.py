"""What a phone number has to do: the campaigns on it, where its lanes stand, and who waits for another try."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from shared.store.codec import Item, number, text

OPENING = "opening"
"""The state of a run that is on its number but not yet the lanes' to send."""


@dataclass(frozen=True, slots=True)
class Run:
    """A campaign on a number. `state` is opening, running, paused or cancelled; `plan` is the compiled message."""

    phone_number_id: str
    tenant_id: str
    campaign_id: str
    state: str
    sizes: tuple[int, ...]
    lanes: int
    frozen_at: int
    category: str
    plan: str
    reason: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """Positions a lane took last: [start, stop) of its segment, at `at` (epoch ms)."""

    start: int
    stop: int
    at: int


@dataclass(frozen=True, slots=True)
class LaneState:
    """`expires_at` is when the lease ends, `claimed_at` when it was last renewed by a claim (epoch ms); `rate` in
    messages per 1,000 seconds, 0 when never learned."""

    lane: int
    fence: int
    expires_at: int
    cursors: Mapping[str, int]
    claims: Mapping[str, Claim]
    rate: int = 0
    claimed_at: int = 0


@dataclass(frozen=True, slots=True)
class RetryBatch:
    """(block, slot, next attempt) of messages Meta refused for now or that never left."""

    key: str
    campaign_id: str
    lane: int
    due: int
    entries: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class NumberWork:
    """Everything a number has to do, as of one consistent read."""

    runs: tuple[Run, ...]
    lanes: Mapping[int, LaneState]
    retries: tuple[RetryBatch, ...]


def work_of(phone_number_id: str, items: Iterable[Item]) -> NumberWork:
    """From the items of a number's partition."""
    runs: list[Run] = []
    lanes: dict[int, LaneState] = {}
    retries: list[RetryBatch] = []
    for item in items:
        kind = text(item, "sk").partition("#")[0]
        if kind == "RUN":
            runs.append(_run_of(phone_number_id, item))
        elif kind == "LANE":
            lane = lane_state_of(item)
            lanes[lane.lane] = lane
        elif kind == "Q":
            retries.append(_retry_of(item))
    return NumberWork(tuple(runs), lanes, tuple(retries))


def _run_of(phone_number_id: str, item: Item) -> Run:
    return Run(
        phone_number_id=phone_number_id,
        tenant_id=text(item, "t"),
        campaign_id=text(item, "sk").removeprefix("RUN#"),
        state=text(item, "state"),
        sizes=tuple(cast("list[int]", item["sizes"])),
        lanes=number(item, "lanes", 1),
        frozen_at=number(item, "frozen"),
        category=text(item, "category"),
        plan=text(item, "plan"),
        reason=text(item, "reason"),
        weight=number(item, "weight", 1),
    )


def lane_state_of(item: Item) -> LaneState:
    claims = cast("dict[str, list[int]]", item.get("clm") or {})
    return LaneState(
        lane=int(text(item, "sk").removeprefix("LANE#")),
        fence=number(item, "fence"),
        expires_at=number(item, "exp"),
        cursors=cast("dict[str, int]", item.get("cur") or {}),
        claims={campaign: Claim(*row) for campaign, row in claims.items()},
        rate=number(item, "rate"),
        claimed_at=number(item, "at"),
    )


def _retry_of(item: Item) -> RetryBatch:
    key = text(item, "sk")
    return RetryBatch(
        key=key,
        campaign_id=text(item, "c"),
        lane=int(key.split("#")[1]),
        due=number(item, "due"),
        entries=tuple((e[0], e[1], e[2]) for e in cast("list[list[int]]", item["e"])),
    )
