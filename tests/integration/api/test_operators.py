"""Operators of the platform: who is one, and what they may do."""

import time
from typing import Any

import pytest

from functions.api.http.refusal import Refusal
from shared.domain.accounts.account import PLATFORM
from shared.domain.accounts.permissions import ACTING_SCOPES, CALLERS, OPERATOR, OPERATOR_SCOPES
from shared.errors import Conflict
from shared.ids import new_ulid
from tests.support.api_handler import Api, problem
from tests.support.furnished import NOBODY, routes
from tests.support.operators import (
    SUSPENDED_FOR,
    Operator,
    call,
    enrolled_operator,
    entries,
    let_in,
    new_operator,
    ops,
)
from tests.support.people import PASSWORD, People, Person, owner, people
from tests.support.totp import totp

__all__ = ["owner", "people"]


@pytest.fixture(scope="module")
def operator(people: People) -> Operator:
    return enrolled_operator(people)


@pytest.mark.parametrize(("method", "path", "operation"), routes())
def test_whoever_lacks_the_scope_is_refused_role_by_role(
    api: Api, method: str, path: str, operation: dict[str, Any]
) -> None:
    """Teams on the operators' routes, operators on those of tenants, also while they look at one."""
    scope, real = operation["x-required-scope"], path.replace("{", "").replace("}", "")
    callers = {**CALLERS, "an operator who looks": ACTING_SCOPES}
    for role, scopes in callers.items():
        if scope in scopes:
            continue
        acting = {"support_access_id": "01JG7Q4W8ZC3N5X6Y7V8B9A0SA"} if role.startswith("an ") else {}
        context = {"tenant_id": NOBODY, "member_id": "m", "role": role, "scopes": ",".join(sorted(scopes))} | acting
        assert problem(api.call(method, real, "{", granted=context)) == (403, "missing_scope"), role


@pytest.mark.parametrize(("method", "path", "operation"), routes())
def test_whoever_has_the_scope_is_let_in_role_by_role(
    api: Api, method: str, path: str, operation: dict[str, Any]
) -> None:
    """As far as what the call says, which is nothing that any route takes."""
    real = path.replace("{", "").replace("}", "")
    nonsense: dict[str, Any] = {"body": "{"} if "requestBody" in operation else {"query": "no_such_thing=1"}
    for role in operation["x-roles"]:
        context = {"tenant_id": NOBODY, "member_id": "m", "role": role, "scopes": ",".join(sorted(CALLERS[role]))}
        assert api.call(method, real, granted=context, **nonsense).status in (400, 422), role


def test_nobody_becomes_an_operator_but_by_the_command(people: People, owner: Person) -> None:
    email = f"lee-{new_ulid().lower()}@platform.example"
    words = ("operators", "add", email, "--reason", "joins")
    assert "nothing_was_done" in ops(people, *words)
    assert email not in people.pool.people
    assert ops(people, *words, "--yes")["operator"]
    again = ops(people, *words, "--yes")["operator"]
    listed = {one["email"]: one for one in ops(people, "operators", "list")["operators"]}
    assert listed[email] | {"added_at": ""} == {
        "operator": again,
        "email": email,
        "added_at": "",
        "added_by": "kim",
        "in_group": True,
        "second_factor": False,
        "looks_at": None,
    }
    with pytest.raises(Conflict, match="of no team"):
        ops(people, "operators", "add", owner.email, "--reason", "no", "--yes")
    invited = owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"})
    assert invited.status == 201
    people.pool.people[email]["password"] = PASSWORD
    accepted = people.anybody("/v1/invitations/accept", {"token": people.link(email), "password": PASSWORD})
    assert problem(accepted) == (409, "in_another_team"), "nor does an operator join a team"
    assert owner.call("POST", "/v1/invitations", {"email": "x@b.co", "role": OPERATOR}).status == 422


