"""The one Logger and the one Metrics. Ids go into logs; secrets, phone numbers and message text never do."""

import threading

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

logger = Logger()
metrics = Metrics()
_counting = threading.Lock()
"""A batch is worked on by several threads, and Metrics reads, adds and writes."""


def count(name: str, value: int = 1) -> None:
    """Add to a CloudWatch metric (embedded metric format); the name is a past-tense fact such as `WebhookRejected`."""
    with _counting:
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
