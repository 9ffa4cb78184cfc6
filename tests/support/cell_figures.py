"""What one campaign message takes of each function and table, measured or assumed, and what an account and a stack are
set to: the figures of the load model (`cell_limits`)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.template import load_template, resources

POSTS = 2.53
"""Webhooks per message when each brings one status: sent, delivered for 93 %, read for 60 %."""
SQS_SECONDS, DYNAMODB_SECONDS, META_SECONDS = 3e-3, 4e-3, 0.3
"""Assumed waits for one call of each."""
STATUS_READERS, STATUS_WRITERS = 16, 8
"""Threads of a batch of statuses, which look up its campaigns, and keep and note a page of each."""
BLOCK_WRITES, BLOCK_WRITERS = 0.26, 16
"""Per message that `make bench ARGS=statuses` draws, of blocks that are written when journals are compacted; by so many
threads side by side."""
RECORDS_A_MESSAGE = 3
"""Assumed: changes in the Conversations table, of which a batch of the stream's consumer holds so many."""
FAST_RATE, SLOW_RATE = 1_000, 72
"""Messages a second of the campaigns of which a turn of the sweep is measured."""
VCPU_MB = 1769
"""Memory at which Lambda gives one whole vCPU; less gives as much less."""
TEMPLATE = load_template()
FUNCTIONS = resources(TEMPLATE, "AWS::Serverless::Function")
REPLIES = 0.04
"""Assumed: messages of people for each campaign message, half of them answered by a bot."""
ANSWERED = 0.5
STANDARD_RATE, HIGHEST_RATE = 80, 1_000
"""Messages a second of one number (Meta, throughput; read 2026-11)."""
LANES_OF_A_NUMBER = 4
"""Of one that may send HIGHEST_RATE; a test holds it to the code."""
LANES_PER_TENANT = 10
"""Assumed: numbers that share one tenant's feed of events."""
CELL = 10_000
"""Messages a second that a cell is to carry."""


def memory_mb(function: str) -> int:
    return int(FUNCTIONS[f"{function}Function"].get("MemorySize", TEMPLATE["Globals"]["Function"]["MemorySize"]))


def default(parameter: str) -> str:
    return str(TEMPLATE["Parameters"][parameter]["Default"])


@dataclass(frozen=True, slots=True)
class Figures:
    """What one of each takes: CPU seconds of a whole core, calls and writes. Measured on two cores, 2026-11; the
    benchmark puts those of its own run in their place."""

    post_cpu: float = 0.34e-3
    fold_cpu: float = 19.7e-6
    """A status: what `parts` measures; a batch takes three times as much in its handler."""
    inbound_cpu: float = 46e-3
    inbound_calls: float = 16.0
    inbound_writes: float = 24.0
    told_cpu: float = 8.2e-3
    told_calls: float = 3.0
    bot_cpu: float = 58e-3
    bot_calls: float = 17.0
    lane_cpu: float = 0.73e-3
    """A message, by `make bench ARGS=lane`."""
    feed_appends: float = 300.0
    """A second and tenant with 16 writers, as `make bench ARGS=feed` has for its target."""
    load_cpu: float = 2 * 91e-6
    """A person frozen into a campaign, by `make bench ARGS=freeze`: 91 s a million on two cores."""
    call_cpu: float = 1.1e-3
    """One call of the database, through botocore."""
    block_cpu: float = 1.2e-3
    """A block of a journal, folded and written."""
    sweep_fast_cpu: float = 0.64
    sweep_fast_calls: float = 43.0
    sweep_slow_cpu: float = 0.06
    sweep_slow_calls: float = 8.0
    """A turn at a campaign of FAST_RATE, and of SLOW_RATE; all of these by `make bench ARGS=upkeep`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Quotas of an account and a Region, and the parameters of a stack."""

    lambda_concurrency: int
    table_writes: int
    fifo_messages: int
    in_flight: int
    parameters: Mapping[str, int]

    def parameter(self, name: str) -> int:
        return self.parameters.get(name, int(default(name)))


NEW_ACCOUNT = Settings(1_000, 40_000, 19_000, 120_000, {})
ASKED_FOR = Settings(
    10_000,
    200_000,
    70_000,
    400_000,
    {
        "WebhookReservedConcurrency": 6_000,
        "LaneConcurrency": 1_000,
        "LoadConcurrency": 100,
        "StatusConcurrency": 200,
        "CompactConcurrency": 100,
        "InboundConcurrency": 400,
        "BotConcurrency": 400,
    },
)
"""As infra/README.md says; a test compares the two."""
