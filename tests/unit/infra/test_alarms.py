"""Nothing fails unnoticed: every function, queue and table has alarms; what is counted has one, or a reason why not.
Every alarm says when it is over, and where the runbook says what to do; every alarm watches what somebody counts."""

import ast
import functools
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from infra.ops.__main__ import parser
from infra.packaging.target import ROOT
from tests.support.template import Data, load_template, resources

TEMPLATE = load_template()
ALARMS = resources(TEMPLATE, "AWS::CloudWatch::Alarm")
COMPOSITES = resources(TEMPLATE, "AWS::CloudWatch::CompositeAlarm")
OPERATORS = parser()
TOPIC = [{"Ref": "AlarmTopic"}]
FUNCTIONS = sorted(name.removesuffix("Function") for name in resources(TEMPLATE, "AWS::Serverless::Function"))
QUEUES = sorted(resources(TEMPLATE, "AWS::SQS::Queue"))
TABLES = sorted(resources(TEMPLATE, "AWS::DynamoDB::Table"))
SHOWN = {
    "what was done": [
        *(
            "RecordsTaken",
            "WebhookForwarded",
            "ChangesTaken",
            "EventsPublished",
            "TenantTold",
            "ImportSlices",
            "TurnsQueued",
            "CampaignMessagesAccepted",
        ),
        *("WebhookChallengeAnswered", "BillingReceived", "BillingEventApplied", "StatusTaken"),
        *("InboundTaken", "EchoTaken", "HistoryTaken", "PhoneBookTaken", "AccountEventApplied", "MediaRequested"),
        *("MediaUploaded", "UserIdLearned", "ConversationMoved", "ConversationMoveQueued", "NoticeGiven"),
        *("StandbyTaken", "PlatformNoteTaken", "PhoneRespelled", "SignupEnded", "CompactionQueued"),
    ],
    "what people and tenants do": [
        "OptOut",
        "OptIn",
        "CampaignReply",
        "CampaignReaction",
        "IdentityChanged",
        "CampaignPaused",
        "CallOverLimit",
        "OnboardingStepFailed",
        "TokenWarningGiven",
        "NumberMoved",
        "UnsubscribeRefused",
    ],
    "comes twice by nature": ["WebhookRepeated", "InboundRepeated", "BillingEventRepeated", "BotReplyRepeated"],
    "not meant for us, and kept or left": [
        "AccountEventKept",
        "BillingEventUnused",
        "StatusNotOurs",
        "StatusNotKnown",
        "PhoneBookUnknown",
        "ConsentUnclaimed",
    ],
    "statuses of single messages may come before their message": ["StatusUnmatched"],
    "the tenant sees it where it happened: its endpoint refused, was away, is slow, or is switched off": [
        *("WebhookAttemptFailed", "WebhookEndpointDisabled", "WebhookEndpointGone", "WebhookPutOff"),
        *("WebhookBacklogFull", "WebhookHostSlow"),
    ],
    "an endpoint of a tenant answered": ["WebhookDelivered", "WebhookEndpointVerified"],
    "told late is measured, see FeedLag": ["TenantToldLate"],
    "the tenant sees it where it happened": [
        "BotSilent",
        "BotRefused",
        "BotReply*",
        "Media*",
        "NumberFactsStale",
        "TemplateFactsStale",
        "MailNotSent",
    ],
    "the sweep does within a minute what could not be announced": ["StartNotAnnounced"],
    "comes again by itself": ["SyncTaskCut", "CompactionCut", "RecordsPutOff", "TenantPutOff", "WebhookNotForwarded"],
    "counted as RecordFailed as well": ["LaneWriteFailed"],
    "a number whose account was disconnected meanwhile": ["NumberWithoutDocument"],
    "somebody guesses at the verify token; it opens nothing": ["WebhookChallengeRefused"],
    "somebody tries too often, and is refused": ["AttemptsOverLimit"],
    "anybody does it to themselves with their own token; it is undone, and in the tenant's audit log": [
        "AddressMovedAtPool",
    ],
    "somebody calls with a token that is over, or none of ours": ["CallerDenied"],
}

