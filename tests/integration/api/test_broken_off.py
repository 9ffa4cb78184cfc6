"""Nobody is stuck between the user pool and our tables: what broke off there, or what a stranger began, is mended."""

import re
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.api.accounts.sessions import own_address
from functions.api.accounts.signup.actions import free_address
from functions.api.accounts.user_pool.access_tokens import claimed
from infra.local.tenant import APPLICANT
from shared.clock import EpochMs
from shared.domain.accounts.person import Person as Kept
from shared.ids import new_ulid
from shared.store.accounts.people import People as PeopleStore
from shared.store.accounts.signups import Signups
from shared.store.accounts.team import Team
from shared.store.accounts.tenants import Accounts
from tests.support.api_handler import problem
from tests.support.operators import let_in
from tests.support.people import PASSWORD, People, Person, acceptance, growing, people
from tests.support.totp import totp

__all__ = ["people"]


@pytest.fixture
def owner(people: People) -> Person:
    return growing(people)


def new_address() -> str:
    return f"new-{new_ulid().lower()}@example.com"


def sign_up(people: People, email: str) -> None:
    account = {"business_name": "Café", "email": email, "password": PASSWORD, "country": "BR"}
    assert people.anybody("/v1/signup", account | APPLICANT).status == 201


def mailed_code(people: People, owner: Person, email: str) -> dict[str, str]:
    """That proves the new address."""
    assert owner.call("POST", "/v1/me/email", {"password": PASSWORD, "email": email}).status == 204
    found = re.search(r"\b[0-9]{6}\b", people.mailbox.newest(email))
    assert found is not None
    return {"code": found[0]}


def dies(*_: Any, **__: Any) -> None:
    raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")


@pytest.mark.parametrize("by", ["the same call", "a log-in"])
def test_a_change_of_the_address_that_broke_off_is_finished(
    people: People, owner: Person, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = new_address()
    code = mailed_code(people, owner, email)
    with monkeypatch.context() as patched:
        patched.setattr(Accounts, "change_member", dies)
        assert owner.call("POST", "/v1/me/email/confirm", code).status >= 500

    def an_hour_ago(person: Kept) -> Kept:
        assert person.email_change is not None
        return replace(person, email_change=replace(person.email_change, expires_at=EpochMs(1)))

    PeopleStore(people.api.deps.directory).change(claimed(owner.token).subject, an_hour_ago)
    if by == "a log-in":
        owner = people.logged_in(email, owner.tenant, owner.member, "owner")
    else:
        assert owner.call("POST", "/v1/me/email/confirm", code).status == 200
    assert owner.call("GET", "/v1/me").body["member"]["email"] == email
    assert owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).status == 200
    entered = owner.call("GET", "/v1/audit", query="action=member.email_changed").body["items"]
    assert "done" in {entry["status"] for entry in entered}
    assert "member.joined" not in {entry["action"] for entry in owner.call("GET", "/v1/audit").body["items"][:2]}, (
        "no log-in looks like another thing"
    )


def test_whoever_only_began_to_sign_up_keeps_no_address_from_its_owner(people: People, owner: Person) -> None:
    email = new_address()
    people.pool.sign_up(Username=email, Password="A-strangers-horse-1")
    code = mailed_code(people, owner, email)
    assert owner.call("POST", "/v1/me/email/confirm", code).body["email"] == email
    people.logged_in(email, owner.tenant, owner.member, "owner")


def test_an_address_with_an_account_is_taken_from_nobody(people: People, owner: Person) -> None:
    theirs = people.owner().email
    code = mailed_code(people, owner, theirs)
    assert problem(owner.call("POST", "/v1/me/email/confirm", code)) == (409, "email_taken")
    assert people.anybody("/v1/login", {"email": theirs, "password": PASSWORD}).status == 200
    assert problem(owner.call("POST", "/v1/me/email/confirm", code)) == (422, "wrong_code")


