"""What whoever has an access token alone does at the user pool opens nothing here; its person has the password reset
by mail, once that was tried."""

from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.api import bootstrap
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.sessions.own_address import is_own_address
from functions.api.accounts.user_pool.access_tokens import claimed
from functions.api.accounts.user_pool.changes import PoolChanges
from functions.api.http.refusal import Refusal
from shared.domain.accounts.person import EmailChange, address_settled
from shared.domain.accounts.person import Person as PersonOfPool
from shared.store.accounts.people import People as PeopleStore
from tests.support.api_handler import problem
from tests.support.operators import Operator, let_in, new_operator
from tests.support.people import PASSWORD, People, Person, limited, owner, people
from tests.support.totp import totp

__all__ = ["owner", "people"]

OTHER = "Another-horse-2"
CONFIRM = "/v1/me/second-factor/confirm"


@pytest.fixture
def operator(people: People) -> Operator:
    return new_operator(people)


def moved_at_the_pool(people: People, token: str, email: str) -> None:
    """What Cognito's UpdateUserAttributes and VerifyUserAttribute come to, for which the token is enough."""
    subject = claimed(token).subject
    people.pool.admin_update_user_attributes(Username=subject, UserAttributes=[{"Name": "email", "Value": email}])


def test_an_address_that_was_changed_at_the_pool_lets_nobody_in(people: People, owner: Person) -> None:
    evil = f"evil-{owner.email}"
    moved_at_the_pool(people, owner.token, evil)
    assert people.anybody("/v1/password/forgot", {"email": evil}).status == 204
    reset = {"email": evil, "code": people.pool.mails[-1][1], "password": OTHER}
    assert problem(people.anybody("/v1/password/reset", reset)) == (422, "wrong_code")
    assert problem(people.anybody("/v1/login", {"email": evil, "password": PASSWORD})) == (401, "unauthenticated")
    assert reset_by_mail(people, owner.email) == 200, "they have it back"


def reset_by_mail(people: People, email: str) -> int:
    """The status of the log-in after it, by the code that was mailed last."""
    address, code = people.pool.mails[-1]
    assert address == email
    reset = {"email": email, "code": code, "password": "Chosen-by-owner-3"}
    assert people.anybody("/v1/password/reset", reset).status == 204
    return people.anybody("/v1/login", {"email": email, "password": "Chosen-by-owner-3"}).status


def test_nor_with_a_password_that_was_set_at_the_pool(people: People, owner: Person) -> None:
    evil = f"evil-{owner.email}"
    moved_at_the_pool(people, owner.token, evil)
    people.pool.people[evil]["password"] = OTHER
    login = {"email": evil, "password": OTHER}
    assert problem(people.anybody("/v1/login", login)) == (401, "unauthenticated")
    assert problem(people.anybody("/v1/login", login)) == (401, "unauthenticated")
    for password in (OTHER, PASSWORD):
        back = {"email": owner.email, "password": password}
        assert problem(people.anybody("/v1/login", back)) == (401, "unauthenticated")
    assert let_in(people, owner.token) == Refusal.SESSION_ENDED
    assert reset_by_mail(people, owner.email) == 200


def test_nor_with_a_code_that_was_mailed_elsewhere(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is used the moment the address is back, by the name that a person has at the pool beside the address."""
    evil, subject = f"evil-{owner.email}", claimed(owner.token).subject
    moved_at_the_pool(people, owner.token, evil)
    people.pool.forgot_password(Username=evil)
    code, changes_email = people.pool.mails[-1][1], PoolChanges.change_email

    def changes_and_is_overtaken(pool: PoolChanges, who: str, email: str) -> None:
        changes_email(pool, who, email)
        assert who == subject
        people.pool.confirm_forgot_password(Username=email, ConfirmationCode=code, Password=OTHER)

    monkeypatch.setattr(PoolChanges, "change_email", changes_and_is_overtaken)
    assert problem(people.anybody("/v1/login", {"email": evil, "password": PASSWORD})) == (401, "unauthenticated")
    login = {"email": owner.email, "password": OTHER}
    assert problem(people.anybody("/v1/login", login)) == (401, "unauthenticated")
    assert reset_by_mail(people, owner.email) == 200


def test_nor_while_no_other_code_can_be_mailed(people: People, owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cognito mails a person some codes an hour, and anybody may use those up; the last one stays good meanwhile."""
    evil, subject = f"evil-{owner.email}", claimed(owner.token).subject
    moved_at_the_pool(people, owner.token, evil)
    people.pool.forgot_password(Username=evil)
    code = people.pool.mails[-1][1]

    def too_often(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "LimitExceededException"}}, "ForgotPassword")

    def refused(*emails: str) -> None:
        for email in emails:
            answer = people.anybody("/v1/login", {"email": email, "password": OTHER})
            assert problem(answer) == (401, "unauthenticated")

    with monkeypatch.context() as patched:
        patched.setattr(people.pool, "forgot_password", too_often)
        assert problem(people.anybody("/v1/login", {"email": evil, "password": PASSWORD}))[0] == 401
        (now,) = [email for email, one in people.pool.people.items() if one["sub"] == subject]
        people.pool.confirm_forgot_password(Username=now, ConfirmationCode=code, Password=OTHER)
        refused(owner.email, evil, owner.email)
    reset = {"email": evil, "code": "000000", "password": OTHER}
    assert problem(people.anybody("/v1/password/reset", reset)) == (422, "wrong_code")
    refused(owner.email, evil)
    assert people.anybody("/v1/password/forgot", {"email": owner.email}).status == 204
    assert reset_by_mail(people, owner.email) == 200


