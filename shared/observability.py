"""The one Logger, and what is counted. Ids go into logs; secrets, phone numbers and message text never do.

Logs are paid by the byte and hot paths run millions of times: a line says what matters to a reader, and what is merely
done often is counted, in one line an invocation. What Lambda and API Gateway count themselves (invocations, calls) is
not counted again.
"""

import functools
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

logger = Logger()
_metrics = Metrics()
_counts: Counter[str] = Counter()
_counting = threading.Lock()
"""A batch is worked on by several threads, and a Counter reads, adds and writes."""


def count(name: str, value: int = 1) -> None:
    """Add to a CloudWatch metric; the name is a past-tense fact such as `WebhookRejected`. Shown when the invocation
    ends (`with_counts`)."""
    with _counting:
        _counts[name] += value


def with_counts(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Shows what an invocation counted, as sums in one line (CloudWatch's embedded metric format), or none."""

    @functools.wraps(handler)
    def invoke(event: object, context: object) -> Any:
        try:
            return handler(event, context)
        finally:
            show_counts()

    return invoke


def show_counts() -> None:
    with _counting:
        shown = dict(_counts)
        _counts.clear()
    for name, value in shown.items():
        _metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    if shown:
        _metrics.flush_metrics()
