"""A call's line in the log."""

from typing import Any

import pytest

from functions.api import handler
from functions.api.http.routing import named
from shared.ids import TenantId, new_ulid
from shared.observability import logger
from shared.store.engine.database import TableItem
from tests.support.api_handler import Answer, Api
from tests.support.faults import refusing
from tests.support.log_lines import StandardOutput, lines_of

PERSON = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def logging_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logger.registered_handler, "stream", StandardOutput())


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


def line_of(answer: Answer, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    printed = capsys.readouterr().out
    assert PERSON not in printed
    line = lines_of(printed)[-1]
    assert (line["message"], line["status"]) == ("request answered", answer.status)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["latency_ms"] >= 0
    return line


def test_it_names_the_route_by_its_template_whoever_is_in_the_path(
    api: Api, tenant: TenantId, capsys: pytest.CaptureFixture[str]
) -> None:
    line = line_of(api.call("GET", f"/v1/contacts/{PERSON}", tenant=tenant), capsys)
    assert (line["route"], line["status"]) == ("GET /v1/contacts/{contact_id}", 404)
    assert (line["tenant_id"], line["member_id"], line["problem"]) == (tenant, "member", "not_found")


def test_nor_does_it_name_a_path_that_nothing_is_at(
    api: Api, tenant: TenantId, capsys: pytest.CaptureFixture[str]
) -> None:
    line = line_of(api.call("GET", f"/v1/nothing/{PERSON}", tenant=tenant), capsys)
    assert (line["route"], line["status"]) == ("none", 404)


def test_who_lacks_the_scope_is_in_it_too(api: Api, tenant: TenantId, capsys: pytest.CaptureFixture[str]) -> None:
    line = line_of(api.call("GET", "/v1/campaigns", tenant=tenant, scopes=""), capsys)
    assert (line["route"], line["status"], line["tenant_id"]) == ("GET /v1/campaigns", 403, tenant)


def test_every_route_is_named_before_anything_else() -> None:
    app = handler.api.whole()
    unnamed = [
        f"{route.method} {route.path}"
        for route in (*app._static_routes, *app._dynamic_routes)
        if not (route.middlewares and route.middlewares[0] is named)
    ]
    assert unnamed == []


@pytest.mark.parametrize(
    ("status", "code", "answered", "counted"),
    [
        (400, "ThrottlingException", 503, "ApiUnavailable"),
        (500, "InternalServerError", 503, "ApiUnavailable"),
        (400, "AccessDeniedException", 500, "ApiFailed"),
        (400, "ValidationException", 500, "ApiFailed"),
    ],
)
def test_an_outage_is_in_the_log_once_and_counted_once_and_apart_from_our_own_faults(
    api: Api,
    tenant: TenantId,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    code: str,
    answered: int,
    counted: str,
) -> None:
    # botocore's own again: what a log says of a call is read from its frames.
    monkeypatch.delattr(TableItem._client, "_make_api_call")
    with refusing(TableItem._client, status, code):
        assert api.call("GET", "/v1/contacts", tenant=tenant).status == answered
    lines = lines_of(capsys.readouterr().out)
    (error,) = [line for line in lines if line.get("level") == "ERROR"]
    assert (error["aws_code"], error["aws"], error["tenant_id"]) == (code, "DynamoDB.Query", tenant)
    assert [line[name] for line in lines for name in ("ApiUnavailable", "ApiFailed") if name in line] == [[1.0]]
    assert any(counted in line for line in lines)
