"""What a cold start has to import, in interpreters of their own: libraries come with whoever needs them."""

import importlib
import json
import os
import subprocess
import sys

import pytest

from functions.api import handler
from tests.support.template import load_template, resources
from tests.unit.house.test_floor_plan import layer, modules
from tests.unit.infra.test_settings import stated

HTTP = frozenset({"httpx", "pyreqwest"})
"""Clients that call Meta or a tenant's host."""
HEAVY = HTTP | {"boto3", "phonenumbers", "stripe", "jwt", "cryptography", "aws_lambda_powertools.event_handler"}
NEEDED: dict[str, frozenset[str]] = {
    "functions.api.authorizer_handler": frozenset({"jwt", "cryptography"}),
    "functions.api.change_handler": frozenset({"aws_lambda_powertools.event_handler"}),
    "functions.api.handler": frozenset({"aws_lambda_powertools.event_handler"}),
    "functions.api.import_handler": frozenset({"phonenumbers"}),
    "functions.billing_events.apply_handler": frozenset({"stripe", "httpx"}),
    "functions.bot_reply.handler": HTTP,
    "functions.campaign_dispatch.lane_handler": HTTP,
    "functions.campaign_dispatch.start_handler": HTTP,
    "functions.webhook_ingest.forward_handler": frozenset({"httpx"}),
    "functions.webhook_ingest.media_handler": HTTP,
}
"""Handler -> which of the heavy ones each invocation, or nearly each, works with."""
OPENAPI = "aws_lambda_powertools.event_handler.openapi.models"
HANDLERS = sorted(
    str(function["Handler"]).rpartition(".")[0]
    for function in resources(load_template(), "AWS::Serverless::Function").values()
)
_FIRST = """
import json, sys
from functions.api import handler
for path in sys.argv[1:]:
    handler.api.app_for(path)
print(json.dumps(sorted(sys.modules)))
"""
_DESCRIBED = """
import sys
from functions.api import handler
for path in sys.argv[1:]:
    handler.api.app_for(path)
print(handler.api.document("https://api.example.com"))
"""


def printed(code: str, *arguments: str, **settings: str) -> str:
    program = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, **settings}
    return subprocess.run(program, capture_output=True, text=True, check=True, timeout=120, env=environment).stdout


def loaded_for(*paths: str) -> set[str]:
    """All modules of a process that has begun to answer these paths."""
    return set(json.loads(printed(_FIRST, *paths)))


@pytest.mark.parametrize("module", HANDLERS)
def test_a_handler_imports_of_the_heavy_libraries_what_it_works_with(module: str) -> None:
    loaded = set(printed(f"import sys, {module}; print(*sys.modules)").split())
    assert loaded & HEAVY == NEEDED.get(module, frozenset())
    assert OPENAPI not in loaded


def test_the_api_begins_without_any_noun() -> None:
    begun = loaded_for()
    assert "functions.api.http.routing" in begun
    assert sorted(name for name in begun if layer(name) in ("routes", "models") and name.startswith("functions.")) == []


@pytest.mark.parametrize(
    ("first", "without"),
    [
        ("me", HTTP | {"phonenumbers", "jwt", "functions.api.inbox"}),
        ("contacts", HTTP | {"jwt", "functions.api.campaigns"}),
        ("campaigns", {"phonenumbers", "jwt", "functions.api.inbox"}),
        ("search", HTTP | {"jwt", "functions.api.campaigns"}),
        ("events", HTTP | {"phonenumbers", "jwt", "functions.api.inbox", "functions.api.campaigns"}),
    ],
)
def test_a_request_loads_its_own_noun(first: str, without: frozenset[str]) -> None:
    loaded = loaded_for(f"/v1/{first}/1")
    assert sorted(without & loaded) == []
    assert OPENAPI not in loaded
    assert [name for name in loaded if layer(name) == "described"] == []
    routes = {name for name in loaded if layer(name) == "routes" and name.startswith("functions.")}
    assert routes == {f"functions.api.{module}" for module, firsts in handler.ROUTES.items() if first in firsts}


def test_a_start_that_nobody_waits_for_loads_everything() -> None:
    """Provisioned concurrency and SnapStart: no request is to pay for a noun then."""
    code = """
import json, sys
from functions.api import handler
print(json.dumps(sorted(sys.modules)), len(handler.parts()._by_type))
"""
    settings = stated("ApiFunction") | {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    aws = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    loaded, _, made = printed(code, **settings, **aws).rpartition(" ")
    routes = {name for name in json.loads(loaded) if layer(name) == "routes" and name.startswith("functions.")}
    assert routes == {f"functions.api.{module}" for module in handler.ROUTES}
    assert int(made) >= 20, "one of each type that routes ask for"


def test_every_module_with_routes_is_in_the_table_under_what_its_paths_begin_with() -> None:
    kept = {name.removeprefix("functions.api.") for name in modules() if layer(name) == "routes"}
    assert kept == set(handler.ROUTES)
    for module, firsts in handler.ROUTES.items():
        rules = [str(rule) for rule, *_ in importlib.import_module(f"functions.api.{module}").router._routes]
        assert {rule.split("/")[2] for rule in rules} == firsts, module
        assert all(rule.startswith("/v1/") for rule in rules), module


def test_the_description_does_not_tell_which_nouns_were_asked_for_before() -> None:
    assert printed(_DESCRIBED, "/v1/search", "/v1/contacts/1", "/v1/nothing") == printed(_DESCRIBED)
