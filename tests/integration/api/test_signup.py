"""Signing up where addresses are confirmed: nobody's code confirms what somebody else chose, and nothing tells who has
an account. The pool checks passwords and codes as Cognito does."""

import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import boto3
import pytest

from functions.api.accounts.signup import actions as signup
from functions.api.accounts.signup import endings as ended_signups
from functions.api.accounts.signup.actions import Application, Doors, sign_up
from functions.api.accounts.signup.endings import SignupEndings, end_signups
from functions.api.accounts.user_pool import passwords
from functions.api.accounts.user_pool.logic.session import Session
from functions.api.accounts.user_pool.passwords import SHORTEST, check_password
from functions.api.accounts.user_pool.pool import UserPool
from infra.local import services
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.signup import CONFIRM_WITHIN_MS, HOLD_MS, HOUR_MS, MOST_CODES, MOST_SIGNUPS
from shared.errors import AppError, InvalidInput, RetryableError, Unauthenticated
from shared.store.accounts.signups import Signups
from shared.store.accounts.tenants import Accounts
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from tests.support.places import place_of_its_own
from tests.support.template import load_template
from tests.support.user_pool import CheckingPool

MINE, THEIRS = "Correct-horse-1", "Evil-horse-2222"
Call = Callable[[Doors, str, int], object]


def log_in(doors: Doors, email: str, password: str, *, code: str, now: EpochMs) -> Session:
    """With the tenant that the first one makes."""
    session = signup.log_in(doors, email, password, code=code, now=now)
    signup.complete(doors, email, doors.users.subject(session), now)
    return session