NAMED_ELSEWHERE = {
    "shared/clients/parking.py": "as `metric`, by whoever makes a Parking",
    "functions/api/deliver_handler.py": "as a Metric, by what was done",
    "functions/campaign_dispatch/sweep/watch.py": "as a Metric, above",
}
SECTIONS = {
    text.partition("\n")[0].removeprefix("# ").strip(): text
    for text in re.split(r"^##", (ROOT / "infra" / "RUNBOOK.md").read_text(), flags=re.MULTILINE)[1:]
}
"""Heading of the second or third level -> what stands below it."""


def watched() -> set[tuple[str, str, str]]:
    """(namespace, metric, what it is measured of) of every alarm that tells somebody; "" for the whole account."""
    return {
        (
            alarm["Namespace"],
            name_of(alarm["MetricName"]),
            name_of(alarm["Dimensions"][0]["Value"]) if "Dimensions" in alarm else "",
        )
        for alarm in ALARMS.values()
        if alarm["AlarmActions"] == TOPIC
    }


def name_of(stated: Any) -> str:
    """A text, a logical id, or the pattern that stands for a name."""
    if isinstance(stated, str):
        return stated
    inner = stated.get("Ref") or stated.get("Fn::Sub") or stated["Fn::GetAtt"][0]
    return name_of(inner)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_function_is_watched(name: str, metric: str) -> None:
    assert ("AWS/Lambda", metric, f"${{AWS::StackName}}-{name}") in watched()


@pytest.mark.parametrize("name", QUEUES)
def test_queue_is_watched(name: str) -> None:
    dead_letters = name.endswith("DeadLetterQueue")
    metric = "ApproximateNumberOfMessagesVisible" if dead_letters else "ApproximateAgeOfOldestMessage"
    assert ("AWS/SQS", metric, name) in watched()


def test_streams_are_watched() -> None:
    assert ("AWS/Lambda", "IteratorAge", "${AWS::StackName}-ApiChange") in watched()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("metric", ["ReadThrottleEvents", "WriteThrottleEvents"])
def test_table_is_watched(name: str, metric: str) -> None:
    assert ("AWS/DynamoDB", metric, name.replace("Table", "Name")) in watched(), "the one that is in use"


def test_the_api_is_watched_from_outside() -> None:
    assert ("AWS/ApiGateway", "5xx", "HttpApi") in watched()


def test_silence_of_the_sweep_is_heard() -> None:
    alarm = ALARMS["SweepSilentAlarm"]
    assert (alarm["TreatMissingData"], alarm["ComparisonOperator"]) == ("breaching", "LessThanThreshold")


def test_every_fact_that_is_counted_has_an_alarm_or_a_reason_for_none() -> None:
    alarmed = {metric for namespace, metric, _ in watched() if namespace == "wasapbos"}
    shown = {name for names in SHOWN.values() for name in names}
    assert alarmed | shown == set(counted())
    assert not alarmed & shown


def test_nothing_is_counted_whose_name_cannot_be_found_in_the_sources() -> None:
    """What is not written out where it is counted is a `Metric`, which is written out where it is made."""
    hidden = {
        str(path.relative_to(ROOT))
        for path, nodes in sources()
        for node in nodes
        if is_call(node, "count", "measure")
        for named in _names_of_metrics(node)
        if not isinstance(named, ast.Constant | ast.JoinedStr)
    }
    assert hidden == set(NAMED_ELSEWHERE), "name it in the call, or make it a Metric where it is named"


@functools.cache
def sources() -> list[tuple[Path, list[ast.AST]]]:
    """Each module of the functions with its nodes."""
    paths = [*ROOT.glob("functions/**/*.py"), *ROOT.glob("shared/**/*.py")]
    return [(path, list(ast.walk(ast.parse(path.read_text())))) for path in paths]