def test_an_address_that_somebody_takes_while_it_is_freed_is_given_up(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the code would be good without an end, also once they have the account."""
    email, frees = new_address(), free_address
    people.pool.sign_up(Username=email, Password="A-strangers-horse-1")
    code = mailed_code(people, owner, email)

    def taken_meanwhile(*arguments: Any) -> bool:
        freed = frees(*arguments)
        sign_up(people, email)
        return freed

    monkeypatch.setattr(own_address, "free_address", taken_meanwhile)
    assert problem(owner.call("POST", "/v1/me/email/confirm", code)) == (409, "email_taken")
    assert problem(owner.call("POST", "/v1/me/email/confirm", code)) == (422, "wrong_code")


def test_a_first_log_in_that_broke_off_makes_no_second_business_of_who_leaves(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    email, password = new_address(), {"password": PASSWORD}
    sign_up(people, email)
    with monkeypatch.context() as patched:
        patched.setattr(Signups, "change", dies)
        assert people.anybody("/v1/login", password | {"email": email}).status >= 500
    token = people.logged_in(email, "", "", "owner").token
    whose = people.api.deps.accounts.owner_of_subject(claimed(token).subject)
    assert whose is not None, "the business was made"
    owner = Person(people, email, whose.tenant_id, whose.details["member_id"], "owner", token)
    heir = people.joined(owner, "admin")
    handed = owner.call("POST", "/v1/members/transfer-ownership", password | {"member_id": heir.member})
    assert handed.status == 200, handed.body
    assert owner.call("POST", "/v1/me/leave", password).status < 300
    assert problem(people.anybody("/v1/login", password | {"email": email})) == (409, "signup_incomplete")


def test_whoever_follows_their_link_again_after_it_broke_off_is_told_the_role_they_have(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = new_address()
    assert owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}).status == 201
    link = people.link(email)
    with monkeypatch.context() as patched:
        patched.setattr(Team, "forget_invitation", dies)
        assert people.anybody("/v1/invitations/accept", acceptance(link)).status >= 500
    (joined,) = [one for one in people.api.deps.accounts.members(owner.tenant) if one.email == email]
    path = f"/v1/members/{joined.member_id}"
    changed = owner.call("PATCH", path, {"role": "viewer", "revision": joined.revision})
    assert changed.status == 200, changed.body
    answer = people.anybody("/v1/invitations/accept", acceptance(link))
    assert (answer.status, answer.body["role"]) == (200, "viewer")


def test_an_invitation_that_broke_off_and_was_revoked_keeps_no_address(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = new_address()
    invited = owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}).body["id"]
    with monkeypatch.context() as patched:
        patched.setattr(people.pool, "admin_set_user_password", dies)
        assert people.anybody("/v1/invitations/accept", acceptance(people.link(email))).status >= 500
    assert owner.call("DELETE", f"/v1/invitations/{invited}").status == 204
    sign_up(people, email)
    assert isinstance(let_in(people, people.logged_in(email, "", "", "owner").token), dict)


@pytest.mark.parametrize("with_second_factor", [True, False])
def test_who_left_a_team_begins_a_business_of_their_own(
    people: People, owner: Person, *, with_second_factor: bool
) -> None:
    member = people.joined(owner, "agent")
    password = {"password": PASSWORD}
    secret = ""
    if with_second_factor:
        secret = member.call("POST", "/v1/me/second-factor", password).body["secret"]
        assert member.call("POST", "/v1/me/second-factor/confirm", {"code": totp(secret)}).status == 200

    def proof() -> dict[str, str]:
        return password | ({"second_factor_code": totp(secret)} if secret else {})

    assert member.call("POST", "/v1/me/leave", proof()).status == 204
    log_in = {"email": member.email}
    assert problem(people.anybody("/v1/login", log_in | proof())) == (409, "signup_incomplete")
    sign_up(people, member.email)
    again = people.anybody("/v1/login", log_in | proof())
    assert again.status == 200
    granted = let_in(people, again.body["access_token"])
    assert isinstance(granted, dict)
    assert (granted["role"], granted["tenant_id"] == owner.tenant) == ("owner", False)


def test_a_sign_up_with_another_password_takes_no_account_with_a_second_factor(people: People, owner: Person) -> None:
    member = people.joined(owner, "agent")
    secret = member.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]
    member.call("POST", "/v1/me/second-factor/confirm", {"code": totp(secret)})
    gone = {"password": PASSWORD, "second_factor_code": totp(secret)}
    assert member.call("POST", "/v1/me/leave", gone).status == 204
    account = {"business_name": "Eve's", "email": member.email, "password": "A-strangers-horse-1", "country": "BR"}
    assert people.anybody("/v1/signup", account | APPLICANT).status == 201
    login = {"email": member.email, **gone, "second_factor_code": totp(secret)}
    assert problem(people.anybody("/v1/login", login)) == (409, "signup_incomplete")
