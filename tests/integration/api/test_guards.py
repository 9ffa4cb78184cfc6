"""What every call meets before and behind its route, whichever route it is."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from functions.api import handler
from functions.api.accounts.user_pool.access_tokens import AccessToken, TokenExpired
from functions.api.authorizer_bootstrap import AuthorizerDeps
from functions.api.authorizer_handler import grant, lambda_handler
from functions.api.contacts.imports.job import ImportJob, Options
from functions.api.http.refusal import Refusal
from shared.clients.graph import read_answer
from shared.clock import EpochMs
from shared.domain.accounts.account import Member, Role, Tenant
from shared.errors import NotFound
from shared.failures import InvocationFailed
from shared.ids import TenantId, new_ulid
from shared.observability import logger
from shared.store.accounts.people import People
from shared.store.engine.cursor import encode_cursor
from shared.store.engine.database import TableItem
from tests.support.api_handler import Answer, Api, is_problem, scopes_for
from tests.support.fake_aws import Context
from tests.support.faults import answers_lost, refusing
from tests.support.furnished import NOBODY, furnish, paths, routes, tenant, with_ids
from tests.support.log_lines import StandardOutput, lines_of

SCOPES = {"campaigns", "contacts", "conversations", "read", "settings"}
HALF = "\ud83d"


def guard_of(api: Api, tokens: Any) -> AuthorizerDeps:
    """What the authorizer works with, over the stores of the running API."""
    directory = api.deps.directory
    return AuthorizerDeps(api.deps.accounts, People(directory), tokens, directory)


@pytest.mark.parametrize(("method", "path", "operation"), routes())
def test_whoever_lacks_the_scope_is_told_nothing_of_the_request(
    api: Api, method: str, path: str, operation: dict[str, Any]
) -> None:
    others = ",".join(SCOPES - {operation["x-required-scope"]})
    wrong = re.sub(r"\{\w+\}", "no-such-id", path)
    for body, headers in (("{", {}), ('{"surprise":1}', {}), ("a,b", {"content-type": "text/html"})):
        answer = api.call(method, wrong, body, tenant=NOBODY, scopes=others, query="limit=x&cursor=x", headers=headers)
        assert is_problem(answer, 403, "missing_scope")


@pytest.mark.parametrize(("method", "path", "operation"), routes(with_body=True))
def test_half_a_character_is_refused_wherever_it_stands_in_a_body(
    api: Api, method: str, path: str, operation: dict[str, Any]
) -> None:
    real = with_ids(path)
    for body, field in (
        ({"a": [{"b": "fine"}, {"b": f"cut {HALF}"}]}, "a.1.b"),
        ({"a": {HALF: "x"}}, "a"),
        ({HALF: 1}, None),
    ):
        answer = api.call(method, real, body, tenant=NOBODY, **scopes_for(path))
        assert is_problem(answer, 422, "invalid_text", field)
    whole = api.call(method, real, {"a": "\U0001f600"}, tenant=NOBODY, **scopes_for(path))
    assert whole.body.get("code") != "invalid_text"


@pytest.mark.parametrize("query", ["tag=%s", "cursor=%s", "limit=%s"])
def test_half_a_character_in_a_query_is_the_callers_mistake(api: Api, query: str) -> None:
    name = query.split("=")[0]
    answer = api.call("GET", "/v1/contacts", tenant=tenant(api), query=query, params={name: HALF})
    assert (answer.status, answer.body["field"]) == (422, name)


def test_templates_of_a_caller_and_of_meta_never_hold_half_a_character(api: Api) -> None:
    component = {"type": "BODY", "text": f"cut {HALF}", "extra": {"more": [HALF]}}
    draft = {"name": "n", "language": "en", "category": "UTILITY", "components": [component]}
    answer = api.call("POST", "/v1/templates", draft, tenant=tenant(api))
    assert is_problem(answer, 422, "invalid_text", "components.0.text")
    repaired = read_answer(json.dumps({"data": [component]}).encode())
    json.dumps(repaired, ensure_ascii=False).encode()
    assert repaired["data"][0]["text"] == "cut \ufffd"


def test_no_answer_is_kept_by_anybody_on_the_way(api: Api) -> None:
    tenant_id = tenant(api)
    key = {"name": "k", "scopes": ["read"]}
    headers = {"idempotency-key": "no-store"}
    answers = [
        api.call("POST", "/v1/api-keys", key, tenant=tenant_id, headers=headers),
        api.call("POST", "/v1/api-keys", key, tenant=tenant_id, headers=headers),
        api.call("POST", "/v1/login", {"email": "a@b.co", "password": "x"}),
        api.call("GET", "/v1/me", tenant=tenant_id),
        api.call("GET", "/v1/nothing", tenant=tenant_id),
        api.call("POST", "/v1/bots", "{", tenant=tenant_id),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_what_is_too_large_to_be_stored_is_the_callers_mistake(api: Api) -> None:
    tenant_id = tenant(api)
    fields = {}
    for i in range(100):
        assert api.call("POST", "/v1/fields", {"key": f"f{i}"}, tenant=tenant_id).status == 201
        fields[f"f{i}"] = "\U0001f600" * 1_000
    tags = [f"{i:02}" + "\U0001f600" * 62 for i in range(50)]
    body = {"phone": "+5511912345678", "fields": fields, "tags": tags}
    assert is_problem(api.call("POST", "/v1/contacts", body, tenant=tenant_id), 413, "too_large")


class Tokens:
    """Every token is this person's."""

    def __init__(self, subject: str) -> None:
        self._subject = subject

    def read(self, token: str, now: int) -> AccessToken:
        return AccessToken(self._subject, "session", EpochMs(1))


