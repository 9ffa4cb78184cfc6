"""An alarm of the template, and whether what was counted is enough for it.

The deployed stack says what the alarm watches and when it is on; nothing of that is written down a second time. The
local CloudWatch does not put alarms on by itself, so what it would be told is read where it stands: facts of the
functions in their logs (CloudWatch's embedded metric format), those of Lambda and DynamoDB in the local CloudWatch, the
length of a queue at the queue.
"""

import json
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from infra.local.cloud import STACK, LocalCloud

Sample = tuple[float, float]
"""When (epoch s), and how much."""
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
}
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max}
_QUEUES, _OF_AWS = "AWS/SQS", "AWS/"
_WAITING = {"ApproximateNumberOfMessagesVisible": "ApproximateNumberOfMessages"}
"""What SQS calls at the queue what it calls otherwise in CloudWatch."""
_RUNBOOK = "Runbook: "


@dataclass(frozen=True, slots=True)
class Alarm:
    """`period` is seconds; it is on when `needed` of `periods` in a row are over it. `section` is the runbook's."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    period: int
    periods: int
    needed: int
    threshold: float
    comparison: str
    section: str

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Self:
        """From what the template or DescribeAlarms says. Raises ValueError for an alarm of a kind that is not read
        here."""
        statistic, comparison = properties["Statistic"], properties["ComparisonOperator"]
        if statistic not in _STATISTICS or comparison not in _COMPARISONS:
            raise ValueError(f"an alarm on {statistic} {comparison} is not read here")
        return cls(
            namespace=properties["Namespace"],
            metric=properties["MetricName"],
            dimensions={one["Name"]: one["Value"] for one in properties.get("Dimensions", ())},
            statistic=statistic,
            period=int(properties["Period"]),
            periods=int(properties["EvaluationPeriods"]),
            needed=int(properties.get("DatapointsToAlarm") or properties["EvaluationPeriods"]),
            threshold=float(properties["Threshold"]),
            comparison=comparison,
            section=properties["AlarmDescription"].rpartition(_RUNBOOK)[2].removesuffix("."),
        )

    def __str__(self) -> str:
        rows = f", {self.needed} times of {self.periods}" if self.periods > 1 else ""
        sign = ">" if self.comparison == "GreaterThanThreshold" else ">="
        return f"{self.namespace} {self.metric}, {self.statistic} of {self.period} s {sign} {self.threshold:g}{rows}"

    def met(self, samples: Iterable[Sample]) -> float | None:
        """The figure with which it went on, None while it is off. A period without counts is not over it."""
        over = _COMPARISONS[self.comparison]
        reached: list[int] = []
        for period, value in sorted(self._by_period(samples).items()):
            if not over(value, self.threshold):
                continue
            reached = [earlier for earlier in reached if earlier > period - self.periods] + [period]
            if len(reached) >= self.needed:
                return value
        return None

    def _by_period(self, samples: Iterable[Sample]) -> dict[int, float]:
        found: defaultdict[int, list[float]] = defaultdict(list)
        for at, value in samples:
            found[int(at // self.period)].append(value)
        return {period: _STATISTICS[self.statistic](values) for period, values in found.items()}


def deployed(cloud: LocalCloud, logical_id: str) -> Alarm:
    """The alarm that the template calls so, as it was deployed."""
    resource = cloud.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=logical_id)
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    (found,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name.rpartition(":")[2]])["MetricAlarms"]
    return Alarm.of(found)


def counted(cloud: LocalCloud, alarm: Alarm, since: float) -> list[Sample]:
    """What was counted of its metric from `since` (epoch s) to now."""
    if alarm.namespace == _QUEUES:
        return [_waiting(cloud, alarm, since)]
    if alarm.namespace.startswith(_OF_AWS):
        return _of_cloudwatch(cloud, alarm, since)
    return list(_of_logs(cloud, alarm, since))


def _waiting(cloud: LocalCloud, alarm: Alarm, at: float) -> Sample:
    sqs, wanted = cloud.client("sqs"), _WAITING[alarm.metric]
    url = sqs.get_queue_url(QueueName=alarm.dimensions["QueueName"])["QueueUrl"]
    return at, float(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[wanted])["Attributes"][wanted])


def _of_cloudwatch(cloud: LocalCloud, alarm: Alarm, since: float) -> list[Sample]:
    points = cloud.client("cloudwatch").get_metric_statistics(
        Namespace=alarm.namespace,
        MetricName=alarm.metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in alarm.dimensions.items()],
        StartTime=datetime.fromtimestamp(since, UTC),
        EndTime=datetime.now(UTC),
        Period=alarm.period,
        Statistics=[alarm.statistic],
    )["Datapoints"]
    return [(point["Timestamp"].timestamp(), float(point[alarm.statistic])) for point in points]


def _of_logs(cloud: LocalCloud, alarm: Alarm, since: float) -> Iterator[Sample]:
    logs = cloud.client("logs")
    for group in logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName"):
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int(since * 1000), filterPattern=f'"{alarm.metric}"'
        )
        for page in pages:
            for event in page["events"]:
                yield from embedded(event["message"], alarm)


def embedded(line: str, alarm: Alarm) -> Iterator[Sample]:
    """What a line of a log tells CloudWatch of an alarm's metric (CloudWatch, embedded metric format)."""
    try:
        told: Any = json.loads(line)
        directives = told["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    if any(told.get(name) != value for name, value in alarm.dimensions.items()):
        return
    for directive in directives:
        measured = {metric["Name"] for metric in directive["Metrics"]}
        by = [set(dimensions) for dimensions in directive["Dimensions"]]
        if directive["Namespace"] == alarm.namespace and alarm.metric in measured and set(alarm.dimensions) in by:
            values = told[alarm.metric]
            at = told["_aws"]["Timestamp"] / 1000
            yield from ((at, float(value)) for value in (values if isinstance(values, list) else [values]))
