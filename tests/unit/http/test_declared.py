"""The check that every call of the tests goes through finds what an API's description does not declare."""

import pytest

from tests.support.declared import Declared, Undeclared

_THING = "#/components/schemas/ThingOut"
THING = {"id": "1", "status": "new", "at": "2026-11-30T09:00:00Z", "left": None}
DECLARED = Declared(
    {
        "components": {
            "responses": {"NotFound": {"x-problem-codes": ["not_found"]}},
            "schemas": {
                "ThingsOut": {"type": "object", "properties": {"items": {"type": "array", "items": {"$ref": _THING}}}},
                "ThingOut": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": {"type": "string"},
                        "status": {"type": "string", "x-extensible-enum": ["new", "old"]},
                        "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                        "left": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    },
                },
            },
        },
        "paths": {
            "/v1/things/{thing_id}": {
                "get": {"responses": {"200": {}, "404": {"$ref": "#/components/responses/NotFound"}}}
            },
            "/v1/things": {
                "get": {
                    "responses": {
                        "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingsOut"}}}}
                    }
                }
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


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"colour": "red"}, "items.0: .*colour"),
        ({"id": ""}, "items.0.id"),
        ({"id": None}, "items.0.id"),
        ({"status": "tired"}, "items.0.status"),
        ({"at": "yesterday"}, "items.0.at"),
        ({"at": "1970-01-01T00:00:00Z"}, "items.0.at"),
        ({"left": -1}, "items.0.left"),
    ],
)
def test_a_body_that_is_not_as_declared_fails_by_name(wrong: dict[str, object], said: str) -> None:
    DECLARED.check("GET", "/v1/things", 200, None, {"items": [THING]})
    with pytest.raises(Undeclared, match=f"GET /v1/things does not answer 200 as declared: {said}"):
        DECLARED.check("GET", "/v1/things", 200, None, {"items": [THING | wrong]})