@pytest.fixture(autouse=True)
def quick_verifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real cost is hundreds of milliseconds a time, and shown where passwords are tested."""
    monkeypatch.setattr(passwords, "_N", 2)


@pytest.fixture
def pool() -> CheckingPool:
    return CheckingPool()


@pytest.fixture
def doors(database: Database, pool: CheckingPool) -> Doors:
    directory = Directory(database)
    return Doors(UserPool(pool, "pool", "client"), Accounts(directory), Signups(directory))  # type: ignore[arg-type]


@pytest.fixture
def email() -> str:
    return f"ana-{secrets.token_hex(6)}@example.com"


@pytest.fixture
def now() -> EpochMs:
    return epoch_ms()


def apply(doors: Doors, email: str, password: str, now: EpochMs) -> None:
    sign_up(doors, Application("Café", email, password, "BR"), now)


def answer(call: Callable[[], object]) -> tuple[int, str, str | None, str]:
    """What a caller sees."""
    try:
        call()
    except AppError as error:
        return error.status, error.code, error.field, f"{error.message} {error.extensions}"
    return 200, "", None, ""


def refused(doors: Doors, email: str, password: str, code: str, now: EpochMs) -> bool:
    with pytest.raises(Unauthenticated):
        log_in(doors, email, password, code=code, now=now)
    return True


def test_a_code_confirms_only_the_password_it_was_mailed_for(
    doors: Doors, pool: CheckingPool, email: str, now: EpochMs
) -> None:
    apply(doors, email, THEIRS, now)
    (_, code) = pool.mails[-1]
    assert refused(doors, email, MINE, code, now)
    assert refused(doors, email, THEIRS, "", now)
    assert pool.people[email]["status"] == "UNCONFIRMED"


def test_a_new_sign_up_is_not_bound_by_a_stranger_s(doors: Doors, pool: CheckingPool, email: str, now: EpochMs) -> None:
    apply(doors, email, THEIRS, now)
    apply(doors, email, MINE, EpochMs(now + 1))
    old, new = (code for address, code in pool.mails if address == email)
    assert refused(doors, email, MINE, old, now)
    session = log_in(doors, email, MINE, code=new, now=now)
    assert doors.accounts.owner_of_subject(doors.users.subject(session)) is not None
    assert refused(doors, email, THEIRS, "", now)
    assert refused(doors, email, THEIRS, old, now)
    assert log_in(doors, email, MINE, code="", now=now)


def test_a_stranger_who_signs_up_in_between_gains_nothing(
    doors: Doors, pool: CheckingPool, email: str, now: EpochMs
) -> None:
    apply(doors, email, MINE, now)
    apply(doors, email, THEIRS, EpochMs(now + 1))
    for _, code in pool.mails:
        assert refused(doors, email, MINE, code, now)
    assert pool.people[email]["status"] == "UNCONFIRMED"
    apply(doors, email, MINE, EpochMs(now + 2))
    assert log_in(doors, email, MINE, code=pool.mails[-1][1], now=now)


def test_an_account_cannot_be_taken_by_signing_up_again(
    doors: Doors, pool: CheckingPool, email: str, now: EpochMs
) -> None:
    apply(doors, email, MINE, now)
    log_in(doors, email, MINE, code=pool.mails[-1][1], now=now)
    apply(doors, email, THEIRS, now)
    assert len(pool.mails) == 1
    assert refused(doors, email, THEIRS, "", now)
    assert log_in(doors, email, MINE, code="", now=now)


def test_who_died_between_pool_and_table_left_nothing_that_a_code_confirms(
    doors: Doors, pool: CheckingPool, email: str, now: EpochMs, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(doors, email, MINE, now)
    real, saves = Signups.change, []

    def dies(self: Signups, *arguments: Any) -> object:
        saves.append(arguments)
        if len(saves) == 2:
            raise RetryableError("gone")
        return real(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Signups, "change", dies)
        with pytest.raises(RetryableError):
            apply(doors, email, THEIRS, EpochMs(now + 1))
    with pytest.raises(RetryableError):
        log_in(doors, email, MINE, code=pool.mails[-1][1], now=EpochMs(now + 2))
    later = EpochMs(now + HOLD_MS + 2)
    assert refused(doors, email, MINE, pool.mails[-1][1], later)
    assert refused(doors, email, THEIRS, pool.mails[-1][1], later)
    assert pool.people[email]["status"] == "UNCONFIRMED"
    apply(doors, email, MINE, later)
    assert log_in(doors, email, MINE, code=pool.mails[-1][1], now=later)


def test_what_is_not_confirmed_within_a_day_ends(
    doors: Doors, pool: CheckingPool, endings: SignupEndings, email: str, now: EpochMs
) -> None:
    apply(doors, email, MINE, now)
    assert refused(doors, email, MINE, pool.mails[-1][1], EpochMs(now + CONFIRM_WITHIN_MS))
    apply(doors, f"other-{email}", MINE, EpochMs(now + CONFIRM_WITHIN_MS + HOUR_MS))
    assert email in pool.people, "nobody who signs up waits for that"
    end_all(endings, EpochMs(now + CONFIRM_WITHIN_MS + HOUR_MS))
    assert email not in pool.people
    assert f"other-{email}" in pool.people
    assert not list(doors.signups.ended(EpochMs(now + CONFIRM_WITHIN_MS)))
    assert end_all(endings, EpochMs(now + CONFIRM_WITHIN_MS + HOUR_MS)) == 0


@pytest.fixture
def endings(doors: Doors, database: Database) -> SignupEndings:
    return SignupEndings(doors.users, doors.signups, place_of_its_own(database))


def end_all(endings: SignupEndings, now: EpochMs) -> int:
    """The table is shared with other tests, and holds what they left behind."""
    return end_signups(endings, now, lambda: True)


def test_a_run_ends_no_more_sign_ups_than_it_has_time_for(
    doors: Doors, pool: CheckingPool, endings: SignupEndings, email: str, now: EpochMs, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = EpochMs(now + CONFIRM_WITHIN_MS + HOUR_MS)
    end_all(endings, later)
    for n in range(5):
        apply(doors, f"{n}-{email}", MINE, now)
    monkeypatch.setattr(ended_signups, "_AT_ONCE", 2)
    assert end_signups(endings, later, lambda: False) == 0
    runs = []
    for _ in range(4):
        looks = iter([True])
        runs.append(end_signups(endings, later, lambda: next(looks, False)))  # noqa: B023
    assert runs == [2, 2, 1, 0]
    assert not [address for address in pool.people if address.endswith(email)]


def test_those_that_the_pool_does_not_take_hold_up_nobody(
    doors: Doors, pool: CheckingPool, endings: SignupEndings, email: str, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with time for no more of them in a run: the next goes on where it stopped."""
    later = EpochMs(now + CONFIRM_WITHIN_MS + HOUR_MS)
    end_all(endings, later)
    for n in range(6):
        apply(doors, f"{n}-{email}", MINE, EpochMs(now + n))
    stubborn = {doors.signups.find(f"{n}-{email}").subject for n in range(4)}
    real = UserPool.remove_unconfirmed

    def busy(self: UserPool, username: str) -> bool:
        if username in stubborn:
            raise RetryableError("too many calls")
        return real(self, username)

    monkeypatch.setattr(ended_signups, "_AT_ONCE", 1)
    with monkeypatch.context() as patched:
        patched.setattr(UserPool, "remove_unconfirmed", busy)
        ended = 0
        for _ in range(6):
            looks = iter([True])
            ended += end_signups(endings, later, lambda: next(looks, False))  # noqa: B023
        assert ended == 2, "as many runs as there are sign-ups"
    assert end_signups(endings, later, lambda: True) == 4
    assert not [address for address in pool.people if address.endswith(email)]


