"""What every function wrote in all the tests before: nothing that is somebody's, and each its line.

Lines are read from where AWS keeps them, so that those of Lambda itself are among them.
"""

import functools
import json
from typing import Any

import pytest

from infra.local.cloud import STACK, LocalCloud
from infra.local.logs import Look
from tests.support.api import HTTP, aws
from tests.support.personal import personal_in
from tests.support.template import load_template, resources

FUNCTIONS = [name.removesuffix("Function") for name in resources(load_template(), "AWS::Serverless::Function")]
FOR_ALL = {
    "ApiAuthorizer": "the call's own line names the caller",
    "ApiUpkeep": "works for whoever is due",
    "BillingReceive": "whose a customer is is looked up behind the queue",
    "CampaignDue": "works for whoever is due",
    "WebhookCompactDue": "works for whoever is due",
    "WebhookForward": "what it sends on is of no tenant here",
    "WebhookReceive": "whose an account is is looked up behind the queues",
}
"""Functions whose lines name no tenant."""
_EVERY_LINE = {"message", "function_name", "function_request_id", "latency_ms"}


@functools.cache
def written(cloud: LocalCloud) -> dict[str, list[str]]:
    """Function -> its lines."""
    # Its schedule comes round every five minutes, and a run may be shorter.
    aws(cloud, "lambda").invoke(FunctionName=f"{STACK}-ApiUpkeep", Payload=b"{}")
    return {name: list(Look(cloud.client("logs"), frozenset({name}), errors=False).lines()) for name in FUNCTIONS}


def test_nothing_in_the_logs_is_somebodys(cloud: LocalCloud) -> None:
    told = [HTTP.get(f"{cloud.simulator_url}/_sim/{kind}").json()["entries"] for kind in ("journal", "webhooks")]
    secrets = [cloud.app_secret, cloud.verify_token, cloud.stripe_api_key, cloud.stripe_webhook_secret]
    personal = personal_in(told, secrets)
    assert personal.numbers
    assert personal.texts
    assert sum(map(bool, written(cloud).values())) > len(FUNCTIONS) / 2
    assert [found for lines in written(cloud).values() for found in personal.found_in(lines)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_invocation_has_one_line_that_says_what_it_was(
    cloud: LocalCloud, function: str, *, whole_run: bool
) -> None:
    lines = [one for line in written(cloud)[function] if "latency_ms" in (one := _read(line))]
    if not lines and not whole_run:
        pytest.skip(f"{function} did nothing that it writes a line for: all the tests before have it work")
    assert lines, "nothing has the function work, or it says nothing of it"
    for line in lines:
        assert line.keys() >= _EVERY_LINE
        assert line["function_name"].endswith(f"-{function}")
    requests = [line["function_request_id"] for line in lines]
    assert len(requests) == len(set(requests))
    assert function in FOR_ALL or any(line.get("tenant_id") for line in lines)


def _read(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
