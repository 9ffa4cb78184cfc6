"""The API's conventions, held over its OpenAPI document: an operation that breaks one fails by name."""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from functions.api import handler
from tests.support.api_document import SERVER, api_document
from tests.support.public_routes import PUBLIC_ROUTES
from tests.support.template import load_template, resources

Json = dict[str, Any]
DOCUMENT: Json = api_document()
OPERATIONS: dict[str, tuple[str, str, Json]] = {
    f"{method.upper()} {path}": (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
# fmt: off
VERBS = frozenset({
    "assign", "cancel", "check", "close", "complete", "connect", "create", "delete", "disconnect", "duplicate",
    "export", "get", "import", "label", "launch", "list", "log", "open", "opt", "pause", "preview", "read",
    "refresh", "reject", "reopen", "replace", "replay", "resend", "reset", "resume", "retry", "rotate", "search",
    "send", "set", "show", "sign", "snooze", "start", "submit", "suspend", "sync", "test", "update", "verify",
})
# fmt: on
"""What an operationId begins with: a new verb is a decision, because clients are generated from it."""
BY_METHOD = {
    "delete": {"delete"},
    "get": {"export", "get", "list", "preview", "search"},
    "patch": {"update"},
    "put": {"replace", "set"},
}
PROBLEM = "application/problem+json"

FEED = "GET /v1/events"
"""No list but a feed: its cursor never ends, and `more` says whether to wait."""
NOT_PAGED = (
    "GET /v1/conversations/{conversation_id}/presence",
    "PUT /v1/conversations/{conversation_id}/presence",
    "GET /v1/search",
)
"""Those who are there right now are a few, and a search shows the first of each kind."""
SCHEMAS: dict[str, Json] = DOCUMENT["components"]["schemas"]
each = pytest.mark.parametrize("name", OPERATIONS)


def _responses(operation: Json) -> dict[int, Json]:
    shared = DOCUMENT["components"]["responses"]
    return {
        int(status): shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        for status, response in operation["responses"].items()
    }


@each
def test_its_operation_id_is_a_verb_and_a_noun(name: str) -> None:
    method, _, operation = OPERATIONS[name]
    operation_id = operation["operationId"]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation_id), operation_id
    verb = operation_id.partition("_")[0]
    assert verb in BY_METHOD.get(method, VERBS), operation_id


def test_each_operation_id_is_there_once() -> None:
    ids = Counter(operation["operationId"] for _, _, operation in OPERATIONS.values())
    assert [operation_id for operation_id, times in ids.items() if times > 1] == []


@each
def test_it_says_what_it_does_in_a_line_and_then_in_more_words(name: str) -> None:
    operation = OPERATIONS[name][2]
    assert 0 < len(operation["summary"]) <= 120
    assert not operation["summary"].endswith(".")
    assert operation["description"].strip()
    assert operation["description"].strip() != operation["summary"]


@each
def test_its_parameters_are_described(name: str) -> None:
    parameters = OPERATIONS[name][2].get("parameters", [])
    assert [one["name"] for one in parameters if not one.get("description", "").strip()] == []


@each
def test_it_has_one_tag_which_is_described(name: str) -> None:
    (tag,) = OPERATIONS[name][2]["tags"]
    assert tag in {one["name"] for one in DOCUMENT["tags"]}


def test_each_tag_is_described_once_and_used() -> None:
    named = [one["name"] for one in DOCUMENT["tags"]]
    assert len(named) == len(set(named))
    assert set(named) == {tag for _, _, operation in OPERATIONS.values() for tag in operation["tags"]}
    assert all(one["description"] for one in DOCUMENT["tags"])


@each
def test_it_wants_a_caller_or_says_that_it_wants_none(name: str) -> None:
    operation = OPERATIONS[name][2]
    assert operation["security"] == ([] if name in PUBLIC_ROUTES else [{"bearer": []}])
    assert ("x-required-scope" in operation) == (name not in PUBLIC_ROUTES)


def test_what_says_nothing_wants_a_caller() -> None:
    assert DOCUMENT["security"] == [{"bearer": []}]


@each
def test_it_lists_every_answer_by_its_status(name: str) -> None:
    operation = OPERATIONS[name][2]
    assert "default" not in operation["responses"]
    found = _responses(operation)
    assert [status for status in found if 200 <= status < 300]
    assert {429, 500, 503} <= found.keys()
    assert (name in PUBLIC_ROUTES) or {401, 403} <= found.keys()
    assert ("{" not in name) or 404 in found
    assert ("requestBody" not in operation) or {400, 413, 415, 422} <= found.keys()
    assert all(response["description"] and "X-Request-Id" in response["headers"] for response in found.values())


@each
def test_its_list_has_a_cursor_and_the_one_maximum(name: str) -> None:
    operation = OPERATIONS[name][2]
    query = {one["name"]: one["schema"] for one in operation.get("parameters", []) if one["in"] == "query"}
    shown = {field for _, schema in _shown(operation) for field in schema.get("properties", {})}
    assert ("more" in shown) == (name == FEED)
    if name in (FEED, *NOT_PAGED):
        return
    assert ("items" in shown) == ("next_cursor" in shown and "replayed" not in shown) == ("limit" in query)
    if "limit" in query:
        assert "cursor" in query
        assert (query["limit"]["minimum"], query["limit"]["maximum"]) == (1, 100)
        assert 1 <= query["limit"]["default"] <= 100


def _shown(operation: Json) -> list[tuple[str, Json]]:
    """(name, schema) of what its successes show, at the top."""
    contents = [c for s, r in _responses(operation).items() if s < 300 for c in r.get("content", {}).values()]
    names = [content["schema"].get("$ref", "").rpartition("/")[2] for content in contents]
    return [(name, SCHEMAS[name]) for name in names if name]


@each
def test_it_refuses_a_query_parameter_that_it_does_not_have(name: str) -> None:
    assert "unknown_parameter" in _responses(OPERATIONS[name][2])[422]["x-problem-codes"]


@each
def test_its_refusals_are_problems_with_their_codes(name: str) -> None:
    for status, response in _responses(OPERATIONS[name][2]).items():
        if status < 400:
            assert "x-problem-codes" not in response
            continue
        codes = response["x-problem-codes"]
        assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", code) for code in codes), (status, codes)
        assert (PROBLEM in response["content"]) == bool(codes), status
        # Without a code of ours it is the gateway that says so.
        assert codes or status == 429, status
        assert all(f"`{code}`" in response["description"] for code in codes), status


@each
def test_whoever_calls_it_is_told_how_often_they_may(name: str) -> None:
    if name in PUBLIC_ROUTES:
        return
    found = _responses(OPERATIONS[name][2])
    assert "rate_limited" in found[429]["x-problem-codes"]
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= found[429]["headers"].keys()
    successes = [response for status, response in found.items() if status < 300]
    assert all({"RateLimit", "RateLimit-Policy"} <= response["headers"].keys() for response in successes)


def test_a_browser_may_read_every_header_that_is_described() -> None:
    exposed = load_template()["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]["ExposeHeaders"]
    assert {name.lower() for name in DOCUMENT["components"]["headers"]} <= set(exposed)


def test_only_the_api_limits_calls() -> None:
    """What Meta and Stripe send is never turned away for being much."""
    functions = resources(load_template(), "AWS::Serverless::Function")
    told = [name for name, one in functions.items() if "CALL_LIMIT_FACTOR" in str(one.get("Environment"))]
    assert told == ["ApiFunction"]


def _examples(operation: Json) -> list[tuple[str, Json, object]]:
    """(where, schema, example) of each; fails for what should have one and has none."""
    successes = [(str(s), r) for s, r in _responses(operation).items() if s < 300]
    bodies = [("body", operation.get("requestBody", {})), *successes]
    found = [
        (f"{where} {media_type}", content["schema"], content["example"])
        for where, body in bodies
        for media_type, content in body.get("content", {}).items()
    ]
    parameters = [one for one in operation.get("parameters", []) if one["in"] == "path"]
    return found + [(one["name"], one["schema"], one["example"]) for one in parameters]


@each
def test_it_has_examples_and_they_are_right(name: str) -> None:
    examples = _examples(OPERATIONS[name][2])
    assert examples
    for where, schema, example in examples:
        validator = jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})
        assert [f"{where} {error.instance_path}: {error.message}" for error in validator.iter_errors(example)] == []


