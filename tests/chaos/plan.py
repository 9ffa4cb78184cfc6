"""What one seed does to its campaign: the same plan every time, though real processes never run the same way twice."""

import random
from dataclasses import dataclass, field

CALL_FAULTS = (
    "throttle",
    "error_before",
    "error_after",
    "drop_before",
    "drop_after",
    "conflict",
    "hang_after",
)
"""What may befall a DynamoDB call; `after` means that it was carried out all the same."""
_SHARES = (0.25, 0.15, 0.2, 0.15, 0.2, 0.02, 0.03)
_KILLED = {
    "CampaignLane": 6,
    "WebhookStatus": 2,
    "WebhookInbound": 1,
    "CampaignLoad": 1,
    "CampaignSweep": 1,
    "WebhookCompact": 1,
}
_CALLS = {
    "CampaignLane": 60,
    "CampaignLoad": 20,
    "WebhookStatus": 40,
    "WebhookInbound": 40,
    "CampaignSweep": 120,
    "WebhookCompact": 40,
}
_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class CallKill:
    """SIGKILL to the worker of `function` that makes the campaign's `call`th DynamoDB call of that function, before
    the call is carried out or `after` it."""

    function: str
    call: int
    after: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens `at` seconds after the launch. What `number` and `seconds` mean depends on the name.

    A pause, or the cancellation, waits until the campaign sends.
    """

    at: float
    name: str
    detail: str = ""
    number: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`throughput` is the number's at Meta (1,000 means four lanes), `shares` how often each DynamoDB fault comes."""

    seed: int
    throughput: int
    recipients: int
    shares: dict[str, float] = field(default_factory=dict)
    kills: tuple[CallKill, ...] = ()
    events: tuple[Event, ...] = ()


def plan_of(seed: int) -> Plan:
    chance = random.Random(f"chaos {seed}")
    trouble = chance.choice((0.002, 0.01, 0.03, 0.06))
    killed = chance.choices([*_KILLED], [*_KILLED.values()], k=chance.randint(1, 3))
    events = [*_kill_events(chance), *_meta_events(chance), *_repeats(chance), *_interventions(chance)]
    return Plan(
        seed=seed,
        throughput=chance.choice((80, 1000)),
        recipients=chance.randint(150, 400),
        shares={name: share * trouble for name, share in zip(CALL_FAULTS, _SHARES, strict=True)},
        kills=tuple(CallKill(name, chance.randint(1, _CALLS[name]), chance.random() < 0.6) for name in killed),
        events=tuple(sorted(events, key=lambda event: event.at)),
    )


def _moment(chance: random.Random) -> float:
    return round(chance.uniform(0.3, _SECONDS), 2)


def _kill_events(chance: random.Random) -> list[Event]:
    weights = {**_KILLED, "WebhookReceive": 1}
    names = chance.choices([*weights], [*weights.values()], k=chance.randint(1, 3))
    return [Event(_moment(chance), "kill", name) for name in names]


def _meta_events(chance: random.Random) -> list[Event]:
    """Bursts of faults at Meta's side: `number` requests in a row."""
    bursts = [Event(_moment(chance), "meta", "slow", chance.randint(1, 40), chance.choice((0.3, 1.5, 6.0)))]
    for name in ("accept_then_reset", "accept_then_500", "reset_before_accept", "error_before_accept"):
        if chance.random() < 0.6:
            size = chance.choice((1, 2, 5, 5, 12, 30))
            bursts.append(Event(_moment(chance), "meta", name, size, float(chance.random() < 0.5)))
    if chance.random() < 0.4:
        bursts.append(Event(_moment(chance), "meta", "storm_130429", chance.randint(3, 60)))
    return bursts


def _repeats(chance: random.Random) -> list[Event]:
    """Queue messages and webhooks that come again."""
    most = {"wake": 4, "load": 3, "webhooks": 4, "start": 1}
    return [
        Event(_moment(chance), "again", name, chance.randint(1, number))
        for name, number in most.items()
        for _ in (1, 2)
    ]


def _interventions(chance: random.Random) -> list[Event]:
    found: list[Event] = []
    if chance.random() < 0.4:
        found.append(Event(_moment(chance), "outage", seconds=round(chance.uniform(0.5, 7.0), 1)))
    if chance.random() < 0.3:
        found.append(Event(_moment(chance), "pause", seconds=round(chance.uniform(0.2, 4.0), 1)))
    if chance.random() < 0.5:
        found.append(Event(_moment(chance), "stop", number=chance.randint(1, 10)))
    if chance.random() < 0.1:
        found.append(Event(_moment(chance), "cancel", seconds=round(chance.uniform(0.0, 3.0), 1)))
    return found
