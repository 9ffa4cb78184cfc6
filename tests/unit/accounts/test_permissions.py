"""The permission table, route by route and role by role, as the OpenAPI document shows it."""

import pytest

from shared.domain.accounts.permissions import (
    ABOUT,
    ACTING_SCOPES,
    CALLERS,
    KEY_SCOPES,
    OPERATOR,
    OPERATOR_SCOPES,
    TENANT_SCOPES,
    Role,
    Scope,
    operator_scopes,
    roles_with,
    scopes_of,
)
from tests.support.api_document import api_document

OPERATIONS = {
    operation["operationId"]: operation
    for methods in api_document()["paths"].values()
    for operation in methods.values()
}
SECURED = {name: one for name, one in OPERATIONS.items() if "x-required-scope" in one}


@pytest.mark.parametrize("name", SECURED)
def test_an_operation_shows_the_roles_that_have_its_scope(name: str) -> None:
    scope = Scope(SECURED[name]["x-required-scope"])
    assert SECURED[name]["x-roles"] == [role for role, scopes in CALLERS.items() if scope in scopes]
    assert SECURED[name]["x-api-keys"] is (scope in KEY_SCOPES)


def test_every_scope_opens_something_and_says_what() -> None:
    assert {one["x-required-scope"] for one in SECURED.values()} == {str(scope) for scope in Scope}
    assert set(ABOUT) == set(Scope)


def test_each_role_may_do_this_and_no_more() -> None:
    """Written down a second time: whoever changes the table means it."""
    everybody, answering = {"read", "self"}, {"conversations"}
    sending, leading = {"contacts", "campaigns"}, {"settings", "audit", "team"}
    assert {role: set(scopes) for role, scopes in CALLERS.items()} == {
        "owner": everybody | answering | sending | leading | {"ownership"},
        "admin": everybody | answering | sending | leading,
        "marketer": everybody | answering | sending,
        "agent": everybody | answering,
        "viewer": everybody,
        "operator": {"enrolment", "platform"},
    }
    assert set(KEY_SCOPES) == {"read", "audit", "settings"} | answering | sending


def test_roles_are_one_above_the_other() -> None:
    assert scopes_of(Role.VIEWER) < scopes_of(Role.AGENT) < scopes_of(Role.MARKETER) < scopes_of(Role.ADMIN)
    assert scopes_of(Role.ADMIN) < scopes_of(Role.OWNER) == TENANT_SCOPES
    assert roles_with(Scope.OWNERSHIP) == [Role.OWNER]
    assert roles_with(Scope.TEAM) == roles_with(Scope.SETTINGS) == roles_with(Scope.AUDIT) == [Role.OWNER, Role.ADMIN]


def test_operators_and_teams_have_nothing_in_common() -> None:
    assert not OPERATOR_SCOPES & TENANT_SCOPES
    assert frozenset(Scope) == OPERATOR_SCOPES | TENANT_SCOPES
    assert OPERATOR not in set(Role)
    assert operator_scopes(enrolled=False) == {Scope.ENROLMENT} < operator_scopes(enrolled=True)
    assert not KEY_SCOPES & OPERATOR_SCOPES


def test_an_operator_looks_at_a_tenant_with_no_more_than_its_viewers() -> None:
    assert ACTING_SCOPES == scopes_of(Role.VIEWER) - {Scope.SELF} == {Scope.READ}


@pytest.mark.parametrize("name", SECURED)
def test_an_operation_is_for_operators_where_its_path_says_so_and_nowhere_else(name: str) -> None:
    (path,) = [p for p, methods in api_document()["paths"].items() if any(o is SECURED[name] for o in methods.values())]
    assert (SECURED[name]["x-roles"] == [OPERATOR]) == path.startswith("/v1/operator")
    assert (OPERATOR in SECURED[name]["x-roles"]) == path.startswith("/v1/operator")


def test_who_only_looks_changes_nothing_but_their_own() -> None:
    for methods in api_document()["paths"].values():
        for method, operation in methods.items():
            if method != "get" and operation.get("x-required-scope") == "read":
                assert operation["operationId"] in READ_ONLY_POSTS
    mine = {name for name, one in SECURED.items() if one["x-required-scope"] == "self"}
    assert {path.split("/")[2] for path, methods in api_document()["paths"].items() for one in methods.values()
            if one["operationId"] in mine} == {"me"}  # fmt: skip


READ_ONLY_POSTS = frozenset(
    {"check_condition", "check_template", "preview_segment", "preview_template", "show_membership"}
)
"""Calls of another method than GET that change nothing."""