BEGINNINGS = {
    "create_campaign": "draft",
    "retry_campaign": "draft",
    "resend_unknown": "draft",
    "create_import": "awaiting_upload",
    "import_file": "queued",
    "create_media": "awaiting_upload",
    "create_template": "PENDING",
    "submit_template_draft": "PENDING",
    "create_invitation": "open",
    "open_conversation": "open",
    "open_support_access": "open",
    "start_onboarding": "blocked",
    "send_message": "sent",
    "test_template": "sent",
}
"""operationId -> the status of what has just come about; the last three are worked on within the call."""
_NOT_YET = ("started_at", "finished_at", "last_used_at", "planned")


def test_the_example_of_what_has_just_come_about_is_of_then() -> None:
    created = {
        operation["operationId"]: content["example"]
        for _, _, operation in OPERATIONS.values()
        for content in operation["responses"].get("201", {}).get("content", {}).values()
    }
    assert {name: one["status"] for name, one in created.items() if "status" in one} == BEGINNINGS
    assert {(name, field) for name, one in created.items() for field in _NOT_YET if one.get(field) is not None} == set()


def test_nothing_of_the_frameworks_own_errors_is_left() -> None:
    text = json.dumps(DOCUMENT)
    assert "ValidationError" not in text
    names = re.findall(r'"#/components/schemas/(\w+)"', text)
    assert set(names) <= set(DOCUMENT["components"]["schemas"])


def test_it_is_of_the_projects_version_and_says_where_it_is_served() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert DOCUMENT["info"]["version"] == project["version"]
    assert DOCUMENT["servers"] == [{"url": SERVER}]


def test_what_holds_everywhere_is_said_once_at_the_top() -> None:
    words = " ".join(DOCUMENT["info"]["description"].split())
    for said in ("Ids are opaque", "`x-extensible-enum`: be ready for others", 'null, never `""`', "RFC 3339 in UTC"):
        assert said in words


def test_what_is_described_is_there() -> None:
    """What a noun says of an operation that has another name is said of nobody."""
    known = {operation["operationId"] for _, _, operation in OPERATIONS.values()}
    said = {
        name for one in handler.descriptions() for names in (one.problems, one.successes, one.files) for name in names
    }
    assert sorted(said - known) == []
