"""The one Logger, and what is counted. Ids go into logs; secrets, phone numbers and message text never do.

Logs are paid by the byte and hot paths run millions of times: a line says what matters to a reader, and what is merely
done often is counted, in one line an invocation. What Lambda and API Gateway count themselves (invocations, calls) is
not counted again.
"""

import functools
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, NewType

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

Metric = NewType("Metric", str)
"""The name of a CloudWatch metric, where it is not written out in the call that counts: so that every name can be found
in the sources, and has an alarm or a reason for none."""
logger = Logger()
_metrics = Metrics()
_counts: Counter[str] = Counter()
_longest: dict[str, int] = {}
_counting = threading.Lock()
"""A batch is worked on by several threads, and a Counter reads, adds and writes."""


def count(name: str, value: int = 1) -> None:
    """Add to a CloudWatch metric; the name is a past-tense fact such as `WebhookRejected`. Shown when the invocation
    ends (`with_counts`)."""
    with _counting:
        _counts[name] += value


def measure(name: str, duration_ms: int) -> None:
    """Note how long something took (ms); of several in an invocation the longest is shown, with its counts."""
    with _counting:
        _longest[name] = max(_longest.get(name, 0), duration_ms)


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
        shown, longest = dict(_counts), dict(_longest)
        _counts.clear()
        _longest.clear()
    for name, value in shown.items():
        _metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    for name, duration_ms in longest.items():
        _metrics.add_metric(name=name, unit=MetricUnit.Milliseconds, value=duration_ms)
    if shown or longest:
        _metrics.flush_metrics()
