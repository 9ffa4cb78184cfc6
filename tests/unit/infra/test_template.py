"""The template, read as data: what every function, queue and table must have, whoever adds the next one."""

import json
import logging
import re
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from functions.api.http.idempotency import _PURPOSE as IDEMPOTENCY
from functions.api.http.idempotency import _SEED as IDEMPOTENCY_SEED
from functions.api.numbers.registration import _PURPOSE as REGISTRATION_PIN
from functions.webhook_ingest.media.copy import LAST_DELIVERY
from infra.packaging.functions import FUNCTIONS
from infra.packaging.target import ROOT
from shared.clients.vault import META_TOKEN, WEBHOOK_SECRET
from tests.support.public_routes import PUBLIC_ROUTES
from tests.support.template import Data, load_template, resources

TEMPLATE = load_template()
LAMBDAS = resources(TEMPLATE, "AWS::Serverless::Function")
QUEUES = resources(TEMPLATE, "AWS::SQS::Queue")
TABLES = resources(TEMPLATE, "AWS::DynamoDB::Table")
POLICIES = resources(TEMPLATE, "AWS::IAM::Policy")
ROLES = resources(TEMPLATE, "AWS::IAM::Role")
WORK_QUEUES = sorted(name for name in QUEUES if not name.endswith("DeadLetterQueue"))
GLOBALS = TEMPLATE["Globals"]["Function"]


def value(stated: Any) -> int:
    """A number, or the default of the parameter that stands for it."""
    return int(TEMPLATE["Parameters"][stated["Ref"]]["Default"] if isinstance(stated, dict) else stated)


def triggers() -> list[tuple[str, Data]]:
    """(function, SQS trigger) of the whole template."""
    return [
        (name, event["Properties"])
        for name, function in LAMBDAS.items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS"
    ]


def streams() -> list[tuple[str, Data]]:
    """(function, stream trigger) of the whole template."""
    return [
        (name, event["Properties"])
        for name, function in LAMBDAS.items()
        for event in function.get("Events", {}).values()
        if event["Type"] != "SQS"
    ]


def statements(name: str) -> list[Data]:
    """Every policy statement of a function's role."""
    role = ROLES[f"{name}Role"]["Policies"][0]["PolicyDocument"]["Statement"]
    own: list[Data] = POLICIES[f"{name}Policy"]["PolicyDocument"]["Statement"]
    return [*role, *own]


def listed(stated: Any) -> list[Any]:
    """A list, also of what is stated alone."""
    return stated if isinstance(stated, list) else [stated]


def actions_of(statement: Data) -> list[str]:
    return listed(statement["Action"])


def test_runs_on_arm() -> None:
    assert (GLOBALS["Runtime"], GLOBALS["Architectures"]) == ("python3.13", ["arm64"])


def test_neither_traces_nor_platform_lines_are_paid_for_unless_somebody_asks_for_them() -> None:
    assert GLOBALS["Tracing"] == {"Ref": "Tracing"}
    assert GLOBALS["LoggingConfig"]["LogFormat"] == "JSON"
    assert GLOBALS["LoggingConfig"]["SystemLogLevel"] == {"Ref": "PlatformLogLevel"}
    parameters = TEMPLATE["Parameters"]
    assert (parameters["Tracing"]["Default"], parameters["PlatformLogLevel"]["Default"]) == ("PassThrough", "WARN")


