"""Decides what befalls each DynamoDB call of the functions, and keeps count of it, campaign by campaign."""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.workers import Worker, Workers
from tests.chaos.plan import Plan

PASS, KILL_BEFORE, KILL_AFTER, OUTAGE = "pass", "kill_before", "kill_after", "outage"
SABOTAGED = frozenset(
    (
        *("CampaignStart", "CampaignLoad", "CampaignLane", "CampaignDue", "CampaignSweep"),
        *("WebhookInbound", "WebhookStatus", "WebhookCompact"),
    )
)
"""The functions behind the queues and the schedule; the API stays whole, because the run itself uses it."""


@dataclass(slots=True)
class Target:
    """One seed's campaign. `markers` are the ids by which its calls are known."""

    plan: Plan
    markers: tuple[bytes, ...]
    chance: random.Random
    faults: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    dark_until: float = 0.0
    at_work: dict[str, Worker] = field(default_factory=dict)

    def concerns(self, body: bytes) -> bool:
        return any(marker in body for marker in self.markers)


class Saboteur:
    """May be used from any thread. `workers` are those that may be killed."""

    def __init__(self) -> None:
        self.workers = Workers(Path("/nowhere"))
        self._lock = threading.Lock()
        self._targets: Mapping[int, Target] = {}

    def watch(self, plan: Plan, ids: tuple[str, ...]) -> Target:
        """From now on, calls that name one of these ids go as the plan says."""
        target = Target(plan, tuple(i.encode() for i in ids), random.Random(f"calls {plan.seed}"))
        with self._lock:
            self._targets = {**self._targets, plan.seed: target}
        return target

    def leave(self, target: Target) -> None:
        with self._lock:
            self._targets = {seed: other for seed, other in self._targets.items() if other is not target}

    def fate(self, worker: Worker, body: bytes) -> tuple[str, Target | None]:
        """What befalls this call, and on whose account."""
        if worker.function not in SABOTAGED:
            return PASS, None
        target = next((target for target in self._targets.values() if target.concerns(body)), None)
        if target is None:
            return PASS, None
        with self._lock:
            target.at_work[worker.function] = worker
            return self._draw(target, worker.function), target

    def _draw(self, target: Target, function: str) -> str:
        target.calls[function] += 1
        for planned in target.plan.kills:
            if planned.function == function and planned.call == target.calls[function]:
                return KILL_AFTER if planned.after else KILL_BEFORE
        if time.monotonic() < target.dark_until:
            target.faults[OUTAGE] += 1
            return OUTAGE
        drawn = target.chance.random()
        for name, share in target.plan.shares.items():
            drawn -= share
            if drawn < 0:
                target.faults[name] += 1
                return name
        return PASS

    def black_out(self, target: Target, seconds: float) -> None:
        """DynamoDB answers none of the campaign's calls for a while."""
        with self._lock:
            target.dark_until = time.monotonic() + seconds

    def strike(self, target: Target, worker: Worker) -> None:
        """SIGKILL this worker on the campaign's account."""
        if self.workers.kill(worker):
            with self._lock:
                target.kills[worker.function] += 1

    def strike_function(self, target: Target, function: str) -> None:
        """SIGKILL the worker of a function that was last at work for the campaign, else any of that function."""
        found = target.at_work.get(function)
        if found is None:
            found = next((w for w in self.workers.all() if w.function == function), None)
        if found is not None:
            self.strike(target, found)