def test_a_member_with_a_role_of_a_later_release_is_denied_and_not_in_error(api: Api) -> None:
    tenant_id = TenantId(new_ulid())
    api.deps.accounts.create(Tenant(tenant_id, "T", "BR"), Member(new_ulid(), f"sub-{tenant_id}", "a@b.co", Role.OWNER))
    names = {f"SUB#sub-{tenant_id}": {"member_id": "m", "role": "superintendent"}}
    api.deps.directory.claim(tenant_id, names, {})

    guard = guard_of(api, Tokens(f"sub-{tenant_id}"))
    assert grant(guard, "token", EpochMs(1)) is Refusal.FORBIDDEN


@pytest.mark.parametrize("token", ["wpb_key", "an access token"])
def test_nobody_is_turned_away_because_the_tables_are_out(
    api: Api, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """What is raised here the gateway answers with 500, and does not keep."""
    guard = guard_of(api, Tokens("somebody"))
    monkeypatch.setattr("functions.api.authorizer_handler.authorizer_deps", lambda: guard)
    with refusing(TableItem._client, 400, "ThrottlingException"), pytest.raises(InvocationFailed):
        lambda_handler({"headers": {"authorization": f"Bearer {token}"}}, Context())


def _granted(api: Api, monkeypatch: pytest.MonkeyPatch, trouble: AbstractContextManager[object]) -> tuple[object, ...]:
    """A tenant, and what its owner is granted while all is well and while the plan is read in this trouble."""
    tenant_id = tenant(api)
    guard = guard_of(api, Tokens(f"sub-{tenant_id}"))
    with_plan, real = grant(guard, "token", EpochMs(1)), api.deps.accounts.tenant

    def read(tenant_id: TenantId) -> Tenant:
        with trouble:
            return real(tenant_id)

    monkeypatch.setattr(logger.registered_handler, "stream", StandardOutput())
    monkeypatch.setattr(api.deps.accounts, "tenant", read)
    return tenant_id, with_plan, grant(guard, "token", EpochMs(1))


@contextmanager
def _gone() -> Iterator[None]:
    raise NotFound("no such tenant")
    yield


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (_gone, "NotFound"),
        (lambda: refusing(TableItem._client, 400, "ThrottlingException"), "GetError"),
        (lambda: answers_lost(TableItem._client, ("GetItem",)), "GetError"),
    ],
)
def test_a_caller_whose_plan_cannot_be_read_is_let_in_without(
    api: Api,
    trouble: Callable[[], AbstractContextManager[object]],
    error: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tenant_id, with_plan, without = _granted(api, monkeypatch, trouble())
    assert isinstance(without, dict)
    assert with_plan == {**without, "plan": "free"}
    (line,) = lines_of(capsys.readouterr().out)
    assert (line["tenant_id"], line["error"].partition(" ")[0]) == (tenant_id, error)


def test_a_plan_that_we_may_not_read_is_a_fault_of_ours(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="AccessDenied"):
        _granted(api, monkeypatch, refusing(TableItem._client, 400, "AccessDeniedException"))


def test_somebody_of_no_tenant_and_a_token_that_is_too_old_are_told_apart(api: Api) -> None:
    class Three:
        def read(self, token: str, now: int) -> AccessToken | None:
            if token == "old":
                raise TokenExpired
            return AccessToken("nobodys", "session", EpochMs(1)) if token == "stranger" else None

    guard = guard_of(api, Three())
    assert grant(guard, "old", EpochMs(1)) is Refusal.TOKEN_EXPIRED
    assert grant(guard, "stranger", EpochMs(1)) is Refusal.FORBIDDEN
    assert grant(guard, "garbage", EpochMs(1)) is Refusal.TOKEN_INVALID
    assert grant(guard, "wpb_unknown", EpochMs(1)) is Refusal.TOKEN_INVALID


@pytest.mark.parametrize(
    ("header", "refusal"),
    [
        ("Bearer wpb_\udcff", "token_invalid"),
        ("Bearer \ud83d", "token_invalid"),
        ("Bearer wpb_é", "token_invalid"),
        ("Bearer ", "token_missing"),
        ("Basic d3BiXw==", "token_missing"),
        ("wpb_key", "token_missing"),
    ],
)
def test_a_header_that_names_nobody_is_let_through_with_nothing_but_a_refusal(
    authorizer: None, header: str, refusal: str
) -> None:
    answer = lambda_handler({"headers": {"authorization": header}}, Context())
    assert answer == {"isAuthorized": True, "context": {"refused": refusal}}


@pytest.fixture
def authorizer(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the stores of the running API."""

    class Nobody:
        def read(self, token: str, now: int) -> None:
            return None

    guard = guard_of(api, Nobody())
    monkeypatch.setattr("functions.api.authorizer_handler.authorizer_deps", lambda: guard)


def _with(context: object) -> dict[str, Any]:
    return {
        "rawPath": "/v1/me",
        "requestContext": {
            "requestId": "r", "http": {"method": "GET", "path": "/v1/me"}, "authorizer": context, "stage": "$default",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("context", "status", "code"),
    [
        ({"lambda": {"refused": "token_missing"}}, 401, "token_missing"),
        ({"lambda": {"refused": "token_expired"}}, 401, "token_expired"),
        ({"lambda": {"refused": "token_invalid"}}, 401, "token_invalid"),
        ({"lambda": {"refused": "forbidden"}}, 403, "forbidden"),
        ({"lambda": {"refused": "something of a later release"}}, 403, "forbidden"),
        ({"lambda": {"refused": "", "tenant_id": "t", "scopes": "read"}}, 403, "forbidden"),
        ({"lambda": {"tenant_id": "", "scopes": "read"}}, 403, "forbidden"),
        ({"lambda": {"tenant_id": 1, "scopes": "read"}}, 403, "forbidden"),
        ({"lambda": {}}, 403, "forbidden"),
        ({"lambda": None}, 403, "forbidden"),
        ({"jwt": {"claims": {"tenant_id": "t"}}}, 403, "forbidden"),
        ({}, 403, "forbidden"),
        ("refused", 403, "forbidden"),
    ],
)
def test_the_api_answers_a_refusal_before_all_else(api: Api, context: object, status: int, code: str) -> None:
    """Also on a route that asks for nobody: a context that names no caller opens nothing."""
    for path in ("/v1/me", "/v1/signup", "/v1/nothing"):
        event = _with(context) | {"rawPath": path}
        answer = handler.lambda_handler(event, Context())
        body = json.loads(answer["body"])
        assert (answer["statusCode"], body["status"], body["code"], body["instance"]) == (status, status, code, "r")
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert answer["headers"]["X-Request-Id"] == "r"
        assert answer["headers"].get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


def test_a_route_that_wants_a_caller_and_has_no_authorizer_before_it_is_closed(api: Api) -> None:
    assert is_problem(api.call("GET", "/v1/me"), 401, "token_missing")


def lists() -> list[Any]:
    """Every route with a cursor."""
    return [
        pytest.param(method, path, name, id=f"{method} {path}")
        for method, path, operation in paths()
        for name in ("cursor", "after")
        if any(parameter["name"] == name for parameter in operation.get("parameters", ()))
    ]


_POSITIONS: tuple[dict[str, str], ...] = (
    {},
    {"sk": ""},
    {"sk": "CMP#1"},
    {"sk": "M#1"},
    {"sk": "x" * 300},
    {"sk": "\ud800"},
    {"at": "0000000000001#a"},
    {"at": "0000000000001", "name": "n"},
    {"next": "~"},
    {"id": "0" * 32},
    {"shard": "1", "n": "1", "at": "1"},
    {"n": "1", "at": "1"},
)


@pytest.mark.parametrize(("method", "path", "name"), lists())
def test_a_cursor_of_another_list_is_the_callers_mistake_on_every_list(
    api: Api, method: str, path: str, name: str
) -> None:
    tenant_id = tenant(api)
    furnish(api, tenant_id)
    api.deps.directory.create(tenant_id, f"IMP#{tenant_id}", ImportJob(tenant_id, "a.csv", Options("BR")))
    real = with_ids(path, tenant_id)
    assert api.call(method, real, tenant=tenant_id, **scopes_for(path)).status == 200
    for position in _POSITIONS:
        cursor = encode_cursor("another list", position)
        asked: dict[str, Any] = {"query": f"{name}={cursor}", "params": {name: cursor}}
        answer = api.call(method, real, tenant=tenant_id, **asked, **scopes_for(path))
        assert is_problem(answer, 422, "invalid_input", name)


ALL = ",".join(sorted(SCOPES))


def test_the_secret_of_one_caller_is_not_repeated_to_another(api: Api) -> None:
    tenant_id, headers = tenant(api), {"idempotency-key": "same"}
    body = {"name": "k", "scopes": ["read"]}
    first = api.call("POST", "/v1/api-keys", body, tenant=tenant_id, member="one", headers=headers)
    other = api.call("POST", "/v1/api-keys", body, tenant=tenant_id, member="two", headers=headers)
    assert is_problem(other, 422, "idempotency_mismatch", "Idempotency-Key")
    again = api.call("POST", "/v1/api-keys", body, tenant=tenant_id, member="one", headers=headers)
    assert again.body == first.body
    assert len(api.deps.accounts.api_keys_page(tenant_id, 10, None).items) == 1


def test_what_is_no_secret_is_done_once_whoever_repeats_it(api: Api) -> None:
    tenant_id, headers = tenant(api), {"idempotency-key": "same"}
    first = api.call("POST", "/v1/labels", {"name": "n"}, tenant=tenant_id, member="one", headers=headers)
    again = api.call("POST", "/v1/labels", {"name": "n"}, tenant=tenant_id, member="two", headers=headers)
    assert (again.status, again.body) == (201, first.body)


def test_every_route_that_shows_a_secret_keeps_it_for_its_caller() -> None:
    secrets = {
        (method, path)
        for method, path, operation in paths()
        for schema in [operation["responses"].get("201", operation["responses"].get("200", {}))]
        if operation.get("x-idempotent") and re.search(r"New(ApiKey|Secret|SupportAccess)Out", json.dumps(schema))
    }
    assert len(secrets) == 5
    marked = {(method, path) for method, path, operation in paths() if operation.get("x-shows-secret")}
    assert marked == secrets


def test_an_answer_too_large_to_be_kept_is_not_an_error_of_ours(api: Api) -> None:
    tenant_id, headers = tenant(api), {"idempotency-key": "large"}
    fields = {f"f{i}": "\U0001f600" * 1_000 for i in range(80)}
    for key in fields:
        assert api.call("POST", "/v1/fields", {"key": key}, tenant=tenant_id).status == 201
    body = {"phone": "+5511912345678", "fields": fields}
    assert api.call("POST", "/v1/contacts", body, tenant=tenant_id, headers=headers).status == 201
    again = api.call("POST", "/v1/contacts", body, tenant=tenant_id, headers=headers)
    assert is_problem_of(again, 409, "answer_not_kept")


def is_problem_of(answer: Answer, status: int, code: str) -> bool:
    """Also one that is repeated, under the id of the first request."""
    return (answer.status, answer.body["code"]) == (status, code)


@pytest.mark.parametrize(
    ("scopes", "of_key", "status"),
    [
        ("settings", ["read"], 403),
        ("settings", ["settings", "campaigns"], 403),
        ("settings", ["settings"], 204),
        ("read,settings", ["read"], 204),
        (ALL, sorted(SCOPES), 204),
    ],
)
def test_nobody_revokes_a_key_that_may_do_more_than_they(api: Api, scopes: str, of_key: list[str], status: int) -> None:
    tenant_id = tenant(api)
    key_id = api.call("POST", "/v1/api-keys", {"name": "k", "scopes": of_key}, tenant=tenant_id).body["id"]
    answer = api.call("DELETE", f"/v1/api-keys/{key_id}", tenant=tenant_id, scopes=scopes, role="api_key")
    assert answer.status == status
    if status == 403:
        assert answer.body["code"] == "wider_key"
        assert len(api.deps.accounts.api_keys_page(tenant_id, 10, None).items) == 1
        own = api.call("DELETE", f"/v1/api-keys/{key_id}", tenant=tenant_id, scopes=scopes, member=key_id)
        assert own.status == 204
