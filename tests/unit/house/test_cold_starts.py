"""What a cold start has to import, in interpreters of their own: libraries come with whoever needs them."""

import importlib
import json

import pytest

from functions.api import handler
from tests.support.forked import printed_by_each
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
LIGHT = "functions.campaign_dispatch.load_handler"
"""Imports nothing heavy, and most of what the others have in common with it."""
_MODULES = "import json, sys; print(json.dumps(sorted(sys.modules)))"
_FIRST_CALLS = ("me", "contacts", "campaigns", "search", "events")


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """Handler -> the modules of a process that has imported it; under "" those of one with the light one alone."""
    each = {"": _MODULES} | {module: f"import {module}; {_MODULES}" for module in HANDLERS}
    return {module: set(json.loads(text)) for module, text in printed_by_each(f"import {LIGHT}", each).items()}


@pytest.fixture(scope="module")
def begun() -> dict[str, set[str]]:
    """Noun -> the modules of an API that has begun to answer a call for it; under "" those of one without any call."""
    start = "from functions.api import handler"
    each = {"": _MODULES} | {
        first: f"{start}; handler.api.app_for('/v1/{first}/1'); {_MODULES}" for first in _FIRST_CALLS
    }
    return {first: set(json.loads(text)) for first, text in printed_by_each(start, each).items()}


@pytest.mark.parametrize("module", HANDLERS)
def test_a_handler_imports_of_the_heavy_libraries_what_it_works_with(
    module: str, imported: dict[str, set[str]]
) -> None:
    assert imported[""] & HEAVY == set()
    assert imported[module] & HEAVY == NEEDED.get(module, frozenset())
    assert OPENAPI not in imported[module]


def test_the_api_begins_without_any_noun(begun: dict[str, set[str]]) -> None:
    assert "functions.api.http.routing" in begun[""]
    assert (
        sorted(name for name in begun[""] if layer(name) in ("routes", "models") and name.startswith("functions."))
        == []
    )


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
def test_a_request_loads_its_own_noun(first: str, without: frozenset[str], begun: dict[str, set[str]]) -> None:
    loaded = begun[first]
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
    loaded, _, made = printed_by_each("", {"start": code}, **settings, **aws)["start"].rpartition(" ")
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
    start, described = "from functions.api import handler", "print(handler.api.document('https://api.example.com'))"
    asked = "; ".join(f"handler.api.app_for('{path}')" for path in ("/v1/search", "/v1/contacts/1", "/v1/nothing"))
    each = {"before": f"{start}; {asked}; {described}", "at once": f"{start}; {described}"}
    before, at_once = printed_by_each(start, each).values()
    assert before == at_once
