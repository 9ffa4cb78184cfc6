"""Two calls at once, and the second factor."""

from threading import Barrier
from typing import Any

import pytest

from functions.api import bootstrap
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.sessions import changes
from functions.api.accounts.sessions.log_in import Credentials
from functions.api.accounts.sessions.proof import Caller, Enrolling, prove_caller
from functions.api.accounts.user_pool.access_tokens import claimed
from functions.api.accounts.user_pool.changes import PoolChanges
from shared.clock import epoch_ms
from shared.domain.accounts.person import recovery_hash
from shared.errors import AppError, Conflict
from shared.store.accounts.people import People as PeopleStore
from tests.support.faults import at_once
from tests.support.people import PASSWORD, People, Person, limited, owner, people
from tests.support.totp import totp

__all__ = ["owner", "people"]

CONFIRM = "/v1/me/second-factor/confirm"


def test_of_eight_who_confirm_at_once_one_gets_recovery_codes_that_are_good(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]
    entrance = limited(bootstrap.parts()[AccountParts].entrance, 100)
    who = Enrolling(claimed(owner.token).subject, owner.email, owner.token, "192.0.2.7")

    all_have_looked, proves = Barrier(8), PoolChanges.prove_second_factor

    def proves_with_all(pool: PoolChanges, token: str, code: str) -> None:
        proves(pool, token, code)
        all_have_looked.wait(60)

    monkeypatch.setattr(PoolChanges, "prove_second_factor", proves_with_all)

    def confirm(_: int) -> list[str] | str:
        try:
            return changes.finish_second_factor(entrance, who, totp(secret), epoch_ms())
        except AppError as error:
            return error.code

    given = at_once(8, confirm)
    (codes,) = [one for one in given if not isinstance(one, str)]
    assert [one for one in given if isinstance(one, str)] == ["second_factor_on"] * 7
    kept = PeopleStore(people.api.deps.directory).find(who.subject).recovery_codes
    assert set(kept) == {recovery_hash(who.subject, code) for code in codes}


def test_recovery_codes_that_are_made_while_it_is_switched_off_do_not_switch_it_on(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD}).body["secret"]
    codes = owner.call("POST", CONFIRM, {"code": totp(secret)}).body["recovery_codes"]
    member = people.api.deps.accounts.member(owner.tenant, owner.member)
    entrance = limited(bootstrap.parts()[AccountParts].entrance, 100)
    caller = Caller(owner.tenant, member, owner.token, "192.0.2.7")

    def by(code: str) -> Credentials:
        return Credentials(owner.email, PASSWORD, recovery_code=code)

    def switched_off_meanwhile(*arguments: Any) -> None:
        prove_caller(*arguments)
        monkeypatch.setattr(changes, "prove_caller", prove_caller)
        changes.switch_second_factor_off(entrance, caller, by(codes[1]), epoch_ms())

    monkeypatch.setattr(changes, "prove_caller", switched_off_meanwhile)
    with pytest.raises(Conflict) as refused:
        changes.replace_recovery_codes(entrance, caller, by(codes[0]), epoch_ms())
    assert refused.value.code == "second_factor_off"
    assert people.anybody("/v1/login", {"email": owner.email, "password": PASSWORD}).status == 200