def test_who_was_left_without_a_password_by_a_call_that_broke_off_becomes_an_operator(people: People) -> None:
    email = f"lou-{new_ulid().lower()}@platform.example"
    people.pool.admin_create_user(Username=email, UserAttributes=[{"Name": "email", "Value": email}])
    assert ops(people, "operators", "add", email, "--reason", "joins", "--yes")["operator"]
    assert people.pool.people[email]["status"] == "CONFIRMED"


def test_the_group_alone_and_the_name_alone_make_no_operator(people: People, owner: Person) -> None:
    people.pool.admin_add_user_to_group(Username=owner.email, GroupName="operators")
    member = people.logged_in(owner.email, owner.tenant, owner.member, "owner")
    granted = let_in(people, member.token)
    assert isinstance(granted, dict)
    assert (granted["tenant_id"], granted["role"]) == (owner.tenant, "owner")
    operator = new_operator(people)
    people.pool.people[operator.email]["groups"] = []
    operator.log_in()
    assert let_in(people, operator.token) is Refusal.FORBIDDEN


def test_an_operator_without_a_second_factor_gets_only_the_enrolment(people: People, owner: Person) -> None:
    kim = new_operator(people)
    assert kim.call("GET", "/v1/operator").body["second_factor"] is False
    for method, path, body in (
        ("GET", "/v1/operator/tenants", None),
        ("GET", f"/v1/operator/tenants/{owner.tenant}", None),
        ("POST", f"/v1/operator/tenants/{owner.tenant}/suspend", {"reason": SUSPENDED_FOR}),
    ):
        assert problem(kim.call(method, path, body)) == (403, "enrolment_needed")
    assert problem(kim.call("POST", "/v1/operator/second-factor", {"password": "Another-horse-2"}))[0] == 401
    before = kim.token
    kim.enrol()
    assert let_in(people, before) is Refusal.SESSION_ENDED, "it began without the second factor"
    login = {"email": kim.email, "password": PASSWORD}
    assert problem(people.anybody("/v1/login", login)) == (403, "mfa_required")
    kim.log_in()
    assert kim.call("GET", "/v1/operator/tenants").status == 200
    assert problem(kim.call("POST", "/v1/operator/second-factor", {"password": PASSWORD})) == (409, "second_factor_on")


def test_a_removed_operator_opens_nothing_and_an_access_of_before_never_comes_back(
    people: People, owner: Person
) -> None:
    kim = enrolled_operator(people)
    access = kim.looks_at(owner.tenant).body
    assert call(people, access["token"], "GET", "/v1/tenant").status == 200
    removed = ops(people, "operators", "remove", kim.email, "--reason", "left", "--yes")
    assert removed["support_access_ended"] == owner.tenant
    assert let_in(people, kim.token) in (Refusal.SESSION_ENDED, Refusal.FORBIDDEN)
    assert let_in(people, access["token"]) is Refusal.ACCESS_ENDED
    ops(people, "operators", "add", kim.email, "--reason", "back", "--yes")
    kim.secret = ""
    kim.log_in()
    assert problem(kim.call("GET", "/v1/operator/tenants")) == (403, "enrolment_needed"), "it is set up anew"
    kim.enrol()
    kim.log_in()
    assert let_in(people, access["token"]) is Refusal.ACCESS_ENDED


