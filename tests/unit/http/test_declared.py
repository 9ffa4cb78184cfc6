"""The check that every call of the tests goes through finds what an API's description does not declare."""

import pytest

from tests.support.declared import Declared, Undeclared

DECLARED = Declared(
    {
        "components": {"responses": {"NotFound": {"x-problem-codes": ["not_found"]}}},
        "paths": {
            "/v1/things/{thing_id}": {
                "get": {"responses": {"200": {}, "404": {"$ref": "#/components/responses/NotFound"}}}
            },
            "/v1/things/all": {"get": {"responses": {"201": {}, "409": {"x-problem-codes": ["taken", "busy"]}}}},
        },
    }
)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/things/7", 200, None),
        ("GET", "/v1/things/7?limit=1", 404, "not_found"),
        ("GET", "/v1/things/all", 201, None),
        ("GET", "/v1/things/all", 409, "busy"),
        ("GET", "/v1/nothing", 404, "unknown_route"),
        ("PUT", "/v1/things/7", 404, "unknown_route"),
        ("GET", "/v1/things/7", 429, None),
    ],
)
def test_what_is_declared_passes(method: str, path: str, status: int, code: str | None) -> None:
    DECLARED.check(method, path, status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "said"),
    [
        ("GET", "/v1/things/7", 201, None, "GET /v1/things/{thing_id} does not declare 201"),
        ("GET", "/v1/things/all", 200, None, "GET /v1/things/all does not declare 200"),
        ("GET", "/v1/things/7", 409, "taken", "GET /v1/things/{thing_id} does not declare 409 taken"),
        ("GET", "/v1/things/all", 409, "lost", "GET /v1/things/all does not declare the code lost of its 409"),
        ("GET", "/v1/things/7", 429, "too_many", "GET /v1/things/{thing_id} does not declare 429 too_many"),
        ("GET", "/v1/nothing", 200, None, "GET /v1/nothing is no operation, and was answered 200"),
        ("PUT", "/v1/things/7", 404, "not_found", "PUT /v1/things/7 is no operation, and was answered 404 not_found"),
    ],
)
def test_what_is_not_fails_by_name(method: str, path: str, status: int, code: str | None, said: str) -> None:
    with pytest.raises(Undeclared, match=said.replace("{", r"\{")):
        DECLARED.check(method, path, status, code)
