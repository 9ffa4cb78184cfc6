"""Every operation that is no GET says what the audit log says of it, and path parameters that are named are there."""

import re
from typing import Any

from functions.api.http.audited_routes import ROUTES, Audited, Unaudited
from shared.domain.audit.actions import Action
from tests.support.api_document import api_document

CHANGING: dict[str, tuple[str, dict[str, Any]]] = {
    operation["operationId"]: (path, operation)
    for path, methods in api_document()["paths"].items()
    for method, operation in methods.items()
    if method != "get"
}


def test_every_operation_that_is_no_get_has_a_row_and_no_other_has() -> None:
    assert sorted(ROUTES) == sorted(CHANGING)


def test_what_it_is_about_is_a_parameter_of_its_path() -> None:
    for name, rule in ROUTES.items():
        if isinstance(rule, Audited) and rule.about not in ("", "caller"):
            assert rule.about in re.findall(r"\{(\w+)\}", CHANGING[name][0]), name


def test_what_is_entered_before_it_is_done_has_a_caller() -> None:
    for name, rule in ROUTES.items():
        if isinstance(rule, Audited) and (rule.elsewhere or rule.about):
            assert CHANGING[name][1].get("x-required-scope"), name


def test_what_is_not_entered_says_why() -> None:
    assert all(rule.reason for rule in ROUTES.values() if isinstance(rule, Unaudited))


def test_only_what_programs_do_in_bulk_is_not_entered_of_keys() -> None:
    left_out = {name for name, rule in ROUTES.items() if isinstance(rule, Audited) and not rule.keys}
    assert left_out == {"create_contact", "update_contact"}


def test_a_route_of_one_kind_of_thing_has_an_action_of_that_kind() -> None:
    # A draft that is submitted becomes a template.
    assert {
        name
        for name, rule in ROUTES.items()
        if isinstance(rule, Audited) and not rule.action.startswith(f"{rule.kind}.")
    } == {"submit_template_draft"}
    assert len(set(Action)) == len(Action)
