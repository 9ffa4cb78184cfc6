"""`gauges`: what AWS counts of the deployment itself, where our functions can count nothing: what failed or was
throttled, and what waits."""

import argparse
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb
from infra.ops.letters import count

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
    found = _counted(desk, args.minutes)
    dead = set(desk.stack.dead_letters.values())
    waiting = {name: count(desk, url) for name, url in sorted(desk.stack.queues.items()) if url not in dead}
    return {
        "minutes": args.minutes,
        "functions": [{"function": name, **counts, **_code(desk, name)} for name, counts in found[_FUNCTIONS].items()],
        "tables": [{"table": name, **counts} for name, counts in found[_TABLES].items()],
        "queues": {name: many for name, many in waiting.items() if many},
    }


def _counted(desk: Desk, minutes: int) -> dict[str, dict[str, dict[str, int]]]:
    """What is not nought: kind of resource → its name → its counts."""
    cloudwatch: Any = desk.database.session.create_client("cloudwatch")
    now = datetime.fromtimestamp(desk.now / 1000, UTC)
    asked = dict(enumerate(metrics(_functions(desk), desk.stack.tables.values())))
    found: dict[str, dict[str, dict[str, int]]] = {kind: {} for kind in _COUNTS}
    answer = cloudwatch.get_metric_data(
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
    cloudformation = cast("Any", desk.database.session.create_client("cloudformation"))
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=desk.stack.name):
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
    found = cast("Any", desk.database.session.create_client("lambda")).get_function_configuration(FunctionName=function)
    return {"code_since": found["LastModified"], "code": found["CodeSha256"][:8]}
