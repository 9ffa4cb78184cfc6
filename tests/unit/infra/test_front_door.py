"""The ways in, read from the template: Meta's webhooks and the consoles do not use up what the other needs."""

import re
from typing import Any

import pytest

from shared.domain.numbers.cells import cell_urls
from shared.errors import ConfigError
from tests.support.template import Data, load_template, resources

TEMPLATE = load_template()
LAMBDAS = resources(TEMPLATE, "AWS::Serverless::Function")


def key_of(route: Data) -> str:
    stated = route["RouteKey"]
    return str(stated["Fn::Sub"] if isinstance(stated, dict) else stated)


ROUTES = {key_of(route): route for route in resources(TEMPLATE, "AWS::ApiGatewayV2::Route").values()}
STAGE = TEMPLATE["Resources"]["HttpApiStage"]
RECEIVER = {"Fn::GetAtt": ["WebhookReceiveFunction", "Arn"]}
UNRESERVED_AT_LEAST, QUOTA = 100, 1_000
"""AWS Lambda, reserved concurrency: 100 of an account's quota, 1,000 by default, cannot be set aside."""
COGNITO_LOG_INS = 120
"""Amazon Cognito quotas, UserAuthentication: requests a second."""


def default(parameter: str) -> int:
    return int(TEMPLATE["Parameters"][parameter]["Default"])


def reserved(name: str) -> Any:
    """What `prod` sets aside for a function; None when nothing."""
    stated = LAMBDAS[name].get("ReservedConcurrentExecutions")
    if stated is None:
        return None
    condition, value, nothing = stated["Fn::If"]
    assert (condition, nothing) == ("HasReservedConcurrency", {"Ref": "AWS::NoValue"})
    return value


def most_readers(name: str) -> Any:
    """How many invocations at a time read a function's queue."""
    (trigger,) = LAMBDAS[name]["Events"].values()
    return trigger["Properties"]["ScalingConfig"]["MaximumConcurrency"]


def test_metas_webhooks_come_by_a_function_url_and_no_route_of_the_consoles_api() -> None:
    assert resources(TEMPLATE, "AWS::Lambda::Url") == {
        "WebhookReceiveUrl": {"TargetFunctionArn": RECEIVER, "AuthType": "NONE"}
    }
    assert not [key for key in ROUTES if "/webhooks/meta" in key]
    integrations = resources(TEMPLATE, "AWS::ApiGatewayV2::Integration").values()
    assert RECEIVER not in [integration["IntegrationUri"] for integration in integrations]


def test_anybody_may_call_the_function_url_and_the_function_by_nothing_else() -> None:
    granted: list[Data] = [
        {key: stated for key, stated in permission.items() if key != "FunctionName"}
        for permission in resources(TEMPLATE, "AWS::Lambda::Permission").values()
        if permission["FunctionName"] == RECEIVER
    ]
    assert granted == [
        {"Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE"},
        {"Action": "lambda:InvokeFunction", "Principal": "*", "InvokedViaFunctionUrl": True},
    ]


def test_the_callback_url_that_is_told_is_the_function_urls() -> None:
    condition, local, own = TEMPLATE["Outputs"]["MetaWebhookUrl"]["Value"]["Fn::If"]
    assert condition == "HasFunctionUrlBase"
    assert own == {"Fn::Sub": "${WebhookReceiveUrl.FunctionUrl}webhooks/meta"}, "which ends with a slash"
    pattern, names = local["Fn::Sub"]
    assert pattern == "${FunctionUrlBase}/${Id}/webhooks/meta"
    assert "WebhookReceiveUrl" in str(names["Id"])
    assert TEMPLATE["Parameters"]["FunctionUrlBase"]["Default"] == ""


def test_the_api_tells_meta_the_same_callback_url() -> None:
    told = LAMBDAS["ApiFunction"]["Environment"]["Variables"]["META_CALLBACK_URL"]
    assert told == TEMPLATE["Outputs"]["MetaWebhookUrl"]["Value"]


def test_only_a_control_stacks_receiver_may_touch_the_directory() -> None:
    policy = TEMPLATE["Resources"]["WebhookReceiveCellsPolicy"]
    assert policy["Condition"] == "IsControl"
    denied, statement = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (denied["Effect"], statement["Effect"]) == ("Deny", "Allow")
    actions = ("BatchGetItem", "PutItem", "DeleteItem", "ConditionCheckItem")
    assert statement["Action"] == [f"dynamodb:{action}" for action in actions]
    own = resources(TEMPLATE, "AWS::IAM::Policy")["WebhookReceivePolicy"]["PolicyDocument"]["Statement"]
    assert "dynamodb" not in str(own)
    assert TEMPLATE["Parameters"]["CellUrls"]["Default"] == TEMPLATE["Parameters"]["ControlUrl"]["Default"] == ""