def test_the_log_level_asked_for_is_the_one_lambda_and_the_logger_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """With JSON logs Lambda filters by ApplicationLogLevel, INFO unless stated, and hands it to the logger, which takes
    it before its own. Its levels (AWS Lambda, advanced logging controls) are not all spelt as Python's."""
    assert GLOBALS["LoggingConfig"]["ApplicationLogLevel"] == {"Ref": "LogLevel"}
    levels = TEMPLATE["Parameters"]["LogLevel"]["AllowedValues"]
    assert set(levels) <= {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
    assert GLOBALS["Environment"]["Variables"]["LOG_LEVEL"] == {"Ref": "LogLevel"}, "where nobody sets Lambda's own"
    for level in levels:
        monkeypatch.setenv("LOG_LEVEL", level)
        monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", level)
        assert logging.getLevelName(Logger(f"at {level}").log_level) == level.replace("WARN", "WARNING")


@pytest.mark.parametrize("logical_id", sorted(LAMBDAS))
def test_function_has_its_own_role_log_and_name(logical_id: str) -> None:
    name, function = logical_id.removesuffix("Function"), LAMBDAS[logical_id]
    assert function["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    assert POLICIES[f"{name}Policy"]["Roles"] == [{"Ref": f"{name}Role"}]
    assert TEMPLATE["Resources"][logical_id]["DependsOn"] == f"{name}Policy"
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}LogGroup"}}
    assert resources(TEMPLATE, "AWS::Logs::LogGroup")[f"{name}LogGroup"]["RetentionInDays"] == {
        "Ref": "LogRetentionDays"
    }
    assert function["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{name}"}


@pytest.mark.parametrize("logical_id", sorted(LAMBDAS))
def test_function_is_in_the_package_it_names(logical_id: str) -> None:
    function = LAMBDAS[logical_id]
    module, _, entry = function["Handler"].rpartition(".")
    folder = module.split(".")[1]
    assert function["CodeUri"]["Key"] == {"Ref": FUNCTIONS[folder]}
    assert entry == "lambda_handler"
    assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()


@pytest.mark.parametrize("logical_id", sorted(LAMBDAS))
def test_function_may_do_no_more_than_it_names(logical_id: str) -> None:
    for statement in statements(logical_id.removesuffix("Function")):
        actions = actions_of(statement)
        assert not [action for action in actions if "*" in action or action == "dynamodb:Scan"]
        if statement["Resource"] == "*":
            assert {action.split(":")[0] for action in actions} == {"xray"}


def test_secrets_of_tenants_are_sealed_and_opened_for_the_purposes_of_each_function_only() -> None:
    found: dict[str, set[tuple[str, str]]] = {}
    for name in (logical_id.removesuffix("Function") for logical_id in LAMBDAS):
        for statement in statements(name):
            for action in actions_of(statement):
                if action.startswith("kms:"):
                    assert statement["Condition"]["Null"] == {"kms:EncryptionContext:tenant_id": "false"}
                    purposes = statement["Condition"]["StringEquals"]["kms:EncryptionContext:purpose"]
                    found.setdefault(name, set()).update((action, purpose) for purpose in listed(purposes))
    token = {("kms:Decrypt", META_TOKEN)}
    both, of_the_api = ("kms:Encrypt", "kms:Decrypt"), (META_TOKEN, REGISTRATION_PIN, IDEMPOTENCY, IDEMPOTENCY_SEED)
    assert found == {
        **dict.fromkeys(("WebhookMedia", "CampaignStart", "CampaignLane", "BotReply"), token),
        "ApiDeliver": {("kms:Decrypt", WEBHOOK_SECRET)},
        "Api": {(action, purpose) for action in both for purpose in of_the_api} | {("kms:Encrypt", WEBHOOK_SECRET)},
    }


@pytest.mark.parametrize("name", WORK_QUEUES)
def test_queue_redrives_to_its_dead_letters(name: str) -> None:
    queue, dead_letters = QUEUES[name], name.replace("Queue", "DeadLetterQueue")
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [dead_letters, "Arn"]},
        "maxReceiveCount": 5,
    }
    assert QUEUES[dead_letters].get("FifoQueue") == queue.get("FifoQueue")
    assert QUEUES[dead_letters]["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert queue["SqsManagedSseEnabled"]
    assert QUEUES[dead_letters]["SqsManagedSseEnabled"]


def test_queue_has_one_trigger_that_reports_failures() -> None:
    assert sorted(trigger["Queue"]["Fn::GetAtt"][0] for _, trigger in triggers()) == WORK_QUEUES
    for _, trigger in triggers():
        assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert value(trigger["ScalingConfig"]["MaximumConcurrency"]) >= 2


def test_what_waits_long_for_others_servers_has_its_invocation_to_itself() -> None:
    """Uploads, files of 100 MB, whole shards, imports: nobody else's record is put off or redelivered with them."""
    sizes = {name.removesuffix("Function"): value(trigger["BatchSize"]) for name, trigger in triggers()}
    alone = ("CampaignStart", "WebhookMedia", "CampaignLoad", "CampaignLane", "ApiImport")
    assert {name: sizes[name] for name in alone} == dict.fromkeys(alone, 1)


def test_dry_runs_share_neither_queue_nor_workers_with_loads() -> None:
    by_queue = {trigger["Queue"]["Fn::GetAtt"][0]: trigger["ScalingConfig"] for _, trigger in triggers()}
    assert by_queue["DryRunQueue"] == {"MaximumConcurrency": {"Ref": "DryRunConcurrency"}}
    assert by_queue["LoadQueue"] == {"MaximumConcurrency": {"Ref": "LoadConcurrency"}}
    (asks,) = [s["Resource"] for s in statements("Api") if s["Action"] == "sqs:SendMessage"]
    assert {"Fn::GetAtt": ["DryRunQueue", "Arn"]} in asks
    assert {"Fn::GetAtt": ["LoadQueue", "Arn"]} not in asks


def test_stream_loses_nothing_and_stops_at_nothing() -> None:
    read = [trigger["Stream"]["Fn::GetAtt"] for _, trigger in streams()]
    of = [name.removesuffix("Table") for name in sorted(TABLES) if "StreamSpecification" in TABLES[name]]
    assert sorted(read) == [[f"{noun}StreamArn", "Value"] for noun in of]
    for name, trigger in streams():
        assert trigger["StartingPosition"] == "TRIM_HORIZON"
        assert trigger["BisectBatchOnFunctionError"]
        # DynamoDB keeps a stream for 24 hours: what is given up can still be read there for as long again.
        assert trigger["MaximumRecordAgeInSeconds"] <= 12 * 3600
        given_up = trigger["DestinationConfig"]["OnFailure"]["Destination"]
        sends = [s["Resource"] for s in statements(name.removesuffix("Function")) if s["Action"] == "sqs:SendMessage"]
        assert any(given_up in targets for targets in sends)


def test_message_stays_hidden_for_six_times_the_functions_timeout() -> None:
    for name, trigger in triggers():
        timeout = LAMBDAS[name].get("Timeout", GLOBALS["Timeout"])
        window = trigger.get("MaximumBatchingWindowInSeconds", 0)
        longest = TEMPLATE["Parameters"][window["Ref"]]["MaxValue"] if isinstance(window, dict) else window
        queue = QUEUES[trigger["Queue"]["Fn::GetAtt"][0]]
        assert value(queue["VisibilityTimeout"]) >= 6 * timeout + longest, name


def test_the_last_attempt_at_a_file_is_the_queues_last_delivery() -> None:
    assert QUEUES["MediaQueue"]["RedrivePolicy"]["maxReceiveCount"] == LAST_DELIVERY


def test_files_are_forgotten() -> None:
    rules = resources(TEMPLATE, "AWS::S3::Bucket")["DataBucket"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    assert days["media/"] == {"Ref": "MediaRetentionDays"}
    assert days["uploads/"] == 2
    assert "library/" not in days


def test_old_versions_of_files_end() -> None:
    bucket = resources(TEMPLATE, "AWS::S3::Bucket")["DataBucket"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    # Without a prefix: a rule that leaves one out would keep for ever what somebody asked us to forget.
    ends = [r for r in bucket["LifecycleConfiguration"]["Rules"] if "NoncurrentVersionExpiration" in r]
    assert [(r["Status"], r.get("Prefix"), r["NoncurrentVersionExpiration"]) for r in ends] == [
        ("Enabled", None, {"NoncurrentDays": 7})
    ]
    assert ends[0]["ExpiredObjectDeleteMarker"]


def test_accounts_are_guarded() -> None:
    pool = resources(TEMPLATE, "AWS::Cognito::UserPool")["UserPool"]
    rule = pool["Policies"]["PasswordPolicy"]
    assert rule["MinimumLength"] >= 12
    assert rule["RequireLowercase"]
    assert rule["RequireUppercase"]
    assert rule["RequireNumbers"]
    # Nobody takes an address that is somebody else's by changing their own to it.
    assert pool["UserAttributeUpdateSettings"] == {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    assert TEMPLATE["Parameters"]["ThreatProtection"]["Default"] == "ENFORCED"
    assert pool["UserPoolAddOns"]["Fn::If"][:2] == [
        "HasThreatProtection",
        {"AdvancedSecurityMode": {"Ref": "ThreatProtection"}},
    ]
    risk = resources(TEMPLATE, "AWS::Cognito::UserPoolRiskConfigurationAttachment")["UserPoolRisk"]
    assert risk["CompromisedCredentialsRiskConfiguration"]["Actions"] == {"EventAction": "BLOCK"}
    ours, cognitos = pool["EmailConfiguration"]["Fn::If"][1:]
    assert (ours["EmailSendingAccount"], ours["From"]) == ("DEVELOPER", {"Ref": "MailFrom"})
    assert cognitos == {"EmailSendingAccount": "COGNITO_DEFAULT"}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_table_is_on_demand_and_recoverable(name: str) -> None:
    table = TABLES[name]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProduction", True, False]}
    assert TEMPLATE["Resources"][name]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_what_works_with_a_table_works_with_the_one_that_was_restored_once_it_is_plugged_in(name: str) -> None:
    noun = name.removesuffix("Table")
    own = re.compile(rf'"Ref": "{name}"|"Fn::GetAtt": \["{name}"|\$\{{{name}\b')
    by_themselves = {
        logical_id
        for part in ("Resources", "Outputs")
        for logical_id, stated in TEMPLATE[part].items()
        if own.search(json.dumps(stated))
    }
    streams = {f"{noun}StreamArn"} if "StreamSpecification" in TABLES[name] else set()
    assert by_themselves == {f"{noun}Name", f"{noun}Arn"} | streams
    for logical_id in by_themselves:
        chosen = TEMPLATE["Resources"][logical_id]["Properties"]["Value"]["Fn::If"]
        assert chosen[0] == f"HasRestored{noun}"
        assert f"Restored{noun}" in json.dumps(chosen[1])
        assert name in json.dumps(chosen[2])


def test_only_the_public_routes_have_no_authorizer() -> None:
    open_routes = set()
    for route in resources(TEMPLATE, "AWS::ApiGatewayV2::Route").values():
        if route.get("AuthorizationType") == "CUSTOM":
            assert route["AuthorizerId"] == {"Ref": "ApiAuthorizer"}
        else:
            open_routes.add(route["RouteKey"])
    assert open_routes == PUBLIC_ROUTES | {"POST /webhooks/stripe"}


def test_lane_slice_ends_before_its_function_does() -> None:
    assert TEMPLATE["Parameters"]["LaneSliceSeconds"]["MaxValue"] + 30 < LAMBDAS["CampaignLaneFunction"]["Timeout"]


def test_functions_that_hand_over_to_themselves_are_not_stopped_as_a_loop() -> None:
    for name, trigger in triggers():
        own_queue = trigger["Queue"]
        sends = [
            statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            for statement in statements(name.removesuffix("Function"))
            if statement["Action"] == "sqs:SendMessage"
        ]
        if any(own_queue in targets for targets in sends):
            assert LAMBDAS[name]["RecursiveLoop"] == "Allow", name


def test_each_platform_secret_is_read_by_those_who_work_with_it() -> None:
    readers: dict[str, set[str]] = {}
    for name in (logical_id.removesuffix("Function") for logical_id in LAMBDAS):
        for statement in statements(name):
            if statement["Action"] == "secretsmanager:GetSecretValue":
                readers.setdefault(statement["Resource"]["Ref"], set()).add(name)
    assert readers == {
        "MetaSecretArn": {
            *("WebhookReceive", "WebhookForward", "WebhookMedia"),
            *("CampaignStart", "CampaignLane", "BotReply", "Api"),
        },
        "StripeSecretArn": {"BillingApply"},
        "StripeWebhookSecretArn": {"BillingReceive"},
    }


def test_every_parameter_says_what_it_is() -> None:
    assert not [name for name, stated in TEMPLATE["Parameters"].items() if not stated["Description"].endswith(".")]


def test_nobody_may_change_or_remove_an_entry_of_an_audit_log() -> None:
    """As far as IAM can say it: that what is put does not replace an entry, the condition of the write says
    (tests/unit/house/test_audit_log.py)."""
    removing, entries = {"dynamodb:DeleteItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"}, ["T#*#AUDIT#*"]
    directory = {"Fn::GetAtt": ["DirectoryArn", "Value"]}
    holders = 0
    for policy in POLICIES.values():
        own = [one for one in policy["PolicyDocument"]["Statement"] if directory in listed(one["Resource"])]
        allowed = {action for one in own if one["Effect"] == "Allow" for action in actions_of(one)}
        assert not allowed & {"dynamodb:*", "*"}
        assert not [action for action in allowed if action.startswith("dynamodb:PartiQL")]
        if allowed & removing:
            holders += 1
            (denial,) = [one for one in own if one["Effect"] == "Deny"]
            assert set(actions_of(denial)) == removing
            assert denial["Condition"] == {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": entries}}
    assert holders == 3
