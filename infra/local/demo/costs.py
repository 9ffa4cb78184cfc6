"""What a campaign would cost on AWS, worked out from what was counted while it ran.

Counted (`infra/local/tally.py`, and the REPORT lines in the functions' logs): requests to function URLs by their path,
invocations and their durations, API calls to SQS, KMS, S3, Secrets Manager and Scheduler, DynamoDB capacity.
Added: one ReceiveMessage and one DeleteMessageBatch for every invocation by a queue, which ministack makes without a
call. Left out: API calls of the demo itself, egress, logs, storage, and what idle queues cost.
"""

import json
import re
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.cloud import LocalCloud
from infra.local.tally import PATH

# AWS price pages, us-east-1, on demand, read 2026-11: dollars per million, or per GB-second (arm64).
_MILLION = 1_000_000
FUNCTION_URL_REQUEST = 0.0  # the invocation is all
LAMBDA_REQUEST = 0.20
GB_SECOND = 0.0000133334
SQS_REQUEST = 0.40
WRITE_UNIT = 0.625
READ_UNIT = 0.125
KMS_REQUEST = 3.00
S3_REQUEST = 5.00
SECRET_REQUEST = 5.00
SCHEDULE = 1.00

_REPORT = re.compile(r"Duration: (\d+) ms\tBilled Duration: \d+ ms\tMemory Size: (\d+) MB")
_TENANTS = ("Api", "ApiAuthorizer", "ApiImport", "ApiUpkeep")
"""Functions that run for calls of the tenant, here of the demo, or for sign-ups."""
_NOT_BY_QUEUE = ("WebhookReceive", "BillingReceive", "CampaignDue", "WebhookCompactDue", "ApiChange")


@dataclass(frozen=True, slots=True)
class Usage:
    """Sums since the local cloud started."""

    calls: Counter[str]
    http: Counter[str]
    write_units: float
    read_units: float

    @classmethod
    def read(cls, cloud: LocalCloud) -> "Usage":
        with urllib.request.urlopen(f"{cloud.endpoint}{PATH}", timeout=30) as answer:
            sums: Mapping[str, Mapping[str, float]] = json.load(answer)
        calls, http = ({name: int(n) for name, n in sums[kind].items()} for kind in ("calls", "http"))
        return cls(Counter(calls), Counter(http), sum(sums["write_units"].values()), sum(sums["read_units"].values()))

    def since(self, before: "Usage") -> "Usage":
        """What came after an earlier reading."""
        return Usage(
            self.calls - before.calls,
            self.http - before.http,
            self.write_units - before.write_units,
            self.read_units - before.read_units,
        )

    def of(self, service: str) -> int:
        """Calls to one service."""
        return sum(count for name, count in self.calls.items() if name.startswith(f"{service}."))


@dataclass(frozen=True, slots=True)
class Invocations:
    """Of one function: how many, and GB-seconds as measured here."""

    count: int
    gb_seconds: float


def invocations(cloud: LocalCloud, since: float, until: float) -> dict[str, Invocations]:
    """By function, the stack's name cut off, from the REPORT lines logged between two moments (epoch s)."""
    logs = cloud.client("logs")
    found: dict[str, Invocations] = {}
    for group in logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName"):
        events = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int(since * 1000), endTime=int(until * 1000), filterPattern="REPORT"
        )
        matches = [m for page in events for event in page["events"] if (m := _REPORT.search(event["message"]))]
        if matches:
            seconds = sum(int(m[1]) / 1000 * int(m[2]) / 1024 for m in matches)
            found[group.rpartition("-")[2]] = Invocations(len(matches), seconds)
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill; `price` is dollars for one `unit`."""

    name: str
    amount: float
    unit: str
    price: float

    @property
    def dollars(self) -> float:
        return self.amount * self.price


def bill(used: Usage, ran: Mapping[str, Invocations], reads_of_the_demo: float) -> list[Line]:
    """The campaign's bill. `reads_of_the_demo` are read units that its display caused."""
    ours = {name: run for name, run in ran.items() if name not in _TENANTS}
    invoked = sum(run.count for run in ours.values())
    polled = 2 * sum(run.count for name, run in ours.items() if name not in _NOT_BY_QUEUE)
    webhooks = sum(count for route, count in used.http.items() if "/webhooks/" in route)
    return [
        Line("Function URL, webhooks", webhooks, "requests", FUNCTION_URL_REQUEST),
        Line("Lambda, invocations", invoked, "requests", LAMBDA_REQUEST / _MILLION),
        Line("Lambda, time", sum(run.gb_seconds for run in ours.values()), "GB-s", GB_SECOND),
        Line("SQS", used.of("sqs") + polled, "requests", SQS_REQUEST / _MILLION),
        Line("DynamoDB, writes", used.write_units, "WRU", WRITE_UNIT / _MILLION),
        Line("DynamoDB, reads", max(0.0, used.read_units - reads_of_the_demo), "RRU", READ_UNIT / _MILLION),
        Line("KMS", used.of("kms"), "requests", KMS_REQUEST / _MILLION),
        Line("Secrets Manager", used.of("secretsmanager"), "requests", SECRET_REQUEST / _MILLION),
        Line("S3", used.of("s3"), "requests", S3_REQUEST / _MILLION),
        Line("Scheduler", 1, "requests", SCHEDULE / _MILLION),
    ]
