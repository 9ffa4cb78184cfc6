"""Sessions, passwords, second factors and addresses: over the routes, with a pool that checks as Cognito does."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from functions.api import bootstrap
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.sessions.log_in import Credentials, log_in
from functions.api.accounts.user_pool.access_tokens import claimed
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.attempts import ATTEMPT_LIMITS, Attempt
from shared.domain.accounts.person import RECOVERY_CODES
from shared.errors import RateLimited, RetryableError, Unauthenticated
from shared.store.accounts.people import People as PeopleStore
from tests.support.api_handler import Answer, Api, problem
from tests.support.people import PASSWORD, People, Person, limited, owner, people, people_of
from tests.support.totp import totp

__all__ = ["owner", "people"]
OTHER = "Another-horse-2"


def shown(answer: Answer) -> tuple[int, dict[str, object], tuple[str, ...]]:
    return answer.status, {k: v for k, v in answer.body.items() if k != "instance"}, answer.cookies


def opened(people: People, email: str) -> tuple[str, str]:
    """(cookie as the browser sends it back, access token) of a new session."""
    answer = people.browser("/v1/session", {"email": email, "password": PASSWORD})
    assert answer.status == 200, answer.body
    (cookie,) = answer.cookies
    return cookie.partition(";")[0], answer.body["access_token"]


def is_over(people: People, token: str) -> bool:
    """As the authorizer asks."""
    read = claimed(token)
    return PeopleStore(people.api.deps.directory).find(read.subject).is_over(read.session, read.issued_at)


def test_a_refresh_token_is_in_a_cookie_that_no_script_can_read_and_nowhere_else(people: People, owner: Person) -> None:
    answer = people.browser("/v1/session", {"email": owner.email, "password": PASSWORD})
    assert set(answer.body) == {"access_token", "expires_in", "token_type"}
    (cookie,) = answer.cookies
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "secure", "samesite=strict", "path=/v1/session", "max-age=2592000"} <= attributes
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("origin", [None, "cross-site", "same-site", "none"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/session", {"email": "a@b.co", "password": PASSWORD}),
        ("/v1/session/refresh", None),
        ("/v1/session/end", {"everywhere": True}),
    ],
)
def test_no_other_site_makes_a_session_call(
    people: People, owner: Person, origin: str | None, path: str, body: object
) -> None:
    cookie, token = opened(people, owner.email)
    headers = {"cookie": cookie} | ({"sec-fetch-site": origin} if origin else {})
    assert problem(people.anybody(path, body, headers)) == (403, "cross_site")
    assert not is_over(people, token)


def test_a_session_is_renewed_by_its_cookie_until_it_is_ended(people: People, owner: Person) -> None:
    cookie, token = opened(people, owner.email)
    elsewhere, other_token = opened(people, owner.email)
    renewed = people.browser("/v1/session/refresh", cookie=f"theme=dark; {cookie}").body["access_token"]
    assert claimed(renewed).session == claimed(token).session
    ended = people.browser("/v1/session/end", {}, cookie)
    assert ended.status == 204
    assert "max-age=0" in ended.cookies[0].lower()
    assert problem(people.browser("/v1/session/refresh", cookie=cookie)) == (401, "session_ended")
    assert (is_over(people, token), is_over(people, renewed), is_over(people, other_token)) == (True, True, False)
    assert people.browser("/v1/session/refresh", cookie=elsewhere).status == 200
    assert people.browser("/v1/session/end", {}, cookie).status == 204
    assert problem(people.browser("/v1/session/refresh")) == (401, "session_ended")


def test_cookies_are_read_as_api_gateway_gives_them() -> None:
    from functions.api.accounts.sessions.cookie import refresh_token_of

    assert refresh_token_of({"cookies": ["a=b", "wasapbos_session=x=y"]}) == "x=y"
    assert refresh_token_of({"headers": {"Cookie": "a=b; wasapbos_session=z"}}) == "z"
    assert refresh_token_of({"headers": {}}) == ""


@pytest.mark.parametrize("by_cookie", [True, False])
def test_logging_out_everywhere_ends_every_session_and_none_that_comes_later(
    people: People, owner: Person, by_cookie: bool
) -> None:
    cookies, tokens = zip(*(opened(people, owner.email) for _ in range(2)), strict=True)
    if by_cookie:
        assert people.browser("/v1/session/end", {"everywhere": True}, cookies[0]).status == 204
    else:
        assert owner.call("POST", "/v1/me/sessions/end").status == 200
    assert all(is_over(people, token) for token in (*tokens, owner.token))
    assert [people.browser("/v1/session/refresh", cookie=one).status for one in cookies] == [401, 401]
    cookie, token = opened(people, owner.email)
    assert not is_over(people, token), "although it may have begun in the same second"
    assert people.browser("/v1/session/refresh", cookie=cookie).status == 200


def test_programs_renew_what_they_were_given(people: People, owner: Person) -> None:
    first = people.anybody("/v1/login", {"email": owner.email, "password": PASSWORD}).body
    again = people.anybody("/v1/login/refresh", {"refresh_token": first["refresh_token"]})
    assert (again.status, again.body["refresh_token"]) == (200, first["refresh_token"])
    assert problem(people.anybody("/v1/login/refresh", {"refresh_token": "made-up"})) == (401, "session_ended")


def test_a_changed_password_ends_every_session(people: People, owner: Person) -> None:
    cookie, token = opened(people, owner.email)
    change = {"current_password": PASSWORD, "new_password": OTHER}
    assert problem(owner.call("POST", "/v1/me/password", change | {"current_password": OTHER})) == (
        422,
        "wrong_password",
    )
    weak = owner.call("POST", "/v1/me/password", change | {"new_password": "short"})
    assert (problem(weak), weak.body["field"]) == ((422, "weak_password"), "new_password")
    assert not is_over(people, token)
    assert owner.call("POST", "/v1/me/password", change).status == 204
    assert is_over(people, token)
    assert is_over(people, owner.token)
    assert people.browser("/v1/session/refresh", cookie=cookie).status == 401
    assert people.anybody("/v1/login", {"email": owner.email, "password": PASSWORD}).status == 401
    assert people.anybody("/v1/login", {"email": owner.email, "password": OTHER}).status == 200


@pytest.mark.parametrize("way", ["change", "reset"])
def test_a_call_that_died_after_it_set_the_password_is_finished_by_repeating_it(
    people: People, owner: Person, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = opened(people, owner.email)
    assert people.anybody("/v1/password/forgot", {"email": owner.email}).status == 204
    reset = {"email": owner.email, "code": people.pool.mails[-1][1], "password": OTHER}
    change = {"current_password": PASSWORD, "new_password": OTHER}

    def call() -> Answer:
        if way == "reset":
            return people.anybody("/v1/password/reset", reset)
        return owner.call("POST", "/v1/me/password", change)

    def dies(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")

    with monkeypatch.context() as patched:
        patched.setattr(PeopleStore, "change", dies)
        assert call().status >= 500
    assert not is_over(people, token)
    assert call().status == 204
    assert is_over(people, token)
    assert people.anybody("/v1/login", {"email": owner.email, "password": OTHER}).status == 200
    change["new_password"] = reset["password"] = "A-third-horse-3"
    assert call().status == 422, "and with another one it is as wrong as before"


def test_a_session_that_is_renewed_while_all_of_them_end_is_over_too(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie, _ = opened(people, owner.email)
    real, renewed = people.pool.admin_user_global_sign_out, list[str]()

    def renewed_just_before(**call: str) -> object:
        time.sleep(1.1)  # moments of tokens are whole seconds
        renewed.append(people.browser("/v1/session/refresh", cookie=cookie).body["access_token"])
        return real(**call)

    monkeypatch.setattr(people.pool, "admin_user_global_sign_out", renewed_just_before)
    assert owner.call("POST", "/v1/me/sessions/end").status == 200
    assert is_over(people, renewed[0])


def test_a_log_out_everywhere_that_broke_off_is_finished_by_repeating_it(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie, token = opened(people, owner.email)

    def away(**_: str) -> object:
        raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "AdminUserGlobalSignOut")

    with monkeypatch.context() as patched:
        patched.setattr(people.pool, "admin_user_global_sign_out", away)
        assert people.browser("/v1/session/end", {"everywhere": True}, cookie).status == 503
    assert is_over(people, token), "no token of before opens anything, whatever becomes of the pool"
    assert people.browser("/v1/session/end", {"everywhere": True}, cookie).status == 204
    assert people.browser("/v1/session/refresh", cookie=cookie).status == 401


def test_an_address_that_went_over_to_somebody_else_is_no_proof(people: People, owner: Person) -> None:
    other = people.owner()
    accounts = people.api.deps.accounts
    accounts.change_member(owner.tenant, owner.member, lambda found: replace(found, email=other.email))
    answer = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD})
    assert problem(answer) == (401, "unauthenticated"), "the password is right, and another person's"


def test_a_forgotten_password_is_reset_by_the_mailed_code_only(people: People, owner: Person) -> None:
    cookie, token = opened(people, owner.email)
    assert people.anybody("/v1/password/forgot", {"email": owner.email}).status == 204
    address, code = people.pool.mails[-1]
    assert address == owner.email
    reset = {"email": owner.email, "code": code, "password": OTHER}
    assert problem(people.anybody("/v1/password/reset", reset | {"code": "000000"})) == (422, "wrong_code")
    assert people.anybody("/v1/password/reset", reset).status == 204
    again = reset | {"password": "A-third-horse-3"}
    assert problem(people.anybody("/v1/password/reset", again)) == (422, "wrong_code"), "a code is good once"
    assert is_over(people, token)
    assert people.browser("/v1/session/refresh", cookie=cookie).status == 401
    assert people.anybody("/v1/login", {"email": owner.email, "password": OTHER}).status == 200


def test_no_answer_tells_whether_an_address_has_an_account(people: People, owner: Person) -> None:
    """Status, code and words alike; and the pool is asked as often for either."""

    def seen(email: str) -> list[object]:
        calls: list[tuple[str, object]] = [
            ("/v1/password/forgot", {"email": email}),
            ("/v1/signup/resend-code", {"email": email}),
            ("/v1/password/reset", {"email": email, "code": "000000", "password": OTHER}),
            ("/v1/password/reset", {"email": email, "code": "000000", "password": "weak"}),
            ("/v1/login", {"email": email, "password": OTHER}),
            ("/v1/login", {"email": email, "password": OTHER, "second_factor_code": "000000"}),
            ("/v1/login", {"email": email, "password": OTHER, "recovery_code": "aaaa-aaaa-aaaa"}),
            ("/v1/login", {"email": email, "password": OTHER, "confirmation_code": "000000"}),
        ]
        answers = [people.anybody(path, body) for path, body in calls]
        browser = people.browser("/v1/session", {"email": email, "password": OTHER})
        return [
            (a.status, {k: v for k, v in a.body.items() if k != "instance"}, a.cookies) for a in (*answers, browser)
        ]

    assert seen("nobody-" + owner.email) == seen(owner.email)


def test_a_code_is_mailed_again_to_who_waits_for_one(api: Api) -> None:
    with people_of(api, confirming=True) as people:
        email = "waits@example.com"
        from infra.local.tenant import APPLICANT

        account = {"business_name": "Café", "email": email, "password": PASSWORD, "country": "BR"} | APPLICANT
        assert people.anybody("/v1/signup", account).status == 201
        assert people.anybody("/v1/signup/resend-code", {"email": email}).status == 204
        assert [address for address, _ in people.pool.mails] == [email, email]
        code = people.pool.mails[-1][1]
        first = people.browser("/v1/session", {"email": email, "password": PASSWORD, "confirmation_code": code})
        assert first.status == 200
        owner = api.deps.accounts.owner_of_subject(people.pool.people[email]["sub"])
        assert owner is not None
        member = api.deps.accounts.member(owner.tenant_id, owner.details["member_id"])
        assert (member.name, member.phone, member.policy_version) == tuple(APPLICANT.values())
        assert member.policy_at > 0
        stale = people.anybody("/v1/signup", account | {"policy_version": "2020-01"})
        assert problem(stale) == (422, "policy_not_current")
        assert stale.body["policy_version"] == APPLICANT["policy_version"]


def enrolled(people: People, owner: Person) -> tuple[str, list[str]]:
    """(secret, recovery codes) of somebody who switches the second factor on."""
    secret = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]
    confirmed = owner.call("POST", "/v1/me/second-factor/confirm", {"code": totp(secret)})
    assert confirmed.status == 200, confirmed.body
    return secret, confirmed.body["recovery_codes"]


def test_a_second_factor_is_asked_for_once_its_authenticator_has_shown_a_code(people: People, owner: Person) -> None:
    login = {"email": owner.email, "password": PASSWORD}
    wrong = owner.call("POST", "/v1/me/second-factor", {"password": OTHER})
    assert problem(wrong) == (401, "unauthenticated"), "an access token alone does not do"
    begun = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body
    assert begun["secret"] in begun["uri"]
    assert problem(owner.call("POST", "/v1/me/second-factor/confirm", {"code": "000000"})) == (422, "wrong_code")
    assert people.anybody("/v1/login", login).status == 200, "not on yet"
    secret, codes = enrolled(people, owner)
    assert len(set(codes)) == RECOVERY_CODES
    assert problem(people.anybody("/v1/login", login)) == (403, "mfa_required")
    assert problem(people.browser("/v1/session", login)) == (403, "mfa_required")
    assert problem(people.anybody("/v1/login", login | {"second_factor_code": "000000"})) == (422, "wrong_code")
    assert people.anybody("/v1/login", login | {"second_factor_code": totp(secret)}).status == 200
    assert problem(owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD})) == (409, "second_factor_on")
    stored = PeopleStore(people.api.deps.directory).find(claimed(owner.token).subject)
    assert not set(codes) & set(stored.recovery_codes), "hashes only"


def test_a_recovery_code_lets_in_once_and_the_second_factor_stays(people: People, owner: Person) -> None:
    _, codes = enrolled(people, owner)
    login = {"email": owner.email, "password": PASSWORD}
    assert people.anybody("/v1/login", login | {"password": OTHER, "recovery_code": codes[0]}).status == 401
    assert problem(people.anybody("/v1/login", login | {"recovery_code": "aaaa-aaaa-aaaa"})) == (422, "wrong_code")
    with ThreadPoolExecutor(4) as threads:
        entrance = bootstrap.parts()[AccountParts].entrance

        def attempt(_: int) -> bool:
            try:
                log_in(entrance, Credentials(owner.email, PASSWORD, recovery_code=codes[0]), "", epoch_ms())
            except Exception:
                return False
            return True

        assert sum(threads.map(attempt, range(4))) <= 1
    assert problem(people.anybody("/v1/login", login | {"recovery_code": codes[0]})) == (422, "wrong_code")
    assert people.anybody("/v1/login", login | {"recovery_code": codes[1].replace("-", " ").upper()}).status == 200
    assert problem(people.anybody("/v1/login", login)) == (403, "mfa_required")


def test_a_second_factor_that_the_pool_forgot_is_asked_for_all_the_same(people: People, owner: Person) -> None:
    """Whoever has an access token can switch it off at Cognito itself."""
    secret, _ = enrolled(people, owner)
    people.pool.people[owner.email]["second_factor"] = False
    login = {"email": owner.email, "password": PASSWORD}
    assert problem(people.anybody("/v1/login", login)) == (403, "mfa_required")
    assert people.pool.people[owner.email]["second_factor"] is True
    assert people.anybody("/v1/login", login | {"second_factor_code": totp(secret)}).status == 200


def test_a_second_factor_is_switched_off_with_a_code_only(people: People, owner: Person) -> None:
    secret, codes = enrolled(people, owner)
    proof = {"password": PASSWORD}
    assert problem(owner.call("POST", "/v1/me/second-factor/remove", proof)) == (403, "mfa_required")
    fresh = owner.call("POST", "/v1/me/second-factor/recovery-codes", proof | {"second_factor_code": totp(secret)})
    assert not set(fresh.body["recovery_codes"]) & set(codes)
    login = proof | {"email": owner.email}
    assert problem(people.anybody("/v1/login", login | {"recovery_code": codes[2]})) == (422, "wrong_code")
    off = owner.call("POST", "/v1/me/second-factor/remove", proof | {"recovery_code": fresh.body["recovery_codes"][0]})
    assert off.status == 204
    assert people.anybody("/v1/login", login).status == 200
    assert problem(owner.call("POST", "/v1/me/second-factor/recovery-codes", proof)) == (409, "second_factor_off")


def test_a_new_address_is_proved_before_anything_changes(people: People, owner: Person) -> None:
    new = f"new-{owner.email}"
    change = {"email": new, "password": PASSWORD}
    assert problem(owner.call("POST", "/v1/me/email", change | {"password": OTHER})) == (401, "unauthenticated")
    assert owner.call("POST", "/v1/me/email", change).status == 204
    code = people.mailbox.newest(new).partition("code is ")[2][:6]
    wrong = "000000" if code != "000000" else "000001"
    assert problem(owner.call("POST", "/v1/me/email/confirm", {"code": wrong})) == (422, "wrong_code")
    assert people.anybody("/v1/login", {"email": owner.email, "password": PASSWORD}).status == 200
    confirmed = owner.call("POST", "/v1/me/email/confirm", {"code": code})
    assert (confirmed.status, confirmed.body["email"]) == (200, new)
    assert "another address" in people.mailbox.newest(owner.email), "the former one is told"
    told = len(people.mailbox.mails)
    again = owner.call("POST", "/v1/me/email/confirm", {"code": code})
    assert (again.status, again.body) == (200, confirmed.body), "its first answer may have been lost"
    assert len(people.mailbox.mails) == told
    assert people.anybody("/v1/login", {"email": owner.email, "password": PASSWORD}).status == 401
    assert people.anybody("/v1/login", {"email": new, "password": PASSWORD}).status == 200


def test_a_code_is_taken_as_the_authenticator_shows_it(people: People, owner: Person) -> None:
    secret = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]

    def spaced() -> str:
        code = totp(secret)
        return f"{code[:3]} {code[3:]}"

    assert owner.call("POST", "/v1/me/second-factor/confirm", {"code": spaced()}).status == 200
    login = {"email": owner.email, "password": PASSWORD, "second_factor_code": spaced()}
    assert people.anybody("/v1/login", login).status == 200


def test_a_mail_that_cannot_be_sent_is_said(people: People, owner: Person) -> None:
    people.mailbox.broken = ClientError({"Error": {"Code": "TooManyRequestsException"}}, "SendEmail")
    try:
        answer = owner.call("POST", "/v1/me/email", {"email": f"x-{owner.email}", "password": PASSWORD})
    finally:
        people.mailbox.broken = None
    assert problem(answer) == (503, "mail_not_sent")


def test_attempts_are_limited_for_an_account_and_for_a_network(people: People, owner: Person) -> None:
    entrance = limited(bootstrap.parts()[AccountParts].entrance)
    limit, now = ATTEMPT_LIMITS[Attempt.LOG_IN], EpochMs(epoch_ms())

    def attempt(email: str, address: str) -> str:
        try:
            log_in(entrance, Credentials(email, OTHER), address, now)
        except (Unauthenticated, RateLimited) as error:
            return error.code
        return "in"

    for email in (owner.email, f"nobody-{owner.email}"):
        of_account = [attempt(email, f"192.0.2.{i}") for i in range(limit.of_account + 1)]
        assert of_account[-1] == "too_many_requests"
        assert of_account.count("unauthenticated") >= limit.of_account - 1, "they have logged in before"
    later = EpochMs(now + 2 * limit.minutes * 60_000 // limit.of_account)
    entrance.limits.take(Attempt.LOG_IN, owner.email, "192.0.2.77", later)
    # One network, many accounts: the addresses of one subscriber's /64 count together.
    for i in range(ATTEMPT_LIMITS[Attempt.MAIL].of_network):
        entrance.limits.take(Attempt.MAIL, f"{i}-{owner.email}", f"2001:db8:{now % 65536:x}::{i:x}", now)
    with pytest.raises(RateLimited) as caught:
        entrance.limits.take(Attempt.MAIL, f"x-{owner.email}", f"2001:db8:{now % 65536:x}::ffff:1", now)
    assert int(str(caught.value.extensions["retry_after_seconds"])) >= 1


def test_who_cannot_be_counted_is_not_let_try(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    entrance = limited(bootstrap.parts()[AccountParts].entrance)

    def away(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "UpdateItem")

    monkeypatch.setattr(entrance.limits._buckets, "take_attempt", away)
    with pytest.raises(RetryableError):
        log_in(entrance, Credentials("a@b.co", OTHER), "192.0.2.1", epoch_ms())


def test_keys_cannot_do_what_is_for_people(people: People, owner: Person) -> None:
    for method, path in (("POST", "/v1/me/sessions/end"), ("PATCH", "/v1/me"), ("POST", "/v1/invitations")):
        answer = owner.call(method, path, {}, scopes="campaigns,contacts,conversations,read,settings")
        assert problem(answer) == (403, "missing_scope")
    for scope in ("self", "team", "ownership"):
        assert owner.call("POST", "/v1/api-keys", {"name": "k", "scopes": [scope]}).status == 422
