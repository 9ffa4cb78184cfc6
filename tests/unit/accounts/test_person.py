"""Which sessions of a person are over, and what recovery codes are good for."""

import pytest

from shared.clock import EpochMs
from shared.domain.accounts.person import (
    ACCESS_TOKEN_MS,
    ENROL_WITHIN_MS,
    MOST_ENDED,
    EmailChange,
    Person,
    address_given_up,
    address_settled,
    end_all_sessions,
    end_session,
    enrolling,
    lock,
    other_recovery_codes,
    prove_address,
    recovery_hash,
    second_factor_off,
    second_factor_on,
    unlock,
    use_recovery_code,
)
from shared.errors import Conflict, InvalidInput
from tests.support.template import load_template

NOW = EpochMs(1_764_500_000_500)
SECOND = EpochMs(1_764_500_000_000)


def test_an_ended_session_is_over_and_no_other() -> None:
    person = end_session("a", NOW)(Person())
    assert person.is_over("a", NOW)
    assert person.is_over("a", EpochMs(NOW + 10_000)), "renewed in between"
    assert not person.is_over("b", NOW)


def test_whatever_was_issued_before_all_sessions_were_ended_is_over() -> None:
    person = end_all_sessions(NOW)(Person())
    assert person.is_over("a", EpochMs(SECOND - 1000))
    assert person.is_over("a", SECOND), "of the same second: nobody can say on which side"
    assert not person.is_over("a", EpochMs(SECOND + 1000))
    assert end_all_sessions(EpochMs(NOW - 60_000))(person) == person, "an older call moves nothing back"


def test_more_ended_sessions_than_are_remembered_end_all_of_them() -> None:
    person = Person()
    for i in range(MOST_ENDED):
        person = end_session(str(i), EpochMs(NOW + i))(person)
    assert len(person.ended) == MOST_ENDED
    person = end_session("one more", EpochMs(NOW + MOST_ENDED))(person)
    assert all(person.is_over(str(i), SECOND) for i in range(MOST_ENDED))
    assert person.is_over("one more", SECOND)


def test_an_ended_session_is_remembered_for_as_long_as_its_tokens_are_good() -> None:
    minutes = load_template()["Resources"]["UserPoolClient"]["Properties"]["AccessTokenValidity"]
    assert minutes * 60_000 == ACCESS_TOKEN_MS
    person = end_session("a", NOW)(Person())
    assert end_session("b", EpochMs(NOW + ACCESS_TOKEN_MS - 1))(person).is_over("a", NOW)
    assert len(end_session("b", EpochMs(NOW + ACCESS_TOKEN_MS + 1))(person).ended) == 1


def test_a_recovery_code_is_one_persons_and_good_once() -> None:
    codes = [recovery_hash("ana", "abcd-efgh-jkmn"), recovery_hash("ana", "pqrs-tuvw-xyz2")]
    person = second_factor_on(codes, "s", NOW)(enrolling("s", NOW)(Person()))
    after = use_recovery_code("ana", "ABCD EFGH JKMN")(person)
    assert len(after.recovery_codes) == 1
    assert after.second_factor
    for subject, code in (("ana", "abcd-efgh-jkmn"), ("rui", "pqrs-tuvw-xyz2"), ("ana", "")):
        with pytest.raises(InvalidInput, match="recovery"):
            use_recovery_code(subject, code)(after)


def test_a_second_factor_is_switched_on_once_and_by_who_began_it() -> None:
    begun = enrolling("s", NOW)(Person())
    for person, now in ((Person(), NOW), (begun, EpochMs(NOW + ENROL_WITHIN_MS)), (second_factor_off(begun), NOW)):
        with pytest.raises(InvalidInput):
            second_factor_on(["a"], "s", now)(person)
    with pytest.raises(InvalidInput):
        second_factor_on(["a"], "another", NOW)(begun)
    switched_on = second_factor_on(["a"], "s", NOW)(begun)
    for again in (second_factor_on(["b"], "s", NOW), enrolling("s", NOW)):
        with pytest.raises(Conflict) as refused:
            again(switched_on)
        assert refused.value.code == "second_factor_on"


def test_new_recovery_codes_do_not_switch_a_second_factor_on() -> None:
    person = second_factor_on(["a"], "s", NOW)(enrolling("s", NOW)(Person()))
    assert other_recovery_codes(["b"])(person).recovery_codes == ("b",)
    with pytest.raises(Conflict):
        other_recovery_codes(["b"])(second_factor_off(person))


def test_who_is_locked_stays_so_until_that_is_over() -> None:
    locked = lock("first")(Person())
    assert lock("second")(locked) == locked
    assert unlock("second")(locked) == locked
    assert unlock("first")(locked) == Person()


def test_an_address_that_was_proved_in_time_stays_so_until_its_change_is_finished() -> None:
    later = EpochMs(NOW + 1)
    person = Person(email_change=EmailChange("new@example.com", "hash", later))
    proved = prove_address("hash", NOW)(person)
    assert prove_address("hash", later)(proved) == proved
    for found, code, now in (
        (person, "hash", later),
        (person, "other", NOW),
        (proved, "other", NOW),
        (Person(), "", NOW),
    ):
        with pytest.raises(InvalidInput):
            prove_address(code, now)(found)
    assert address_settled("another@example.com")(proved) == proved
    assert address_given_up("new@example.com")(proved).email_change is None


def test_a_code_says_again_what_it_did_while_it_is_good_and_does_nothing() -> None:
    later = EpochMs(NOW + 1)
    settled = address_settled("new@example.com")(
        Person(email_change=EmailChange("new@example.com", "hash", later, is_proved=True))
    )
    assert prove_address("hash", NOW)(settled) == settled
    assert settled.email_change is not None
    assert settled.email_change.is_settled
    assert not settled.email_change.is_proved
    with pytest.raises(InvalidInput):
        prove_address("hash", later)(settled)
