import json

import pytest

from functions.api.http import problems
from shared.domain.templates.compiler import CompileError
from shared.domain.templates.compiler import Problem as PlanProblem
from shared.errors import AppError, ConfigError, Conflict, NotFound, ProviderRejected, RetryableError


def document(problem: problems.Problem) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(problem.body("request-1"))
    return parsed


def test_a_problem_has_every_member_of_the_rfc_and_ours() -> None:
    assert document(problems.of(Conflict("taken", field="email", code="email_taken"))) == {
        "type": "/v1/errors#email_taken",
        "title": "Email taken",
        "status": 409,
        "code": "email_taken",
        "detail": "taken",
        "instance": "request-1",
        "field": "email",
    }


@pytest.mark.parametrize(
    "error", [ConfigError("no TABLE"), AppError("inner words"), KeyError("secret"), ValueError("x")]
)
def test_errors_of_our_own_making_stay_inside(error: Exception) -> None:
    body = problems.of(error).body("r")
    assert json.loads(body)["status"] == 500
    assert str(error) not in body


def test_meta_s_refusal_keeps_its_words_and_code() -> None:
    refused = problems.of(ProviderRejected("Meta refused: name exists", provider_code="100"))
    assert (refused.status, refused.provider_code, refused.detail) == (422, "100", "Meta refused: name exists")
    assert problems.of(ProviderRejected("Meta refused: token", provider_code="190")).status == 502
    assert problems.of(RetryableError("busy")).status == 503


def test_every_problem_of_a_campaign_is_named() -> None:
    error = CompileError([PlanProblem("variables.body.1", "map it"), PlanProblem("template_id", "not approved")])
    parsed = document(problems.of(error))
    assert parsed["status"] == 422
    assert parsed["field"] == "variables.body.1"
    assert parsed["errors"] == [
        {"field": "variables.body.1", "message": "map it"},
        {"field": "template_id", "message": "not approved"},
    ]


def test_pydantic_s_errors_name_the_field_and_not_its_content() -> None:
    problem = problems.of_validation(
        [
            {"type": "missing", "loc": ("body", "name"), "msg": "Field required", "input": "secret"},
            {"type": "extra_forbidden", "loc": ("body", "rules", 0, "x"), "msg": "Extra inputs", "input": "secret"},
            {"type": "value_error", "loc": ("query", "limit"), "msg": "Value error, too many"},
        ]
    )
    assert [(e.field, e.message) for e in problem.errors] == [
        ("name", "this field is required"),
        ("rules.0.x", "there is no such field; remove it"),
        ("limit", "too many"),
    ]
    assert "secret" not in problem.body("r")


def test_an_id_of_the_wrong_form_is_a_missing_thing() -> None:
    wrong = problems.of_validation([{"type": "string_pattern_mismatch", "loc": ("path", "contact_id"), "msg": ""}])
    assert wrong.body("r") == problems.NO_SUCH_THING.body("r")
    assert problems.of(NotFound("there is no such thing here")).body("r") == wrong.body("r")
