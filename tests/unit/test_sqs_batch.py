"""A batch of queue messages: what comes again, and what of it is counted as a failure."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from threading import Barrier, Event, current_thread, main_thread
from typing import Any

import pytest

from shared import observability
from shared.errors import InvalidInput, NotYet, RateLimited, RetryableError
from shared.observability import count
from shared.sqs_batch import process, process_together


@pytest.fixture(autouse=True)
def counted() -> Iterator[Counter[str]]:
    """What this test counts."""
    observability._counts.clear()
    yield observability._counts
    observability._counts.clear()


@pytest.mark.parametrize(
    ("error", "metric"),
    [
        (NotYet("it is too early"), "RecordsPutOff"),
        (RetryableError("the database is busy"), "RecordFailed"),
        (KeyError("a bug"), "RecordFailed"),
    ],
)
def test_what_is_only_too_early_comes_again_and_wakes_nobody(
    counted: Counter[str], error: Exception, metric: str
) -> None:
    def handle(body: str, record: Mapping[str, Any]) -> None:
        raise error

    answer = process({"Records": [{"messageId": "1", "body": "{}"}]}, handle)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert set(counted) == {metric, "RecordsTaken"}


def records(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{i}", "body": body} for i, body in enumerate(bodies)]}


def test_what_several_threads_count_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Counter[str]):
        def __getitem__(self, name: str) -> int:
            before = super().__getitem__(name)
            time.sleep(0.01)
            return before

    monkeypatch.setattr(observability, "_counts", Slow())
    process_together(records(*"0123456789"), lambda _body, _record: count("Heard"))
    assert observability._counts == {"Heard": 10, "RecordsTaken": 10}


def test_records_worked_on_together_wait_for_none_of_each_other(counted: Counter[str]) -> None:
    all_there = Barrier(10, timeout=60)

    def handle(_body: str, _record: Mapping[str, Any]) -> None:
        all_there.wait()
        count("Heard")

    assert process_together(records(*"0123456789"), handle) == {"batchItemFailures": []}
    assert counted["Heard"] == 10


def test_of_records_worked_on_together_what_fails_comes_again_alone() -> None:
    def handle(body: str, _record: Mapping[str, Any]) -> None:
        if body == "bad":
            raise KeyError("a bug")

    assert process_together(records("a", "bad", "b"), handle) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert process_together(records(), handle) == {"batchItemFailures": []}


def test_of_records_worked_on_together_what_is_not_done_in_time_comes_again_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observability.logger.registered_handler, "stream", sys.stdout)
    done = Event()

    def handle(body: str, _record: Mapping[str, Any]) -> None:
        if body == "slow":
            done.wait(60)

    try:
        answer = process_together(records("a", "slow", "b"), handle, time_left_ms=lambda: 2_500)
    finally:
        done.set()
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    (said,) = [
        line for line in map(json.loads, capsys.readouterr().out.splitlines()) if line["message"] == "out of time"
    ]
    assert (said["what"], "shared.sqs_batch:" in said["where"]) == ("m1", True)


def test_a_limit_says_when_to_come_again() -> None:
    error = RateLimited("too many", wait_ms=6_001)
    assert (error.status, error.retryable, error.extensions) == (429, True, {"retry_after_seconds": 7})


def test_what_an_invocation_counts_is_one_line_of_sums(
    counted: Counter[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observability.logger.registered_handler, "stream", sys.stdout)

    def too_early(_body: str, _record: Mapping[str, Any]) -> None:
        count("Heard")
        raise NotYet("it is too early")

    @observability.one_line
    def invoke(event: Mapping[str, Any], _context: object) -> object:
        return process(event, too_early)

    invoke(records(*map(str, range(250))), None)
    (line,) = capsys.readouterr().out.splitlines()
    sums = json.loads(line)
    assert [sums[name] for name in ("Heard", "RecordsPutOff", "RecordsTaken")] == [[250.0]] * 3
    assert not counted
    observability.show_counts()
    assert capsys.readouterr().out == ""


def of_owners(*bodies: str) -> dict[str, Any]:
    """Records whose body begins with their owner's letter."""
    batch = records(*bodies)
    for record in batch["Records"]:
        record["attributes"] = {"MessageGroupId": record["body"][0]}
    return batch


def test_records_worked_on_together_keep_an_order_where_there_is_one(counted: Counter[str]) -> None:
    """The first of a goes on only when b is through, and the second of a only after the first."""
    heard: list[str] = []
    b_is_through = Event()

    def handle(body: str, _record: Mapping[str, Any]) -> None:
        if body == "a1":
            assert b_is_through.wait(20)
        heard.append(body)
        if body == "b2":
            b_is_through.set()

    batch = of_owners("a1", "a2", "b1", "b2")
    assert process_together(batch, handle, order=lambda record: str(record["body"][0])) == {"batchItemFailures": []}
    assert heard == ["b1", "b2", "a1", "a2"]


def test_after_a_failure_the_rest_of_its_line_comes_again_and_no_other(counted: Counter[str]) -> None:
    heard: list[str] = []
    parked: list[str] = []

    def handle(body: str, _record: Mapping[str, Any]) -> None:
        heard.append(body)
        if body == "a1":
            raise KeyError("a bug")
        if body == "b1":
            raise InvalidInput("never")

    def park(_reason: str, body: str) -> None:
        parked.append(body)

    batch = of_owners("a1", "b1", "a2", "b2")
    answer = process_together(batch, handle, order=lambda record: str(record["body"][0]), park=park)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m2"}]}
    assert (sorted(heard), parked) == (["a1", "b1", "b2"], ["b1"])


def test_when_the_time_is_over_no_record_is_begun(counted: Counter[str]) -> None:
    heard: list[str] = []

    def handle(body: str, _record: Mapping[str, Any]) -> None:
        heard.append(body)

    answer = process_together(
        records("1", "2"),
        handle,
        order=lambda _record: "",
        time_left_ms=lambda: 5_000 if heard else 60_000,
        needed_ms=10_000,
    )
    assert (heard, answer) == (["1"], {"batchItemFailures": [{"itemIdentifier": "m1"}]})
    assert (counted["RecordsPutOff"], counted["RecordFailed"]) == (1, 0)


def test_what_was_cut_off_is_not_gone_on_with() -> None:
    begun, done, ended = Event(), Event(), Event()
    heard: list[str] = []

    def handle(body: str, _record: Mapping[str, Any]) -> None:
        heard.append(body)
        begun.set()
        done.wait(60)
        ended.set()

    def time_left_ms() -> int:
        """The end is there as soon as the first is begun; the thread that begins it does not wait for itself."""
        assert current_thread() is not main_thread() or begun.wait(60)
        return 2_000

    answer = process_together(records("1", "2"), handle, order=lambda _record: "", time_left_ms=time_left_ms)
    done.set()
    assert ended.wait(10)
    assert len(answer["batchItemFailures"]) == 2
    assert heard == ["1"]
