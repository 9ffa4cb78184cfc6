"""The runbook and the drills know of each other, and a drill judges an alarm by what the template says of it."""

import asyncio
import json
import re
from typing import Any

import pytest

from infra.local.asgi import Message
from infra.local.drills.alarms import Alarm, Sample, embedded
from infra.local.drills.catalogue import DRILLS
from infra.local.drills.stage import Drill
from infra.local.throttling import PATH, Throttling
from infra.packaging.target import ROOT
from tests.support.template import load_template, resources

ALARMS = resources(load_template(), "AWS::CloudWatch::Alarm")
SECTIONS = {
    text.partition("\n")[0].removeprefix("# ").strip(): text
    for text in re.split(r"^##", (ROOT / "infra" / "RUNBOOK.md").read_text(), flags=re.MULTILINE)[1:]
}
NAMED = re.compile(r"`make drills ARGS=([a-z-]+)`")


def alarm(logical_id: str) -> Alarm:
    """As it is deployed, but for what its dimensions refer to."""
    plain: dict[str, Any] = {
        name: value["Fn::Sub"] if isinstance(value, dict) and "Fn::Sub" in value else value
        for name, value in ALARMS[logical_id].items()
    }
    return Alarm.of(plain)


@pytest.mark.parametrize("drill", DRILLS.values(), ids=DRILLS)
def test_a_drill_plays_what_its_section_of_the_runbook_says(drill: Drill) -> None:
    assert NAMED.findall(SECTIONS[drill.section]) == [drill.name]
    assert {alarm(name).section for name in drill.alarms} <= {drill.section}


def test_the_runbook_names_no_drill_that_there_is_not() -> None:
    named = [name for text in SECTIONS.values() for name in NAMED.findall(text)]
    assert sorted(named) == sorted(DRILLS)


@pytest.mark.parametrize(
    ("name", "samples", "figure"),
    [
        ("TokenRefusedAlarm", [(60, 1)], 1),
        ("TokenRefusedAlarm", [], None),
        ("WebhookRejectedAlarm", [(300 + n, 1) for n in range(11)], 11),
        ("WebhookRejectedAlarm", [(300 + n, 1) for n in range(10)], None),
        ("WebhookRejectedAlarm", [(594 + n, 1) for n in range(11)], None),  # six, then five: two periods
        ("CampaignStuckAlarm", [(60, 1), (121, 2), (190, 1)], 1),
        ("CampaignStuckAlarm", [(60, 1), (121, 2), (250, 1)], 1),  # a minute without one
        ("CampaignStuckAlarm", [(60, 1), (121, 2), (360, 1)], 1),  # the sixth minute
        ("CampaignStuckAlarm", [(60, 1), (121, 2), (420, 1)], None),  # the seventh
        ("TurnLagAlarm", [(60, 120_001), (121, 120_001), (190, 120_001)], 120_001),
        ("TurnLagAlarm", [(60, 120_001), (121, 120_001), (250, 120_001)], None),  # a minute without one
        ("SendsWriteThrottleAlarm", [(300, 20)], None),
        ("SendsWriteThrottleAlarm", [(300, 20), (400, 1)], 21),
    ],
)
def test_an_alarm_is_on_when_enough_of_its_periods_are_over_its_threshold(
    name: str, samples: list[Sample], figure: float | None
) -> None:
    assert alarm(name).met(samples) == figure


def test_an_alarm_that_is_not_read_is_said_to_be_so() -> None:
    with pytest.raises(ValueError, match="LessThanThreshold"):
        alarm("SweepSilentAlarm")


TOLD = {
    "_aws": {
        "Timestamp": 60_000,
        "CloudWatchMetrics": [
            {
                "Namespace": "wasapbos",
                "Dimensions": [["service"]],
                "Metrics": [{"Name": "TokenRefused", "Unit": "Count"}],
            }
        ],
    },
    "service": "here",
    "TokenRefused": [2.0],
}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (json.dumps(TOLD), [(60.0, 2.0)]),
        (json.dumps({**TOLD, "service": "another stack"}), []),
        (json.dumps({"message": "TokenRefused", "service": "here"}), []),
        ("REPORT TokenRefused", []),
    ],
)
def test_what_a_function_counted_is_read_from_its_log(line: str, found: list[Sample]) -> None:
    stated = {**ALARMS["TokenRefusedAlarm"], "Dimensions": [{"Name": "service", "Value": "here"}]}
    assert list(embedded(line, Alarm.of({**stated, "MetricName": "TokenRefused"} | described(stated)))) == found


def described(stated: dict[str, Any]) -> dict[str, str]:
    return {"AlarmDescription": stated["AlarmDescription"]["Fn::Sub"]}


def test_a_table_takes_so_many_calls_a_second_and_counts_the_others() -> None:
    refused: list[tuple[str, str]] = []
    throttling = Throttling(_takes_all, lambda _, metric, *more: refused.append((metric, more[-1]["TableName"])))

    def call(action: str, request: object, path: str = "/") -> int:
        headers = [(b"x-amz-target", f"DynamoDB_20120810.{action}".encode())]
        answers: list[Message] = []

        async def receive() -> Message:
            return {"body": json.dumps(request).encode()}

        async def send(message: Message) -> None:
            answers.append(message)

        asyncio.run(throttling({"type": "http", "path": path, "headers": headers}, receive, send))
        return int(answers[0]["status"])

    put = {"TableName": "Sends"}
    assert [call("PutItem", put) for _ in range(3)] == [200] * 3
    call("", {"Sends": {"Write": 0}}, PATH)
    assert call("PutItem", put) == 400
    assert call("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "Sends"}}]}) == 400
    assert call("BatchWriteItem", {"RequestItems": {"Sends": []}}) == 400
    assert [call("GetItem", put), call("PutItem", {"TableName": "Contacts"}), call("DescribeTable", put)] == [200] * 3
    call("", {}, PATH)
    assert call("PutItem", put) == 200
    assert refused == [("WriteThrottleEvents", "Sends")] * 3


async def _takes_all(_scope: Message, _receive: object, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
