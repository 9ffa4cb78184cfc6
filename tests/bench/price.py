"""What AWS bills, all of it, for a campaign message, an inbound message, a bot's answer, a polling console and an idle
month: list prices, no free tier, no discount. What is counted or measured is so in this run (tests/bench/priced_work);
what is assumed says so in its line. What Meta charges comes on top, and is many times that.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from infra.packaging.target import ROOT
from shared.domain.webhooks.recipient_outcomes import MOST_PEOPLE
from shared.store.campaigns.status_journal import PARTITIONS
from tests.bench.parts import folding
from tests.bench.priced_work import Measured, Work, measure
from tests.support.capacity import CAMPAIGN_MESSAGE_WRU
from tests.support.cell_figures import (
    BLOCK_WRITERS,
    BLOCK_WRITES,
    DYNAMODB_SECONDS,
    FUNCTIONS,
    META_SECONDS,
    POSTS,
    SQS_SECONDS,
    TEMPLATE,
    VCPU_MB,
    Figures,
    default,
    memory_mb,
)
from tests.support.dynoxide import BINARY, MISSING
from tests.support.status_traffic import LANE_RATE, Batches
from tests.support.template import resources

MILLION, GB = 1_000_000, 1e9

# us-east-1, AWS's price pages as of 2026-11-23, in dollars.
HTTP_API_CALL = 1.00 / MILLION
LAMBDA_CALL, LAMBDA_GB_SECOND = 0.20 / MILLION, 0.0000133334  # arm64
SQS_CALL, SQS_FIFO_CALL, SQS_FAIR_SURCHARGE = 0.40 / MILLION, 0.50 / MILLION, 0.10 / MILLION
WRITE_UNIT, READ_UNIT = 0.625 / MILLION, 0.125 / MILLION
STORED_GB_MONTH = 0.25
KMS_KEY_MONTH, KMS_CALL, SECRET_MONTH, EGRESS_GB = 1.00, 0.03 / 10_000, 0.40, 0.09
# The same pages, from memory and not looked up again.
POINT_IN_TIME_GB_MONTH = 0.20
LOGS_GB, LOGS_GB_MONTH = 0.50, 0.03
TRACE, ALARM_MONTH, METRIC_MONTH, SCHEDULED = 5.00 / MILLION, 0.10, 0.30, 1.00 / MILLION
COMPOSITE_MONTH, DASHBOARD_MONTH = 0.50, 3.00

RRU = 0.5 + 2 * 3 / 72 + 0.25 + 0.5
"""Per message: blocks and opt-outs while sending, the consumers' look-ups, the reports, whose user id is known."""
FIRST_WRU = 1.0
"""For a person who gets their first message: their user id is kept."""
BLOCK_CPU = Figures().block_cpu
ENTRY_BYTES, ENTRY_COMPRESSED = 72, 22
"""Of a person in an event, as JSON, and as the feed and the log of deliveries keep it."""
SEND_BYTES, ANSWER_BYTES = 1_400, 250
"""Assumed, on the wire: a template message that goes to Meta; the answer to a webhook, with its headers."""
TRACED = 0.05
"""X-Ray's default rule: one request a second, and 5 % of the others."""
PLATFORM_LINES = 300
"""Bytes of Lambda's own start, end and report of an invocation."""
BLOCK_MONTHS, MESSAGE_MONTHS = 3, 13
"""How long what is counted as stored stays: blocks 90 days, messages 400."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    arithmetic: str
    dollars: float
    """For a million, or for the whole of a month or an hour."""


def gb_seconds(function: str, cpu: float, waits: float = 0.0) -> float:
    """Of one invocation: CPU takes longer on a part of a vCPU, waiting does not."""
    mb = memory_mb(function)
    return (cpu / min(1.0, mb / VCPU_MB) + waits) * mb / 1024


def lambda_lines(function: str, cpu: float, waits: float, invocations: float = 1.0) -> Iterator[Line]:
    """For a million of what takes so many invocations, each with this CPU and these waits (seconds)."""
    each = gb_seconds(function, cpu, waits)
    calls, time = invocations * MILLION * LAMBDA_CALL, invocations * MILLION * each * LAMBDA_GB_SECOND
    what = f"{invocations:g} x ({cpu * 1e3:.2f} ms CPU + {waits * 1e3:.0f} ms waiting, {memory_mb(function)} MB)"
    yield Line(f"{function}: calls and time", what, calls + time)
    if default("Tracing") == "Active":
        yield Line(f"{function}: traces", f"{invocations:g} x {TRACED:.0%}", invocations * MILLION * TRACED * TRACE)
    if default("PlatformLogLevel") == "INFO":
        dollars = invocations * MILLION * PLATFORM_LINES / GB * LOGS_GB
        yield Line(f"{function}: platform's log lines", f"{invocations:g} x {PLATFORM_LINES} B", dollars)


def database_line(name: str, writes: float, reads: float) -> Line:
    return Line(name, f"{writes:.2f} WRU, {reads:.2f} RRU", MILLION * (writes * WRITE_UNIT + reads * READ_UNIT))


def log_line(size: float) -> Line:
    return Line("logs", f"{size:.0f} B, and a month's keeping", MILLION * size / GB * (LOGS_GB + LOGS_GB_MONTH))


def egress_line(size: float) -> Line:
    return Line("egress", f"{size:.0f} B", MILLION * size / GB * EGRESS_GB)


def stored_line(size: float, months: int) -> Line:
    dollars = MILLION * size / GB * months * (STORED_GB_MONTH + POINT_IN_TIME_GB_MONTH)
    return Line("storage, point-in-time recovery", f"{size:.0f} B x {months} months", dollars)


def front_door(posts: float) -> Line:
    """The way of Meta's webhooks: the receiver's function URL if it has one, else the HTTP API."""
    urls = resources(TEMPLATE, "AWS::Lambda::Url").values()
    if any(url["TargetFunctionArn"] == {"Fn::GetAtt": ["WebhookReceiveFunction", "Arn"]} for url in urls):
        return Line("function URL", f"{posts:g} POSTs, which cost nothing beside Lambda", 0.0)
    return Line("HTTP API", f"{posts:g} POSTs", posts * MILLION * HTTP_API_CALL)


def waits_of(work: Work) -> float:
    return work.calls * DYNAMODB_SECONDS


def campaign_message(found: Measured, fold: float) -> list[Line]:
    status = found.status_post
    queue = POSTS * MILLION * (1.2 * SQS_CALL + SQS_FAIR_SURCHARGE)
    # Of one number: what its pollers find in the window, a page of it and a note of that.
    batch = Batches(LANE_RATE, int(default("StatusBatchSize"))).statuses
    compactions = 1 / (LANE_RATE * int(default("StatusCompactionSeconds")))
    blocks = BLOCK_WRITES / compactions
    # The stored block, and a status block with its notes of at most 1 KB for 80 people.
    kept = found.recipient_stored + 1024 / 80
    return [
        front_door(POSTS),
        *lambda_lines("WebhookReceive", status.cpu, SQS_SECONDS, POSTS),
        Line("status queue, fair", f"{POSTS} x (send, and 0.2 to receive and delete)", queue),
        *lambda_lines("WebhookStatus", 3 * fold * batch, 2 * DYNAMODB_SECONDS, POSTS / batch),
        *lambda_lines("WebhookCompact", blocks * BLOCK_CPU, blocks / BLOCK_WRITERS * DYNAMODB_SECONDS, compactions),
        *lambda_lines("CampaignLane", 0.0, 840.0, 1 / (72 * 840)),
        database_line("DynamoDB", CAMPAIGN_MESSAGE_WRU, RRU),
        log_line(POSTS * status.log_bytes + 400 * POSTS / batch),
        egress_line(SEND_BYTES + POSTS * ANSWER_BYTES),
        stored_line(kept, BLOCK_MONTHS),
    ]


def told_of_people(found: Measured) -> list[Line]:
    """What campaign messages cost more where an endpoint asks what each person got; nothing where none does."""
    events, entries = POSTS / MOST_PEOPLE, POSTS
    # Handed to the queue, taken from it, and so again as a delivery: each in pieces of 64 KB.
    pieces = 2 * 3 * max(events, entries * ENTRY_BYTES / 65_536)
    compressed = entries * ENTRY_COMPRESSED / 1024
    time = BLOCK_WRITES * gb_seconds("WebhookCompact", BLOCK_CPU, DYNAMODB_SECONDS / BLOCK_WRITERS)
    return [
        Line("WebhookCompact: time", f"{BLOCK_WRITES} blocks read", MILLION * time * LAMBDA_GB_SECOND),
        database_line("DynamoDB: whom a block is of", 0.0, 2 * BLOCK_WRITES),
        Line("webhook queue, fair", f"{pieces:.4f} calls", pieces * MILLION * (SQS_CALL + SQS_FAIR_SURCHARGE)),
        *lambda_lines("ApiDeliver", found.told.cpu, waits_of(found.told) + SQS_SECONDS, 2 * events),
        database_line("DynamoDB: event feed, and log of deliveries", 2 * compressed, events),
        egress_line(entries * ENTRY_BYTES),
    ]


def inbound_message(found: Measured, message: Work) -> list[Line]:
    """A person writes, and the tenant's console is told; the bot's turn is queued and not answered."""
    sent = sum(message.queued.get(queue, 0.0) for queue in ("inbound", "bot"))
    return [
        front_door(1),
        *lambda_lines("WebhookReceive", found.status_post.cpu, SQS_SECONDS),
        Line("queues, FIFO", f"{sent:.2f} x (send, receive, delete)", 3 * sent * MILLION * SQS_FIFO_CALL),
        *lambda_lines("WebhookInbound", message.cpu, waits_of(message) + SQS_SECONDS),
        *lambda_lines("ApiChange", found.told.cpu, waits_of(found.told)),
        database_line("DynamoDB: message", message.writes, message.reads),
        database_line("DynamoDB: event feed", found.told.writes, found.told.reads),
        log_line(message.log_bytes + found.told.log_bytes),
        egress_line(ANSWER_BYTES),
        stored_line(found.message_stored, MESSAGE_MONTHS),
    ]


def bot_answer(found: Measured) -> list[Line]:
    """What an answer adds to the message that it answers; its statuses are those of any message."""
    bot, told = found.bot_answer, found.told
    queue = POSTS * MILLION * (1.2 * SQS_CALL + SQS_FAIR_SURCHARGE)
    return [
        *lambda_lines("BotReply", bot.cpu, waits_of(bot) + META_SECONDS),
        Line("KMS", f"{bot.decrypts:.2f} openings of the token", bot.decrypts * MILLION * KMS_CALL),
        database_line("DynamoDB: turn and answer", bot.writes, bot.reads),
        *lambda_lines("ApiChange", told.cpu, waits_of(told)),
        database_line("DynamoDB: event feed", told.writes, told.reads),
        front_door(POSTS),
        *lambda_lines("WebhookReceive", found.status_post.cpu, SQS_SECONDS, POSTS),
        Line("status queue, fair", f"{POSTS} x (send, and 0.2 to receive and delete)", queue),
        database_line("DynamoDB: statuses, one write each", POSTS, POSTS),
        log_line(bot.log_bytes + told.log_bytes),
        egress_line(SEND_BYTES + POSTS * ANSWER_BYTES),
        stored_line(found.message_stored, MESSAGE_MONTHS),
    ]


def console_hour(found: Measured, seconds: int) -> list[Line]:
    """One console that asks for news every so many seconds and hears of none."""
    asks, poll = 3600 / seconds, found.poll
    share = asks / MILLION
    lines = [
        Line("HTTP API", f"{asks:g} calls", MILLION * HTTP_API_CALL),
        *lambda_lines("Api", poll.cpu, waits_of(poll)),
        database_line("DynamoDB", poll.writes, poll.reads),
        log_line(poll.log_bytes),
        egress_line(found.poll_bytes + ANSWER_BYTES),
    ]
    return [
        *(Line(line.name, line.arithmetic, line.dollars * share) for line in lines),
        *(
            Line(line.name, f"60 of {line.arithmetic}", line.dollars * 60 / MILLION)
            for line in lambda_lines("ApiAuthorizer", 0.002, 2 * DYNAMODB_SECONDS)
        ),
    ]


def idle_month() -> list[Line]:
    """Nothing happens; only what runs or stands by itself."""
    events = [event for function in FUNCTIONS.values() for event in function.get("Events", {}).values()]
    polled = [event["Properties"]["Queue"]["Fn::GetAtt"][0] for event in events if event["Type"] == "SQS"]
    queues = resources(TEMPLATE, "AWS::SQS::Queue")
    fifo = sum(bool(queues[name].get("FifoQueue")) for name in polled)
    polls = 5 * 30 * 24 * 3600 / 20
    alarms, keys = len(resources(TEMPLATE, "AWS::CloudWatch::Alarm")), len(resources(TEMPLATE, "AWS::KMS::Key"))
    minutes, sweep = 30 * 24 * 60, gb_seconds("CampaignDue", 0.015, 18 * DYNAMODB_SECONDS)
    due = gb_seconds("WebhookCompactDue", 0.005, PARTITIONS * DYNAMODB_SECONDS)
    return [
        Line("alarms", f"{alarms} x ${ALARM_MONTH:.2f}", alarms * ALARM_MONTH),
        Line("composite alarm and dashboard", "one of each", COMPOSITE_MONTH + DASHBOARD_MONTH),
        Line("keys and secrets", f"{keys} keys, 3 secrets", keys * KMS_KEY_MONTH + 3 * SECRET_MONTH),
        Line(
            "polling of queues",
            f"{len(polled)} queues x 5 pollers x 20 s, {fifo} of them FIFO",
            polls * ((len(polled) - fifo) * SQS_CALL + fifo * SQS_FIFO_CALL),
        ),
        Line(
            "sweep, every minute",
            f"{minutes:,} runs and schedules, assumed 15 ms CPU and 18 reads",
            minutes * (LAMBDA_CALL + SCHEDULED + sweep * LAMBDA_GB_SECOND + 9.5 * READ_UNIT),
        ),
        Line(
            "journals that are due, every minute",
            f"{minutes:,} runs and schedules, assumed 5 ms CPU, and {PARTITIONS} reads",
            minutes * (LAMBDA_CALL + SCHEDULED + due * LAMBDA_GB_SECOND + PARTITIONS * 0.5 * READ_UNIT),
        ),
    ]


def counted_names() -> int:
    """Different metrics that functions count: each is paid for in the hours in which it occurs."""
    sources = chain((ROOT / "functions").rglob("*.py"), (ROOT / "shared").rglob("*.py"))
    return len({name for path in sources for name in re.findall(r'count\(\s*f?"([A-Z]\w+)"', path.read_text())})


def show(title: str, lines: Sequence[Line], digits: int = 3) -> float:
    total = sum(line.dollars for line in lines)
    print(f"\n{title}")
    for line in lines:
        print(f"  {line.name:34} {line.arithmetic:62} ${line.dollars:8.{digits}f}")
    print(f"  {'all':34} {'':62} ${total:8.{digits}f}")
    return total


def main() -> None:
    if not BINARY.exists():
        print(MISSING)
        return
    found, fold = measure(), folding()
    campaign = show("a million campaign messages, with their statuses", campaign_message(found, fold))
    first = campaign + FIRST_WRU * MILLION * WRITE_UNIT
    print(f"  {'when all are first ones':34} {f'and {FIRST_WRU} WRU':62} ${first:8.3f}")
    show("and where an endpoint asks what each person got, these add", told_of_people(found))
    show("a million inbound messages of people who wrote before", inbound_message(found, found.next_message))
    show("a million inbound messages of people who never wrote", inbound_message(found, found.first_message))
    show("a million bot answers, with their statuses", bot_answer(found))
    show("an hour of a console that asks every two seconds", console_hour(found, 2), digits=5)
    show("an idle month", idle_month())
    names = counted_names()
    print(
        f"  in a month in which each of {names} metrics occurs in every hour, they come to ${names * METRIC_MONTH:.2f}"
    )