def test_who_has_lost_authenticator_and_codes_is_let_in_by_the_command_alone(people: People, owner: Person) -> None:
    secret = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]
    codes = owner.call("POST", "/v1/me/second-factor/confirm", {"code": totp(secret)}).body["recovery_codes"]
    login = {"email": owner.email, "password": PASSWORD}
    for left, code in zip(range(len(codes) - 1, -1, -1), codes, strict=True):
        assert people.anybody("/v1/login", login | {"recovery_code": code}).status == 200
        assert owner.call("GET", "/v1/me").body["second_factor"] == {"on": True, "recovery_codes_left": left}
    assert problem(people.anybody("/v1/login", login)) == (403, "mfa_required")
    words = ("members", "forget-factor", owner.email.upper(), "--reason", "showed their passport")
    assert ops(people, *words)["tenant"] == owner.tenant, "and does nothing without --yes"
    assert problem(people.anybody("/v1/login", login)) == (403, "mfa_required")
    assert ops(people, *words, "--yes")["tenant"] == owner.tenant
    assert let_in(people, owner.token) is Refusal.SESSION_ENDED
    again = people.anybody("/v1/login", login)
    assert again.status == 200
    (told,) = [one for one in entries(people, owner.tenant) if one.reason == "showed their passport"]
    assert (told.action, told.actor.kind, told.object_id, told.status) == (
        "member.second_factor_disabled",
        "operator",
        owner.member,
        "done",
    )
    assert ops(people, *words)["second_factor"] is False


def test_a_second_factor_that_was_half_forgotten_is_forgotten_by_the_same_command(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]
    assert owner.call("POST", "/v1/me/second-factor/confirm", {"code": totp(secret)}).status == 200
    words, login = (
        ("members", "forget-factor", owner.email, "--reason", "lost", "--yes"),
        {"email": owner.email, "password": PASSWORD},
    )
    assert ops(people, *words[:-1])["second_factor"] is True

    def dies(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(people.pool, "admin_set_user_mfa_preference", dies)
        with pytest.raises(ConnectionError):
            ops(people, *words)
    assert people.pool.people[owner.email]["second_factor"] is True, "the pool asks still"
    ops(people, *words)
    assert people.pool.people[owner.email]["second_factor"] is False
    assert people.anybody("/v1/login", login).status == 200


def test_no_session_that_is_renewed_while_a_second_factor_is_forgotten_goes_on(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = people.anybody("/v1/login", {"email": owner.email, "password": PASSWORD}).body
    real, renewed = people.pool.admin_user_global_sign_out, list[str]()

    def renewed_just_before(**call: str) -> object:
        time.sleep(1.1)  # moments of tokens are whole seconds
        renewal = people.pool.initiate_auth(
            AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": stolen["refresh_token"]}
        )
        renewed.append(renewal["AuthenticationResult"]["AccessToken"])
        return real(**call)

    monkeypatch.setattr(people.pool, "admin_user_global_sign_out", renewed_just_before)
    ops(people, "members", "forget-factor", owner.email, "--reason", "lost", "--yes")
    assert let_in(people, renewed[0]) is Refusal.SESSION_ENDED


def test_a_logged_out_operator_opens_nothing(people: People, owner: Person) -> None:
    kim = enrolled_operator(people)
    token = kim.looks_at(owner.tenant).body["token"]
    assert isinstance(let_in(people, token), dict)
    assert kim.call("POST", "/v1/operator/sessions/end").status == 200
    assert let_in(people, kim.token) is Refusal.SESSION_ENDED
    assert let_in(people, token) is Refusal.ACCESS_ENDED


def test_an_operator_is_called_by_a_token_and_by_no_cookie(people: People, operator: Operator) -> None:
    """What another site can make a browser send opens nothing."""
    login = {"email": operator.email, "password": PASSWORD, "second_factor_code": totp(operator.secret)}
    (cookie,) = people.browser("/v1/session", login).cookies
    path = f"/v1/operator/tenants/{NOBODY}/suspend"
    answer = people.anybody(path, {"reason": SUSPENDED_FOR}, {"cookie": cookie.partition(";")[0]})
    assert problem(answer) == (401, "token_missing")


def test_a_platform_scope_is_nobodys_who_is_of_a_tenant(people: People, owner: Person) -> None:
    granted = let_in(people, owner.token)
    assert isinstance(granted, dict)
    assert not {str(scope) for scope in OPERATOR_SCOPES} & set(granted["scopes"].split(","))
    assert granted["tenant_id"] != PLATFORM
    key = call(people, owner.token, "POST", "/v1/api-keys", {"name": "k", "scopes": ["platform"]})
    assert key.status == 422
