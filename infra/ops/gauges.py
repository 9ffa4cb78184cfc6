"""`gauges`: what AWS counts of the deployment itself, where our functions can count nothing: what failed or was
throttled, and what waits."""

import argparse
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb
from infra.ops.letters import count

T = TypeVar("T")
_AT_ONCE = 32
_MOST = 500
"""Amazon CloudWatch, GetMetricData: metrics in one call."""
_PERIOD_SECONDS = 60
_FUNCTIONS, _TABLES = "AWS::Lambda::Function", "AWS::DynamoDB::Table"
_COUNTS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    _FUNCTIONS: ("AWS/Lambda", "FunctionName", {"errors": "Errors", "throttles": "Throttles"}),
    _TABLES: (
        "AWS/DynamoDB",
        "TableName",
        {"reads_throttled": "ReadThrottleEvents", "writes_throttled": "WriteThrottleEvents"},
    ),
}


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "gauges", "what AWS counts of the deployment")
    verb = add_verb(verbs, "list", _list, "functions that failed, what was throttled, what waits; the rest is left out")
    verb.add_argument("--minutes", type=int, default=15, help="how far back to look")


def _list(desk: Desk, args: argparse.Namespace) -> Answer:
    """What AWS does not answer (each client waits for half a minute) is named, and all else is shown."""
    dead = set(desk.stack.dead_letters.values())
    urls = {name: url for name, url in sorted(desk.stack.queues.items()) if url not in dead}
    silent: dict[str, str] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        counting = pool.submit(_counted, desk, args.minutes)
        waiting = {name: pool.submit(count, desk, url) for name, url in urls.items()}
        found = _got(counting, "functions and tables", silent) or {kind: {} for kind in _COUNTS}
        queues = {name: _got(many, name, silent) for name, many in waiting.items()}
        asked = {name: pool.submit(_code, desk, name) for name in found[_FUNCTIONS]}
        code: dict[str, Answer | None] = {name: _got(one, name, silent) for name, one in asked.items()}
    return {
        "minutes": args.minutes,
        "functions": [{"function": name, **counts, **(code[name] or {})} for name, counts in found[_FUNCTIONS].items()],
        "tables": [{"table": name, **counts} for name, counts in found[_TABLES].items()],
        "queues": {name: many for name, many in queues.items() if many},
        **({"not_answered": silent, "failed": True} if silent else {}),
    }


def _got(asked: Future[T], what: str, silent: dict[str, str]) -> T | None:
    """None for what AWS did not answer, which is noted with why."""
    try:
        return asked.result()
    except (ClientError, BotoCoreError) as error:
        silent[what] = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        return None


def _counted(desk: Desk, minutes: int) -> dict[str, dict[str, dict[str, int]]]:
    """What is not nought: kind of resource → its name → its counts."""
    now = datetime.fromtimestamp(desk.now / 1000, UTC)
    asked = dict(enumerate(metrics(_functions(desk), desk.stack.tables.values())))
    found: dict[str, dict[str, dict[str, int]]] = {kind: {} for kind in _COUNTS}
    answer = desk.aws.named("cloudwatch").get_metric_data(
        StartTime=now - timedelta(minutes=minutes),
        EndTime=now,
        MetricDataQueries=[_query(f"m{n}", *metric) for n, metric in asked.items()][:_MOST],
    )
    for result in answer["MetricDataResults"]:
        kind, name, label = asked[int(result["Id"].removeprefix("m"))]
        if total := int(sum(result["Values"])):
            found[kind].setdefault(name, {})[label] = total
    return found


def metrics(functions: Iterable[str], tables: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """(kind of resource, its name, what is counted of it). `tables` are those in use: after a restore, those that the
    stack made are not."""
    for kind, names in ((_FUNCTIONS, functions), (_TABLES, tables)):
        for name in names:
            for label in _COUNTS[kind][2]:
                yield kind, name, label


def _functions(desk: Desk) -> Iterator[str]:
    pages = desk.aws.named("cloudformation").get_paginator("list_stack_resources").paginate(StackName=desk.stack.name)
    for page in pages:
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] == _FUNCTIONS:
                yield one["PhysicalResourceId"]


def _query(query_id: str, kind: str, name: str, label: str) -> dict[str, object]:
    namespace, dimension, counts = _COUNTS[kind]
    metric = {
        "Namespace": namespace,
        "MetricName": counts[label],
        "Dimensions": [{"Name": dimension, "Value": name}],
    }
    return {"Id": query_id, "MetricStat": {"Metric": metric, "Period": _PERIOD_SECONDS, "Stat": "Sum"}}


def _code(desk: Desk, function: str) -> Answer:
    """Since when it runs what it runs: an error that began then is the deployment's."""
    found = desk.aws.named("lambda").get_function_configuration(FunctionName=function)
    return {"code_since": found["LastModified"], "code": found["CodeSha256"][:8]}
