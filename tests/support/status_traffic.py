"""When the statuses of campaign messages come, and in which batches: the traffic that write costs are measured with.

Assumed: 93 % are delivered, 80 % of them within seconds and the others within six hours; 60 % are read, half of them
within 25 minutes. A number sends 72 messages a second. Which of the open batches a status gets into is chance: the
pollers of a queue take what they find.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.campaigns.blocks import BLOCK_SIZE
from tests.support.template import load_template

LANE_RATE = 72
"""Messages a second of one number, and so of one campaign."""
STATUSES = 2.53
"""Of a message: sent, delivered for 93 %, read for 60 %."""
WINDOW_SECONDS = 20
POLLERS = 5
"""Batches of the queue that are open at a time at least (AWS Lambda, scaling of SQS event sources)."""
CONSUMERS = int(load_template()["Parameters"]["StatusConcurrency"]["Default"])
"""And at most: the function's concurrency in the template."""


@dataclass(frozen=True, slots=True)
class Status:
    at: float
    name: str
    block: int
    slot: int


def statuses_of(rng: random.Random, block: int, sent_at: float) -> Iterator[Status]:
    """All of a block that was sent at this second."""
    for slot in range(BLOCK_SIZE):
        sent = sent_at + slot / LANE_RATE + rng.expovariate(1 / 1.4)
        yield Status(sent, "sent", block, slot)
        if rng.random() < 0.93:
            late = rng.random() >= 0.8
            delivered = sent + (rng.uniform(600, 6 * 3600) if late else rng.expovariate(1 / 3.6))
            yield Status(delivered, "delivered", block, slot)
            if rng.random() < 0.6 / 0.93:
                yield Status(delivered + rng.lognormvariate(7.3, 1.2), "read", block, slot)


@dataclass(frozen=True, slots=True)
class Batches:
    """How the consumers of so many messages a second, of as many campaigns as it takes, gather their statuses."""

    rate: int
    records: int

    @property
    def campaigns(self) -> int:
        return max(1, round(self.rate / LANE_RATE))

    @property
    def open(self) -> int:
        """At a time. They fill up within the window where there is more than five pollers gather in it."""
        full = self.rate * STATUSES * WINDOW_SECONDS / self.records
        return min(CONSUMERS, max(POLLERS, round(full)))

    @property
    def seconds(self) -> float:
        return min(WINDOW_SECONDS, self.records * self.open / (self.rate * STATUSES))

    @property
    def statuses(self) -> int:
        """In each."""
        return round(self.rate * STATUSES * self.seconds / self.open)

    @property
    def of_a_campaign(self) -> int:
        """Of the statuses of a batch, those of one campaign."""
        return max(1, self.statuses // self.campaigns)

    def batch_of(self, rng: random.Random, at: float) -> tuple[int, int]:
        """Which batch a status of this second gets into."""
        return int(at // self.seconds), rng.randrange(self.open)