def _as_unknown(doors: Doors, email: str, now: int) -> None:
    return


def _as_unconfirmed(doors: Doors, email: str, now: EpochMs) -> None:
    apply(doors, email, MINE, now)


def _as_confirmed(doors: Doors, email: str, now: EpochMs) -> None:
    apply(doors, email, MINE, now)
    log_in(doors, email, MINE, code=_pool(doors).mails[-1][1], now=now)


def _as_ended(doors: Doors, email: str, now: int) -> None:
    apply(doors, email, MINE, EpochMs(now - CONFIRM_WITHIN_MS))


def _pool(doors: Doors) -> CheckingPool:
    client: CheckingPool = doors.users._client  # type: ignore[assignment]
    return client


def test_no_answer_tells_a_known_address_from_an_unknown_one(doors: Doors, email: str, now: int) -> None:
    """An attacker's calls, one after the other: also what the own sign-up changed tells nothing."""
    calls: list[Call] = [
        lambda d, e, at: log_in(d, e, THEIRS, code="", now=EpochMs(at)),
        lambda d, e, at: log_in(d, e, THEIRS, code="999999", now=EpochMs(at)),
        lambda d, e, at: apply(d, e, "short", EpochMs(at)),
        lambda d, e, at: apply(d, e, THEIRS, EpochMs(at)),
        lambda d, e, at: log_in(d, e, THEIRS, code="", now=EpochMs(at)),
        lambda d, e, at: log_in(d, e, THEIRS, code="999999", now=EpochMs(at)),
        *[lambda d, e, at: apply(d, e, THEIRS, at)] * MOST_SIGNUPS,
        *[lambda d, e, at: log_in(d, e, THEIRS, code="999999", now=at)] * MOST_CODES,
        lambda d, e, at: log_in(d, e, THEIRS, code="", now=EpochMs(at)),
    ]
    seen = {}
    for state in (_as_unknown, _as_unconfirmed, _as_confirmed, _as_ended):
        address = f"{state.__name__}-{email}"
        state(doors, address, EpochMs(now - 2 * HOUR_MS))
        seen[state.__name__] = [answer(lambda: call(doors, address, now)) for call in calls]  # noqa: B023
    assert seen["_as_unconfirmed"] == seen["_as_unknown"]
    assert seen["_as_confirmed"] == seen["_as_unknown"]
    assert seen["_as_ended"] == seen["_as_unknown"]
    assert [status for status, *_ in seen["_as_unknown"]].count(429) == 1 + 2
    assert {status for status, *_ in seen["_as_unknown"]} == {200, 401, 422, 429}


