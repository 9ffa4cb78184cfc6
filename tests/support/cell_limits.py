"""Which limit a cell meets first, and at how many campaign messages a second.

A limit is a number with a source; what one message takes of it is measured (by `make bench ARGS=load` in its own run,
or as `Figures` states it) or assumed, and says so. A limit is of a kind: a `quota` AWS raises on
request, `fixed` nobody raises, a `parameter` is set when the stack is deployed, `code` is what our code or a number in
the template comes to. They are worked out twice: for a new account, and for a cell that was given the quotas which
infra/README.md says to ask for, with the parameters it says to set.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from functions.webhook_ingest.statuses.logic.journalling import FEW_BLOCKS
from tests.support.capacity import CAMPAIGN_MESSAGE_WRU
from tests.support.cell_figures import (
    ANSWERED,
    BLOCK_WRITERS,
    BLOCK_WRITES,
    DYNAMODB_SECONDS,
    FAST_RATE,
    FUNCTIONS,
    HIGHEST_RATE,
    LANES_OF_A_NUMBER,
    LANES_PER_TENANT,
    META_SECONDS,
    POSTS,
    RECORDS_A_MESSAGE,
    REPLIES,
    SLOW_RATE,
    SQS_SECONDS,
    STATUS_READERS,
    STATUS_WRITERS,
    VCPU_MB,
    Figures,
    Settings,
    memory_mb,
)

Kind = Literal["quota", "fixed", "parameter", "code"]


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
    times = Times.of(lanes, found, settings)
    yield from _of_campaigns(lanes, found, settings)
    yield from _of_webhooks(times, settings)
    yield from _of_statuses(times, settings)
    yield from _of_people(lanes, times, found, settings)


@dataclass(frozen=True, slots=True)
class Times:
    """How long one invocation of each lasts (seconds); of statuses, one batch of so many."""

    receive: float
    fold: float
    block: float
    inbound: float
    told: float
    bot: float
    batch: int
    lanes: float
    """Those that work at a time."""

    @classmethod
    def of(cls, lanes: int, found: Figures, settings: Settings) -> "Times":
        batch = settings.parameter("StatusBatchSize")
        return cls(
            receive=seconds("WebhookReceive", found.post_cpu, SQS_SECONDS),
            fold=batch_of_statuses(lanes, batch, found),
            block=seconds("WebhookCompact", found.block_cpu, DYNAMODB_SECONDS / BLOCK_WRITERS),
            inbound=seconds("WebhookInbound", found.inbound_cpu, found.inbound_calls * DYNAMODB_SECONDS + SQS_SECONDS),
            told=seconds("ApiChange", found.told_cpu, found.told_calls * DYNAMODB_SECONDS),
            bot=seconds("BotReply", found.bot_cpu, found.bot_calls * DYNAMODB_SECONDS + META_SECONDS),
            batch=batch,
            lanes=_working(lanes, settings),
        )

    def of_a_message(self) -> float:
        """All that follows from a campaign message, lanes aside."""
        inbound = self.inbound + self.told + ANSWERED * (self.bot + self.told)
        statuses = POSTS * self.fold / self.batch + BLOCK_WRITES * self.block
        return (POSTS + REPLIES) * self.receive + statuses + REPLIES * inbound


def _working(lanes: int, settings: Settings) -> int:
    return min(lanes * LANES_OF_A_NUMBER, most("CampaignLane", settings))


def _of_campaigns(lanes: int, found: Figures, settings: Settings) -> Iterator[Limit]:
    yield Limit("Meta: messages a second of a number", lanes * HIGHEST_RATE, "fixed", "Meta, throughput, 2026-11")
    yield Limit(
        "lanes: CPU of those that send at once",
        _working(lanes, settings) * memory_mb("CampaignLane") / VCPU_MB / found.lane_cpu,
        "code",
        "0.73 ms of a core a message, at the function's memory; as many as LaneConcurrency",
    )
    yield Limit(
        "freezing: as fast as it is sent",
        most("CampaignLoad", settings) * min(1.0, memory_mb("CampaignLoad") / VCPU_MB) / found.load_cpu,
        "parameter",
        "LoadConcurrency",
    )
    yield Limit(
        "sweep: a turn a minute for the campaign of each number",
        swept(lanes, found, settings),
        "parameter",
        "SweepConcurrency",
    )


def _of_webhooks(times: Times, settings: Settings) -> Iterator[Limit]:
    posts, quotas = POSTS + REPLIES, "AWS Lambda quotas, 2026-11"
    yield Limit(
        "webhooks: synchronous calls of Lambda, ten a second for each of the quota",
        10 * settings.lambda_concurrency / posts,
        "quota",
        quotas,
    )
    yield Limit(
        "webhooks: what is set aside for the receiver",
        settings.parameter("WebhookReservedConcurrency") * min(10.0, 1 / times.receive) / posts,
        "parameter",
        "WebhookReservedConcurrency, in prod",
    )
    yield Limit(
        "Lambda: concurrency of all functions",
        (settings.lambda_concurrency - times.lanes) / times.of_a_message(),
        "quota",
        quotas,
    )


def _of_statuses(times: Times, settings: Settings) -> Iterator[Limit]:
    yield Limit(
        "statuses: keeping them in journals",
        most("WebhookStatus", settings) * times.batch / times.fold / POSTS,
        "parameter",
        "StatusConcurrency, StatusBatchSize",
    )
    # A poller holds one batch in hand while one is folded.
    yield Limit(
        "statuses: messages of a queue in flight (assumed: two batches a reader)",
        settings.in_flight / 2 / times.fold / POSTS,
        "quota",
        "Amazon SQS quotas, 2026-11",
    )
    yield Limit(
        "statuses and claims: writes of the Sends table",
        settings.table_writes / CAMPAIGN_MESSAGE_WRU,
        "quota",
        "DynamoDB quotas, 2026-11; warm throughput must be set ahead of the start",
    )
    yield Limit(
        "compaction: folding journals into blocks",
        most("WebhookCompact", settings) / times.block / BLOCK_WRITES,
        "parameter",
        "CompactConcurrency; who is behind folds more pages into each block, and fewer blocks a message",
    )


def _of_people(lanes: int, times: Times, found: Figures, settings: Settings) -> Iterator[Limit]:
    """Of what people write, what is answered, and what their businesses are told."""
    yield Limit(
        "inbound: storing what people write",
        most("WebhookInbound", settings) / times.inbound / REPLIES,
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
    yield Limit(
        "bots: turns", most("BotReply", settings) / times.bot / (REPLIES * ANSWERED), "parameter", "BotConcurrency"
    )
    tenants = max(1, lanes // LANES_PER_TENANT)
    told_in_one = stream_batch("ApiChange") / RECORDS_A_MESSAGE
    yield Limit(
        "feed: appends of a tenant",
        tenants * found.feed_appends * told_in_one / (REPLIES * (1 + ANSWERED)),
        "code",
        "a tenant's feed is one sequence; what a full batch of the stream tells it is one append",
    )


def first(lanes: int, found: Figures, settings: Settings) -> Limit:
    """The limit that is reached first."""
    return limits(lanes, found, settings)[0]
