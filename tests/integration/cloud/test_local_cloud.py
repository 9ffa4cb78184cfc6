"""The local cloud itself: what was deployed is the template, and it is wired as on AWS."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from infra.local.cloud import STACK, TEMPLATE, LocalCloud
from tests.support.processes import processes_of
from tests.support.template import load_template, resources


def call(method: str, url: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str]]:
    request = urllib.request.Request(url, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


def test_deployed_template_is_the_file(cloud: LocalCloud) -> None:
    deployed = cloud.client("cloudformation").get_template(StackName=STACK, TemplateStage="Original")["TemplateBody"]
    assert deployed == TEMPLATE.read_text()


def test_every_function_is_there_with_its_trigger(cloud: LocalCloud) -> None:
    template = load_template()
    functions = resources(template, "AWS::Serverless::Function")
    listed = {item["FunctionName"]: item for item in cloud.client("lambda").list_functions()["Functions"]}
    assert {item["Handler"] for item in listed.values()} == {item["Handler"] for item in functions.values()}
    mappings = cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    limits = {mapping["FunctionArn"].rpartition("-")[2]: mapping.get("ScalingConfig") for mapping in mappings}
    assert limits.keys() == {name.removesuffix("Function") for name, item in functions.items() if "Events" in item}
    assert limits["CampaignLane"] == {"MaximumConcurrency": template["Parameters"]["LaneConcurrency"]["Default"]}


def test_lane_may_hand_over_to_itself(cloud: LocalCloud) -> None:
    config = cloud.client("lambda").get_function_recursion_config(FunctionName=f"{STACK}-CampaignLane")
    assert config["RecursiveLoop"] == "Allow"


def test_items_expire(cloud: LocalCloud) -> None:
    for table in ("Directory", "Contacts", "Conversations", "Sends"):
        described = cloud.client("dynamodb").describe_time_to_live(TableName=cloud.outputs[f"{table}TableName"])
        assert described["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}


def test_numbers_are_counted_to_the_last_of_38_digits(cloud: LocalCloud) -> None:
    """What a journal is closed by is such a number: one that stuck would have what came meanwhile forgotten."""
    table, begin = cloud.outputs["SendsTableName"], 10**37
    for counted in (1, 2):
        answer = cloud.client("dynamodb").update_item(
            TableName=table,
            Key={"pk": {"S": "a number"}, "sk": {"S": "a number"}},
            UpdateExpression="SET n = if_not_exists(n, :begin) + :one",
            ExpressionAttributeValues={":begin": {"N": str(begin)}, ":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )
        assert int(answer["Attributes"]["n"]["N"]) == begin + counted


def test_browser_may_ask_before_it_calls(cloud: LocalCloud) -> None:
    asked = {"origin": "https://console.example", "access-control-request-method": "POST"}
    status, headers = call("OPTIONS", f"{cloud.api_url}/v1/contacts", asked)
    assert status == 204
    assert headers["access-control-allow-origin"] == "*"
    assert "authorization" in headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/me", 401), ("DELETE", "/v1/signup", 401), ("GET", "/", 404), ("GET", "/v2/me", 404)],
)
def test_calls_that_reach_no_function(cloud: LocalCloud, method: str, path: str, status: int) -> None:
    assert call(method, cloud.api_url + path)[0] == status


def test_worker_sees_nothing_of_this_machine(cloud: LocalCloud) -> None:
    """Workers are told what the process that forks them was, and what the template gives them."""
    folders = [Path(f"/proc/{pid}") for pid in processes_of(str(cloud.run_directory))]
    parents = [folder for folder in folders if b"lambda_parent.py" in (folder / "cmdline").read_bytes()]
    assert parents
    for folder in parents:
        items = (folder / "environ").read_bytes().decode().split("\0")
        names = {item.partition("=")[0] for item in items}
        assert not {name for name in names if name.startswith(("PYTHON", "PIP_", "UV_", "PYTEST", "VIRTUAL_ENV"))}
        assert f"HOME={cloud.run_directory}" in items