def is_call(node: ast.AST, *names: str) -> TypeGuard[ast.Call]:
    """A call by a plain name, with something in it."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and bool(node.args)


def counted() -> Iterator[str]:
    """The metrics of the sources: what `count` and `measure` are called with, what is a `Metric`, and what a `metric`
    is. `Media*` is one of several."""
    for _, nodes in sources():
        for node in nodes:
            for named in _names_of_metrics(node):
                if isinstance(named, ast.JoinedStr):
                    named, more = named.values[0], "*"
                else:
                    more = ""
                if isinstance(named, ast.Constant) and isinstance(named.value, str):
                    yield named.value + more


def _names_of_metrics(node: ast.AST) -> Iterator[ast.expr]:
    if is_call(node, "count", "measure", "Metric"):
        first = node.args[0]
        yield from (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
    elif isinstance(node, ast.keyword) and node.arg == "metric":
        yield node.value
    elif isinstance(node, ast.FunctionDef):
        defaults = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
        yield from (default for argument, default in defaults if argument.arg == "metric")


@pytest.mark.parametrize("name", sorted({**ALARMS, **COMPOSITES}))
def test_an_alarm_tells_when_it_is_over_what_silence_means_and_where_to_read_what_to_do(name: str) -> None:
    alarm = {**ALARMS, **COMPOSITES}[name]
    assert (alarm["AlarmActions"], alarm["OKActions"]) == (TOPIC, TOPIC)
    assert name in COMPOSITES or alarm["TreatMissingData"] in ("breaching", "notBreaching")
    assert section_of(alarm) in SECTIONS, "a section of infra/RUNBOOK.md, as `Runbook: Heading.` at the end"


def section_of(alarm: Data) -> str:
    stated = alarm["AlarmDescription"]
    text = stated["Fn::Sub"] if isinstance(stated, dict) else stated
    named = re.search(r" Runbook: ([^.]+)\.$", text)
    return named[1] if named else ""


def test_every_section_about_an_alarm_has_one() -> None:
    named = {section_of(alarm) for alarm in (*ALARMS.values(), *COMPOSITES.values())}
    assert {name for name, text in SECTIONS.items() if "**Over when**" in text} == named


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_section_about_an_alarm_says_all_that_somebody_woken_needs(name: str) -> None:
    said = re.findall(r"^- \*\*([A-Za-z ]+)\*\*", SECTIONS[name], re.MULTILINE)
    if said:
        assert said == ["People notice", "Look", "Do", "Over when"]


def commands() -> list[str]:
    """What stands between backticks and begins as the operators' command does, or as the runbook's short form of it."""
    spans = re.findall(r"`([^`]+)`", (ROOT / "infra" / "RUNBOOK.md").read_text())
    starts = ("ops ", "python -m infra.ops ")
    return [" ".join(span.split()) for span in spans if " ".join(span.split()).startswith(starts)]


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_of_the_runbook_is_one_that_the_operators_command_knows(command: str) -> None:
    words = shlex.split(command.removeprefix("python -m infra.ops ").removeprefix("ops "))
    try:
        assert OPERATORS.parse_args(words).run
    except SystemExit:
        pytest.fail(f"the operators' command does not know: {command}")


def test_the_dashboard_shows_metrics_that_somebody_counts() -> None:
    body = resources(TEMPLATE, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(body)["widgets"]
    shown = {
        metric[1] for widget in widgets for metric in widget["properties"].get("metrics", []) if metric[0] == "wasapbos"
    }
    assert shown <= set(counted())
    assert {name.split(" ")[0] for widget in widgets if (name := widget["properties"].get("title"))} >= {
        *("Sending", "Receiving", "Lag", "Cost", "Errors")
    }
    assert set(re.findall(r"\$\{(\w+)(?:\.Value)?\}", body)) <= TEMPLATE["Resources"].keys()


def test_alarms_travel_encrypted_under_a_key_that_cloudwatch_may_use() -> None:
    assert resources(TEMPLATE, "AWS::SNS::Topic")["AlarmTopic"]["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    statements: list[Data] = resources(TEMPLATE, "AWS::KMS::Key")["AlarmKey"]["KeyPolicy"]["Statement"]
    granted = [s for s in statements if s["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]
    assert [s["Action"] for s in granted] == [["kms:Decrypt", "kms:GenerateDataKey*"]]
    assert [s["Condition"] for s in granted] == [{"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}]