@pytest.mark.parametrize(
    ("stated", "right"),
    [
        ("", True),
        ("west=https://a.on.aws/webhooks/meta", True),
        ("west=https://a.on.aws/webhooks/meta,east-2=http://127.0.0.1:4566/x", True),
        ("https://a.on.aws/webhooks/meta", False),
        ("West=https://a.on.aws", False),
        ("west=https://a.on.aws,", False),
        ("west=ftp://a", False),
    ],
)
def test_cells_that_the_template_takes_are_those_that_the_functions_read(stated: str, right: bool) -> None:
    assert bool(re.fullmatch(TEMPLATE["Parameters"]["CellUrls"]["AllowedPattern"], stated)) is right
    if right:
        assert len(cell_urls(stated)) == stated.count("=")
    elif not stated.endswith(","):
        with pytest.raises(ConfigError):
            cell_urls(stated)


@pytest.mark.parametrize("stated", ["a=https://x,a=https://y", "a=https://x,b=https://x"])
def test_a_cell_or_a_url_that_is_named_twice_is_refused(stated: str) -> None:
    with pytest.raises(ConfigError):
        cell_urls(stated)


def test_prod_sets_concurrency_aside_for_webhooks_lanes_and_what_people_write() -> None:
    both = TEMPLATE["Conditions"]["HasReservedConcurrency"]["Fn::And"]
    assert both[0] == {"Condition": "IsProduction"}
    assert both[1] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebhookReservedConcurrency"}, 0]}]}
    assert default("WebhookReservedConcurrency") > 0
    found = {name: reserved(name) for name in LAMBDAS if reserved(name) is not None}
    # Who has fewer than its queue is read by is throttled, and its messages go to the dead letters.
    assert found == {
        "WebhookReceiveFunction": {"Ref": "WebhookReservedConcurrency"},
        "WebhookInboundFunction": most_readers("WebhookInboundFunction"),
        "CampaignLaneFunction": most_readers("CampaignLaneFunction"),
        "BillingReceiveFunction": 10,
    }


def test_what_prod_sets_aside_by_default_fits_into_the_default_quota() -> None:
    stated = [reserved(name) for name in LAMBDAS if reserved(name) is not None]
    taken = sum(default(value["Ref"]) if isinstance(value, dict) else value for value in stated)
    assert taken <= QUOTA - UNRESERVED_AT_LEAST


def test_routes_that_cost_much_have_a_throttle_of_their_own() -> None:
    throttles = STAGE["Properties"]["RouteSettings"]
    everybody = STAGE["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"]
    assert {key for key, route in ROUTES.items() if "AuthorizationType" not in route} <= throttles.keys(), "public ones"
    assert {
        "GET /v1/events",
        "GET /v1/search",
        "GET /v1/campaigns/{campaign_id}/report",
        "GET /v1/campaigns/{campaign_id}/recipients.csv",
        "POST /v1/campaigns/{campaign_id}/dry-run",
    } <= throttles.keys()
    for key, limits in throttles.items():
        assert limits["ThrottlingRateLimit"] < everybody, key
        assert limits["ThrottlingBurstLimit"] >= limits["ThrottlingRateLimit"], key
    assert throttles["POST /v1/login"]["ThrottlingRateLimit"] <= COGNITO_LOG_INS


def test_a_throttled_route_is_there_before_the_stage_that_throttles_it() -> None:
    by_key = {key_of(route): name for name, route in resources(TEMPLATE, "AWS::ApiGatewayV2::Route").items()}
    throttled = {by_key[key] for key in STAGE["Properties"]["RouteSettings"]}
    assert throttled == set(STAGE["DependsOn"])


def test_a_route_with_a_throttle_goes_where_all_others_go() -> None:
    catch_all = {key: stated for key, stated in ROUTES["GET /v1/{proxy+}"].items() if key != "RouteKey"}
    for key in STAGE["Properties"]["RouteSettings"]:
        if "AuthorizationType" in ROUTES[key]:
            assert {name: stated for name, stated in ROUTES[key].items() if name != "RouteKey"} == catch_all, key


def test_whoever_stands_behind_the_authorizer_answers_its_refusals() -> None:
    """It lets everybody through, some of them with nothing but a refusal: only the API's function knows that."""
    guarded = [route["Target"] for route in ROUTES.values() if "AuthorizerId" in route]
    assert len(guarded) > 5
    assert all(target == {"Fn::Sub": "integrations/${ApiIntegration}"} for target in guarded)
