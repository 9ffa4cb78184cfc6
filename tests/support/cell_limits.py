"""Which limit a cell meets first, and at how many campaign messages a second.

A limit is a number with a source; what one message takes of it is measured (by `make bench ARGS=load` in its own run,
or as `Figures` states it) or assumed, and says so. A limit is of a kind: a `quota` AWS raises on
request, `fixed` nobody raises, a `parameter` is set when the stack is deployed, `code` is what our code or a number in
the template comes to. They are worked out twice: for a new account, and for a cell that was given the quotas which
infra/README.md says to ask for, with the parameters it says to set.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from functions.webhook_ingest.statuses.logic.journalling import FEW_BLOCKS
from tests.support.capacity import CAMPAIGN_MESSAGE_WRU
from tests.support.template import load_template, resources

POSTS = 2.53
"""Webhooks per message when each brings one status: sent, delivered for 93 %, read for 60 %."""
NOTE_WRU = 1 / 80
"""Noting when a message left, beside what the write-cost test asserts."""
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
Kind = Literal["quota", "fixed", "parameter", "code"]
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


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    messages: float
    """Campaign messages a second at which it is reached."""
    kind: Kind
    source: str


def seconds(function: str, cpu: float, waits: float) -> float:
    """How long an invocation lasts: CPU takes longer on a part of a vCPU."""
    return cpu / min(1.0, memory_mb(function) / VCPU_MB) + waits


def most(function: str, settings: Settings) -> int:
    """Invocations at a time that read its queue, the first of several."""
    trigger = next(iter(FUNCTIONS[f"{function}Function"]["Events"].values()))
    stated = trigger["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    return settings.parameter(stated["Ref"]) if isinstance(stated, dict) else int(stated)


def batch_of_statuses(lanes: int, batch: int, found: Figures) -> float:
    """How long one takes (seconds): one campaign a number is named by chance, looked up by two calls, and gets a page
    and a note of it, or a write for each status where there are few of it."""
    named = lanes * (1 - (1 - 1 / lanes) ** batch)
    reads, writes = 2 * named, min(2 * named, batch) if batch / named > FEW_BLOCKS else batch
    cpu = 3 * found.fold_cpu * batch + (reads + writes) * found.call_cpu
    waits = (reads / STATUS_READERS + writes / STATUS_WRITERS) * DYNAMODB_SECONDS
    return seconds("WebhookStatus", cpu, waits)


def swept(lanes: int, found: Figures, settings: Settings) -> float:
    """Messages a second of so many campaigns, each of which has its turn within a minute. A turn takes something of its
    own and something for each message of the last minutes."""
    fast = seconds("CampaignSweep", found.sweep_fast_cpu, found.sweep_fast_calls * DYNAMODB_SECONDS)
    slow = seconds("CampaignSweep", found.sweep_slow_cpu, found.sweep_slow_calls * DYNAMODB_SECONDS)
    a_message = (fast - slow) / (FAST_RATE - SLOW_RATE)
    own = max(0.0, slow - SLOW_RATE * a_message)
    return (most("CampaignSweep", settings) * 60 - lanes * own) / a_message


def stream_batch(function: str) -> int:
    """Records that one invocation gets of a stream."""
    triggers = FUNCTIONS[f"{function}Function"]["Events"].values()
    return max(int(one["Properties"]["BatchSize"]) for one in triggers if one["Type"] == "DynamoDB")


def limits(lanes: int, found: Figures, settings: Settings) -> list[Limit]:
    """Every limit of one cell in which so many numbers send, the lowest first."""
    return sorted(_limits(lanes, found, settings), key=lambda limit: limit.messages)


def _limits(lanes: int, found: Figures, settings: Settings) -> Iterator[Limit]:
    posts, batch = POSTS + REPLIES, settings.parameter("StatusBatchSize")
    quotas = "AWS Lambda quotas, 2026-11"
    receive = seconds("WebhookReceive", found.post_cpu, SQS_SECONDS)
    fold = batch_of_statuses(lanes, batch, found)
    block = seconds("WebhookCompact", found.block_cpu, DYNAMODB_SECONDS / BLOCK_WRITERS)
    inbound = seconds("WebhookInbound", found.inbound_cpu, found.inbound_calls * DYNAMODB_SECONDS + SQS_SECONDS)
    told = seconds("ApiChange", found.told_cpu, found.told_calls * DYNAMODB_SECONDS)
    bot = seconds("BotReply", found.bot_cpu, found.bot_calls * DYNAMODB_SECONDS + META_SECONDS)
    lane = memory_mb("CampaignLane") / VCPU_MB / found.lane_cpu
    working = min(lanes * LANES_OF_A_NUMBER, most("CampaignLane", settings))
    yield Limit("Meta: messages a second of a number", lanes * HIGHEST_RATE, "fixed", "Meta, throughput, 2026-11")
    yield Limit(
        "lanes: CPU of those that send at once",
        working * lane,
        "code",
        "0.73 ms of a core a message, at the function's memory; as many as LaneConcurrency",
    )
    yield Limit(
        "webhooks: synchronous calls of Lambda, ten a second for each of the quota",
        10 * settings.lambda_concurrency / posts,
        "quota",
        quotas,
    )
    yield Limit(
        "webhooks: what is set aside for the receiver",
        settings.parameter("WebhookReservedConcurrency") * min(10.0, 1 / receive) / posts,
        "parameter",
        "WebhookReservedConcurrency, in prod",
    )
    taken = posts * receive + POSTS * fold / batch + REPLIES * (inbound + told + ANSWERED * (bot + told))
    taken += BLOCK_WRITES * block
    yield Limit(
        "Lambda: concurrency of all functions", (settings.lambda_concurrency - working) / taken, "quota", quotas
    )
    readers = most("WebhookStatus", settings)
    yield Limit(
        "statuses: keeping them in journals",
        readers * batch / fold / POSTS,
        "parameter",
        "StatusConcurrency, StatusBatchSize",
    )
    # A poller holds one batch in hand while one is folded.
    yield Limit(
        "statuses: messages of a queue in flight (assumed: two batches a reader)",
        settings.in_flight / (2 * batch) * batch / fold / POSTS,
        "quota",
        "Amazon SQS quotas, 2026-11",
    )
    yield Limit(
        "statuses and claims: writes of the Sends table",
        settings.table_writes / (CAMPAIGN_MESSAGE_WRU + NOTE_WRU),
        "quota",
        "DynamoDB quotas, 2026-11; warm throughput must be set ahead of the start",
    )
    yield Limit(
        "inbound: storing what people write",
        most("WebhookInbound", settings) / inbound / REPLIES,
        "parameter",
        "InboundConcurrency",
    )
    yield Limit(
        "inbound: messages of a FIFO queue",
        settings.fifo_messages / REPLIES / 3,
        "quota",
        "Amazon SQS quotas, high throughput, by Region, 2026-11; send, receive and delete counted",
    )
    yield Limit(
        "inbound: writes of the Conversations table",
        settings.table_writes / (found.inbound_writes * REPLIES * (1 + ANSWERED)),
        "quota",
        "DynamoDB quotas, 2026-11",
    )
    yield Limit("bots: turns", most("BotReply", settings) / bot / (REPLIES * ANSWERED), "parameter", "BotConcurrency")
    tenants = max(1, lanes // LANES_PER_TENANT)
    told_in_one = stream_batch("ApiChange") / RECORDS_A_MESSAGE
    yield Limit(
        "feed: appends of a tenant",
        tenants * found.feed_appends * told_in_one / (REPLIES * (1 + ANSWERED)),
        "code",
        "a tenant's feed is one sequence; what a full batch of the stream tells it is one append",
    )
    yield Limit(
        "freezing: as fast as it is sent",
        most("CampaignLoad", settings) * min(1.0, memory_mb("CampaignLoad") / VCPU_MB) / found.load_cpu,
        "parameter",
        "LoadConcurrency",
    )
    yield Limit(
        "compaction: folding journals into blocks",
        most("WebhookCompact", settings) / block / BLOCK_WRITES,
        "parameter",
        "CompactConcurrency; who is behind folds more pages into each block, and fewer blocks a message",
    )
    yield Limit(
        "sweep: a turn a minute for the campaign of each number",
        swept(lanes, found, settings),
        "parameter",
        "SweepConcurrency",
    )


def first(lanes: int, found: Figures, settings: Settings) -> Limit:
    """The limit that is reached first."""
    return limits(lanes, found, settings)[0]
