"""Nothing fails unnoticed: every function, queue and table has alarms; what is counted has one, or a reason why not."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from infra.packaging.target import ROOT
from tests.support.template import Data, load_template, resources

TEMPLATE = load_template()
ALARMS = resources(TEMPLATE, "AWS::CloudWatch::Alarm")
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
    ],
    "comes twice by nature": ["InboundRepeated", "BillingEventRepeated", "BotReplyRepeated"],
    "not meant for us, and kept or left": [
        "AccountEventKept",
        "BillingEventUnused",
        "StatusNotOurs",
        "StatusNotKnown",
        "PhoneBookUnknown",
        "ConsentUnclaimed",
    ],
    "statuses of single messages may come before their message": ["StatusUnmatched"],
    "the tenant sees it where it happened": [
        "BotSilent",
        "BotRefused",
        "BotReply*",
        "Media*",
        "NumberFactsStale",
        "TemplateFactsStale",
    ],
    "the sweep does within a minute what could not be announced": ["StartNotAnnounced"],
    "comes again by itself": ["SyncTaskCut", "CompactionCut", "RecordsPutOff", "TenantPutOff", "WebhookNotForwarded"],
    "counted as RecordFailed as well": ["LaneWriteFailed"],
    "a number whose account was disconnected meanwhile": ["NumberWithoutDocument"],
    "a table that does not answer has alarms of its own": ["CallLimitUnchecked"],
    "somebody guesses at the verify token; it opens nothing": ["WebhookChallengeRefused"],
    "somebody calls with a token that is over, or none of ours": ["CallerDenied"],
}


def watched() -> set[tuple[str, str, str]]:
    """(namespace, metric, what it is measured of) of every alarm that tells somebody."""
    return {
        (alarm["Namespace"], name_of(alarm["MetricName"]), name_of(alarm["Dimensions"][0]["Value"]))
        for alarm in ALARMS.values()
        if alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
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
    assert ("AWS/DynamoDB", metric, name) in watched()


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


def counted() -> Iterator[str]:
    """The metrics of the sources: what `count` is called with, and what a `metric` is. `Media*` is one of several."""
    for path in [*ROOT.glob("functions/**/*.py"), *ROOT.glob("shared/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            for named in _names_of_metrics(node):
                if isinstance(named, ast.JoinedStr):
                    named, more = named.values[0], "*"
                else:
                    more = ""
                if isinstance(named, ast.Constant) and isinstance(named.value, str):
                    yield named.value + more


def _names_of_metrics(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "count" and node.args:
        first = node.args[0]
        yield from (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
    elif isinstance(node, ast.keyword) and node.arg == "metric":
        yield node.value
    elif isinstance(node, ast.FunctionDef):
        defaults = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
        yield from (default for argument, default in defaults if argument.arg == "metric")


def test_alarms_travel_encrypted_under_a_key_that_cloudwatch_may_use() -> None:
    assert resources(TEMPLATE, "AWS::SNS::Topic")["AlarmTopic"]["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    statements: list[Data] = resources(TEMPLATE, "AWS::KMS::Key")["AlarmKey"]["KeyPolicy"]["Statement"]
    granted = [s for s in statements if s["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]
    assert [s["Action"] for s in granted] == [["kms:Decrypt", "kms:GenerateDataKey*"]]
    assert [s["Condition"] for s in granted] == [{"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}]
