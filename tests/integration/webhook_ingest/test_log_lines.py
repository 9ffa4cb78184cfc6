"""How much a warm invocation of the hot path writes: nothing for a POST, one line of sums for a batch however large."""

from typing import Any

import pytest

from functions.webhook_ingest import (
    consent_bootstrap,
    consent_handler,
    inbound_handler,
    receive_bootstrap,
    receive_handler,
    status_handler,
)
from functions.webhook_ingest.receive.consent import consent_said
from functions.webhook_ingest.receive.split import split
from shared.clock import epoch_ms
from shared.observability import logger
from shared.queue_messages import StatusUpdates
from tests.integration.webhook_ingest.test_receive import BODY, signed
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.log_lines import StandardOutput, lines_of
from tests.support.webhook_payloads import PHONE_ID, TEXT, envelope, messages, wire

NOW_S = epoch_ms() // 1000
MANY = 120
"""More than the hundred values that the framework writes in one line."""


@pytest.fixture(autouse=True)
def logging_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logger.registered_handler, "stream", StandardOutput())


def counted(printed: str) -> list[dict[str, int]]:
    """Of each line that was written, its sums; fails for one that counts nothing, or does not say of which invocation
    it is."""
    found = []
    for line in lines_of(printed):
        assert line.keys() >= {"message", "function_name", "function_request_id", "latency_ms"}
        names = [metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
        found.append({name: int(sum(line[name] if isinstance(line[name], list) else [line[name]])) for name in names})
    return found


def said(*bodies: str) -> Any:
    sent = [
        {**TEXT, "id": f"wamid.{n}", "timestamp": str(NOW_S + n), "text": {"body": body}}
        for n, body in enumerate(bodies)
    ]
    return split(wire(envelope(messages(*sent))), epoch_ms())


def test_a_post_that_is_taken_writes_nothing(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in aws.env.items():
        monkeypatch.setenv(name, value)
    receive_bootstrap.deps.cache_clear()
    for _ in range(3):
        assert receive_handler.lambda_handler(signed(BODY), Context())["statusCode"] == 200
    assert capsys.readouterr().out == ""
    assert receive_handler.lambda_handler(signed(BODY, "another secret"), Context())["statusCode"] == 401
    assert counted(capsys.readouterr().out) == [{"WebhookRejected": 1}]


def test_a_batch_of_statuses_writes_one_line(deps: Deps, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = [StatusUpdates(PHONE_ID, [["sent", NOW_S, "", "", "", f"wamid.{n}"]]).to_json() for n in range(MANY)]
    assert status_handler.lambda_handler(sqs_event(*foreign), Context()) == {"batchItemFailures": []}
    assert counted(capsys.readouterr().out) == [{"StatusTaken": MANY, "StatusNotOurs": MANY}]


def test_a_batch_of_messages_writes_one_line(deps: Deps, capsys: pytest.CaptureFixture[str]) -> None:
    bodies = [routed.message.to_json() for routed in said(*(["Hello"] * 8), "stop", "start").inbound]
    event = sqs_event(*bodies, group="g")
    assert inbound_handler.lambda_handler(event, Context()) == {"batchItemFailures": []}
    (sums,) = counted(capsys.readouterr().out)
    assert (sums["InboundTaken"], sums["RecordsTaken"], sums["OptOut"], sums["OptIn"]) == (10, 10, 1, 1)


def test_a_batch_of_noes_writes_one_line(
    aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    built = consent_bootstrap.build(aws.database())
    monkeypatch.setattr(consent_handler, "deps", lambda: built)
    event = sqs_event(*(one.to_json() for one in consent_said(said("stop", "stop", "start"))))
    assert consent_handler.lambda_handler(event, Context()) == {"batchItemFailures": []}
    (sums,) = counted(capsys.readouterr().out)
    assert sums["RecordsTaken"] == len(event["Records"]) > 1
