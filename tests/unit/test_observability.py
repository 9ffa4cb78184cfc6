"""What an invocation's line says."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shared.failures import InvocationFailed
from shared.ids import CampaignId, TenantId
from shared.observability import Handler, concerns, count, logger, one_line, one_line_if_counted, say
from tests.support.fake_aws import Context
from tests.support.log_lines import StandardOutput, lines_of

Event = Mapping[str, Any]
BATCH: Event = {"Records": [{"messageId": "m", "attributes": {"SentTimestamp": "1000"}}, {"messageId": "n"}]}
CALL: Event = {"requestContext": {"requestId": "gateway"}}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    monkeypatch.setattr(logger.registered_handler, "stream", StandardOutput())
    return lambda: lines_of(capsys.readouterr().out)


Lines = Callable[[], list[dict[str, Any]]]


def answering(answer: object, *, metric: str = "", around: Callable[[Handler], Handler] = one_line) -> Handler:
    def handler(_event: object, _context: object) -> object:
        if metric:
            count(metric)
        return answer

    return around(handler)


@pytest.mark.parametrize("metric", ["", "Heard"])
@pytest.mark.parametrize(
    ("event", "answer", "says"),
    [
        (
            BATCH,
            {"batchItemFailures": [{"itemIdentifier": "m"}]},
            {"message": "batch taken", "records": 2, "failed": 1},
        ),
        (CALL, {"statusCode": 404}, {"message": "request answered", "status": 404, "request_id": "gateway"}),
        ({}, None, {"message": "run ended"}),
    ],
)
def test_an_invocation_is_one_line(
    lines: Lines, event: Event, answer: object, says: dict[str, Any], metric: str
) -> None:
    answering(answer, metric=metric)(event, Context())
    (line,) = lines()
    common = {"function_name": "test", "function_request_id": "request", "cold_start": True}
    assert line.items() >= (common | says).items()
    assert line["latency_ms"] >= 0
    assert ("waited_ms" in line) == (event is BATCH)
    assert line.get("Heard") == ([1.0] if metric else None)


def test_only_the_first_of_a_process_is_a_cold_start(lines: Lines) -> None:
    handler = answering(None)
    handler({}, Context())
    handler({}, Context())
    assert ["cold_start" in line for line in lines()] == [True, False]


def test_what_is_done_very_often_writes_a_line_only_for_what_it_counts(lines: Lines) -> None:
    answering({"statusCode": 200}, around=one_line_if_counted)(CALL, Context())
    assert lines() == []
    answering({"statusCode": 401}, metric="Rejected", around=one_line_if_counted)(CALL, Context())
    (line,) = lines()
    assert (line["status"], line["request_id"]) == (401, "gateway")


def test_it_names_for_whom_it_worked_ten_at_most_and_nobody_of_the_one_before(lines: Lines) -> None:
    @one_line
    def handler(event: Event, _context: object) -> None:
        for n in range(event["many"]):
            concerns(TenantId(f"t{n}"), CampaignId(f"c{n % 2}"))
        say(result="done", message="slice ended")

    handler({"many": 12}, Context())
    handler({"many": 1}, Context())
    first, second = lines()
    assert first["tenant_id"] == ",".join(f"t{n}" for n in range(10)) + ",…"
    assert first["campaign_id"] == "c0,c1"
    assert (second["tenant_id"], second["campaign_id"]) == ("t0", "c0")
    assert (second["message"], second["result"]) == ("slice ended", "done")


def test_a_failure_is_raised_and_logged_without_its_words(lines: Lines) -> None:
    @one_line
    def handler(_event: object, _context: object) -> None:
        count("Heard")
        concerns(TenantId("t"))
        raise ValueError("cannot read +5511987654321")

    with pytest.raises(InvocationFailed) as caught:
        handler(BATCH, Context())
    assert (str(caught.value), caught.value.__cause__, caught.value.__suppress_context__) == ("ValueError", None, True)
    failed, counted = lines()
    assert failed.items() >= {"level": "ERROR", "message": "invocation failed", "tenant_id": "t", "records": 2}.items()
    assert failed["error"] == "ValueError"
    assert f"{__name__}:" in failed["where"]
    assert counted["Heard"] == [1.0]
    assert "+55" not in json.dumps([failed, counted])
