"""A batch of queue messages: what comes again, and what of it is counted as a failure."""

import time
from collections.abc import Iterator, Mapping
from threading import Barrier
from typing import Any

import pytest

from shared.errors import NotYet, RateLimited, RetryableError
from shared.observability import count, metrics
from shared.sqs_batch import process, process_together


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


def records(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{i}", "body": body} for i, body in enumerate(bodies)]}


def test_what_several_threads_count_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0

    def add_slowly(**_metric: object) -> None:
        nonlocal counted
        before = counted
        time.sleep(0.01)
        counted = before + 1

    monkeypatch.setattr(metrics, "add_metric", add_slowly)
    process_together(records(*"0123456789"), lambda _body, _record: count("Heard"))
    assert counted == 11  # and how many records were taken


def test_records_worked_on_together_wait_for_none_of_each_other(counted: dict[str, Any]) -> None:
    all_there = Barrier(10, timeout=60)

    def handle(_body: str, _record: Mapping[str, Any]) -> None:
        all_there.wait()
        count("Heard")

    assert process_together(records(*"0123456789"), handle) == {"batchItemFailures": []}
    assert sum(counted["Heard"]["Value"]) == 10


def test_of_records_worked_on_together_what_fails_comes_again_alone() -> None:
    def handle(body: str, _record: Mapping[str, Any]) -> None:
        if body == "bad":
            raise KeyError("a bug")

    assert process_together(records("a", "bad", "b"), handle) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert process_together(records(), handle) == {"batchItemFailures": []}


def test_a_limit_says_when_to_come_again() -> None:
    error = RateLimited("too many", retry_after=7)
    assert (error.status, error.retryable, error.extensions) == (429, True, {"retry_after_seconds": 7})