@pytest.mark.parametrize("fault", ["the address is signed up with", "a raise", "death"])
def test_nor_where_giving_the_address_back_breaks_off(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The code that went elsewhere is good all the while; whoever shows the address next goes on."""
    evil, subject = f"evil-{owner.email}", claimed(owner.token).subject
    moved_at_the_pool(people, owner.token, evil)
    people.pool.forgot_password(Username=evil)
    code, updates = people.pool.mails[-1][1], people.pool.admin_update_user_attributes
    moves = count()

    def too_often(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "LimitExceededException"}}, "ForgotPassword")

    def breaks_off(**call: Any) -> dict[str, Any]:
        if next(moves) and fault == "a raise":
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "AdminUpdateUserAttributes")
        done: dict[str, Any] = updates(**call)
        if fault == "the address is signed up with":
            people.pool.sign_up(Username=evil, Password=PASSWORD)
        if fault == "death":
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as patched:
        patched.setattr(people.pool, "forgot_password", too_often)
        patched.setattr(people.pool, "admin_update_user_attributes", breaks_off)
        with suppress(KeyboardInterrupt):
            assert people.anybody("/v1/login", {"email": evil, "password": PASSWORD}).status >= 400
    (now,) = [email for email, one in people.pool.people.items() if one["sub"] == subject]
    reset = {"email": now, "code": code, "password": OTHER}
    assert problem(people.anybody("/v1/password/reset", reset)) == (422, "wrong_code")
    login = {"email": owner.email, "password": OTHER}
    assert problem(people.anybody("/v1/login", login)) == (401, "unauthenticated")
    assert reset_by_mail(people, owner.email) == 200


def test_nor_by_a_password_that_an_old_code_sets_meanwhile(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was mailed before the call died: with the address back, the old code sets a password at the pool."""
    evil = f"evil-{owner.email}"
    moved_at_the_pool(people, owner.token, evil)
    people.pool.forgot_password(Username=evil)
    code = people.pool.mails[-1][1]

    def dies(**_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(people.pool, "forgot_password", dies)
        with pytest.raises(KeyboardInterrupt):
            people.anybody("/v1/login", {"email": evil, "password": PASSWORD})
    people.pool.confirm_forgot_password(Username=owner.email, ConfirmationCode=code, Password=OTHER)
    login = {"email": owner.email, "password": OTHER}
    assert problem(people.anybody("/v1/login", login)) == (401, "unauthenticated"), "locked; a code is mailed"
    assert problem(people.anybody("/v1/login", login)) == (401, "unauthenticated")
    assert reset_by_mail(people, owner.email) == 200


def test_whoever_only_signs_up_with_the_proved_address_does_not_keep_it(people: People, owner: Person) -> None:
    evil = f"evil-{owner.email}"
    moved_at_the_pool(people, owner.token, evil)
    people.pool.sign_up(Username=owner.email, Password=OTHER)
    assert problem(people.anybody("/v1/login", {"email": evil, "password": PASSWORD})) == (401, "unauthenticated")
    assert reset_by_mail(people, owner.email) == 200


def test_whoever_logs_in_while_their_change_of_the_address_ends_keeps_both_password_and_session(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the new address they are let in; by the former they are not, and nothing is taken from them."""
    new, subject, accounts = f"new-{owner.email}", claimed(owner.token).subject, people.api.deps.accounts
    assert owner.call("POST", "/v1/me/email", {"email": new, "password": PASSWORD}).status in (200, 202, 204)
    proved = replace_change(people, subject, is_proved=True)
    moved_at_the_pool(people, owner.token, new)
    finds = PeopleStore.find

    def settled_meanwhile(store: PeopleStore, who: str) -> PersonOfPool:
        monkeypatch.setattr(PeopleStore, "find", finds)
        accounts.change_member(owner.tenant, owner.member, lambda found: replace(found, email=new))
        store.change(subject, address_settled(new))
        return finds(store, who)

    assert proved.email == new
    monkeypatch.setattr(PeopleStore, "find", settled_meanwhile)
    assert people.anybody("/v1/login", {"email": new, "password": PASSWORD}).status == 200
    entrance = limited(bootstrap.parts()[AccountParts].entrance, 100)
    assert not is_own_address(entrance, subject, owner.email)
    assert people.anybody("/v1/login", {"email": new, "password": PASSWORD}).status == 200
    assert isinstance(let_in(people, owner.token), dict)


def replace_change(people: People, subject: str, *, is_proved: bool) -> EmailChange:
    def change(person: PersonOfPool) -> PersonOfPool:
        assert person.email_change is not None
        return replace(person, email_change=replace(person.email_change, is_proved=is_proved))

    changed = PeopleStore(people.api.deps.directory).change(subject, change).email_change
    assert changed is not None
    return changed


def test_nor_an_operator(people: People, operator: Operator) -> None:
    evil = f"evil-{operator.email}"
    moved_at_the_pool(people, operator.token, evil)
    assert problem(people.anybody("/v1/login", {"email": evil, "password": PASSWORD})) == (401, "unauthenticated")
    assert let_in(people, operator.token) == Refusal.SESSION_ENDED
    assert reset_by_mail(people, operator.email) == 200


def test_an_authenticator_that_was_set_up_at_the_pool_is_no_second_factor(people: People, owner: Person) -> None:
    secret = people.pool.associate_software_token(AccessToken=owner.token)["SecretCode"]
    assert problem(owner.call("POST", CONFIRM, {"code": totp(secret)})) == (422, "wrong_code")
    assert people.anybody("/v1/login", {"email": owner.email, "password": PASSWORD}).status == 200


def test_nor_does_one_keep_its_person_out(people: People, owner: Person) -> None:
    secret = people.pool.associate_software_token(AccessToken=owner.token)["SecretCode"]
    people.pool.verify_software_token(AccessToken=owner.token, UserCode=totp(secret))
    people.pool.set_user_mfa_preference(AccessToken=owner.token, SoftwareTokenMfaSettings={"Enabled": True})
    login = {"email": owner.email, "password": PASSWORD}
    assert problem(people.anybody("/v1/login", login | {"password": OTHER})) == (401, "unauthenticated")
    assert people.anybody("/v1/login", login).status == 200
    assert not people.pool.people[owner.email]["second_factor"]


def test_none_is_confirmed_by_another_session_while_somebody_sets_one_up(people: People, owner: Person) -> None:
    stolen = people.logged_in(owner.email, owner.tenant, owner.member, "owner")
    mine = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]
    theirs = people.pool.associate_software_token(AccessToken=stolen.token)["SecretCode"]
    assert problem(stolen.call("POST", CONFIRM, {"code": totp(theirs)})) == (422, "wrong_code")
    assert problem(owner.call("POST", CONFIRM, {"code": totp(mine)})) == (422, "wrong_code"), "it has another secret"
    mine = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]
    assert owner.call("POST", CONFIRM, {"code": totp(mine)}).status == 200
    for token in (stolen.token, owner.token):
        assert let_in(people, token) == Refusal.SESSION_ENDED, "none that began without it goes on"
    login = {"email": owner.email, "password": PASSWORD}
    assert problem(people.anybody("/v1/login", login)) == (403, "mfa_required")
    assert people.anybody("/v1/login", login | {"second_factor_code": totp(mine)}).status == 200


def test_nor_an_operators(people: People, operator: Operator) -> None:
    secret = people.pool.associate_software_token(AccessToken=operator.token)["SecretCode"]
    confirm = "/v1/operator/second-factor/confirm"
    assert problem(operator.call("POST", confirm, {"code": totp(secret)})) == (422, "wrong_code")


def test_no_session_of_an_operator_that_began_without_it_goes_on_with_it(
    people: People, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = people.anybody("/v1/login", {"email": operator.email, "password": PASSWORD}).body
    secret = operator.call("POST", "/v1/operator/second-factor", {"password": PASSWORD}).body["secret"]

    def dies(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "InternalErrorException"}}, "AdminSetUserMFAPreference")

    with monkeypatch.context() as patched:
        patched.setattr(people.pool, "admin_set_user_mfa_preference", dies)
        confirm = operator.call("POST", "/v1/operator/second-factor/confirm", {"code": totp(secret)})
        assert confirm.status >= 500
    assert let_in(people, stolen["access_token"]) == Refusal.SESSION_ENDED
    assert people.anybody("/v1/login/refresh", {"refresh_token": stolen["refresh_token"]}).status == 401
    operator.secret = secret
    by_password = people.anybody("/v1/login", {"email": operator.email, "password": PASSWORD})
    assert problem(by_password) == (403, "mfa_required")
    operator.log_in()
