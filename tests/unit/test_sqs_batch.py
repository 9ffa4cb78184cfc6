"""A batch of queue messages: what comes again, and what of it is counted as a failure."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from shared.errors import NotYet, RateLimited, RetryableError
from shared.observability import metrics
from shared.sqs_batch import process


@pytest.fixture(autouse=True)
def counted() -> Iterator[dict[str, Any]]:
    """The metrics of this test."""
    metrics.clear_metrics()
    yield metrics.metric_set
    metrics.clear_metrics()


@pytest.mark.parametrize(
    ("error", "metric"),
    [
        (NotYet("it is too early"), "RecordsPutOff"),
        (RetryableError("the database is busy"), "RecordFailed"),
        (KeyError("a bug"), "RecordFailed"),
    ],
)
def test_what_is_only_too_early_comes_again_and_wakes_nobody(
    counted: dict[str, Any], error: Exception, metric: str
) -> None:
    def handle(body: str, record: Mapping[str, Any]) -> None:
        raise error

    answer = process({"Records": [{"messageId": "1", "body": "{}"}]}, handle)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert set(counted) == {metric, "RecordsTaken"}


def test_a_limit_says_when_to_come_again() -> None:
    error = RateLimited("too many", retry_after=7)
    assert (error.status, error.retryable, error.extensions) == (429, True, {"retry_after_seconds": 7})