def test_many_at_once_make_one_tenant_and_confirm_nothing_of_a_stranger(
    doors: Doors, pool: CheckingPool, email: str, now: EpochMs
) -> None:
    def attempt(i: int) -> tuple[int, str, str | None, str]:
        if i % 2:
            return answer(lambda: apply(doors, email, THEIRS if i % 4 == 1 else MINE, now))
        codes = [code for _, code in pool.mails] or ["0"]
        return answer(lambda: log_in(doors, email, MINE, code=codes[-1], now=now))

    apply(doors, email, MINE, EpochMs(now - HOUR_MS))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, range(24)))
    assert {status for status, *_ in answers} <= {200, 401, 429, 503}
    later = EpochMs(now + HOUR_MS)
    apply(doors, email, MINE, later)
    assert log_in(doors, email, MINE, code=pool.mails[-1][1], now=later)
    assert (pool.people[email]["status"], pool.people[email]["password"]) == ("CONFIRMED", MINE)
    assert refused(doors, email, THEIRS, "", later)


def test_log_ins_at_once_make_one_tenant(doors: Doors, pool: CheckingPool, email: str, now: EpochMs) -> None:
    apply(doors, email, MINE, now)
    pool.people[email]["status"] = "CONFIRMED"
    with ThreadPoolExecutor(8) as threads:
        sessions = list(threads.map(lambda _: log_in(doors, email, MINE, code="", now=now), range(8)))
    subjects = {doors.users.subject(session) for session in sessions}
    owners = [doors.accounts.owner_of_subject(subject) for subject in subjects]
    assert len(owners) == 1
    assert owners[0] is not None
    assert doors.accounts.tenant(owners[0].tenant_id).name == "Café"


@pytest.mark.parametrize("password", ["Correct-horse", "correct-horse-1", "CORRECT-HORSE-1", "Correct-h-1"])
def test_weak_passwords_are_refused_before_anybody_is_looked_up(doors: Doors, email: str, password: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        apply(doors, email, password, EpochMs(1))
    assert (caught.value.field, caught.value.code) == ("password", "weak_password")
    check_password(MINE)


def test_the_rule_for_passwords_is_the_pool_s() -> None:
    policy = load_template()["Resources"]["UserPool"]["Properties"]["Policies"]["PasswordPolicy"]
    rule = {key: value for key, value in policy.items() if key.startswith(("Minimum", "Require"))}
    assert rule == {
        "MinimumLength": SHORTEST,
        "RequireLowercase": True,
        "RequireUppercase": True,
        "RequireNumbers": True,
        "RequireSymbols": False,
    }


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of an emulator that checks codes and passwords (it does so under AUTH only)."""
    folder = tmp_path_factory.mktemp("pool")
    child, endpoint = services.start_aws(folder, folder / "log", {"AUTH": "true"})
    try:
        services.wait_for_aws(child, endpoint)
        yield boto3.client("cognito-idp", endpoint_url=endpoint, region_name="us-east-1")
    finally:
        child.stop()


def test_the_same_with_the_emulator_s_pool(enforcing: Any, doors: Doors, email: str, now: EpochMs) -> None:
    pool = enforcing.create_user_pool(
        PoolName="people", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"]
    )["UserPool"]["Id"]
    client = enforcing.create_user_pool_client(
        UserPoolId=pool,
        ClientName="api",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )["UserPoolClient"]["ClientId"]
    doors = replace(doors, users=UserPool(enforcing, pool, client))
    code = "123456"
    apply(doors, email, THEIRS, now)
    assert refused(doors, email, MINE, code, now)
    assert refused(doors, email, THEIRS, "000000", now)
    assert enforcing.admin_get_user(UserPoolId=pool, Username=email)["UserStatus"] == "UNCONFIRMED"
    apply(doors, email, MINE, now)
    assert refused(doors, email, THEIRS, code, now)
    session = log_in(doors, email, MINE, code=code, now=now)
    assert doors.accounts.owner_of_subject(doors.users.subject(session)) is not None
    assert refused(doors, email, THEIRS, "", now)
    states = ("nobody-" + email, email)
    assert len({json.dumps(answer(lambda: log_in(doors, one, THEIRS, code="1", now=now))) for one in states}) == 1  # noqa: B023
