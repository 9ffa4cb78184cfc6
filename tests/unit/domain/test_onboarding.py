"""The steps of connecting an account: what is next, what is repeated, and what every refusal of Meta's means."""

import json
from dataclasses import replace

import pytest

from shared.clock import EpochMs
from shared.domain.numbers import onboarding as machine
from shared.domain.numbers.onboarding import Onboarding, State, StepState
from shared.domain.numbers.onboarding_steps import OPTIONAL, Step
from shared.domain.numbers.onboarding_troubles import (
    REMEDIES,
    Remedy,
    Trouble,
    found_by_us,
    out_of_reach,
    refused_by_meta,
)
from shared.errors import Conflict, InvalidInput, RateLimited
from shared.ids import PhoneNumberId, WabaId

NOW = EpochMs(1_800_000_000_000)
FRESH = Onboarding("o-1", NOW, "member", NOW, waba_id=WabaId("1"))


def done_until(last: Step) -> Onboarding:
    """Everything before this step is done."""
    onboarding = FRESH
    for step in Step:
        if step is last:
            break
        onboarding = machine.done(onboarding, step, {}, NOW)
    return onboarding


def states(onboarding: Onboarding) -> list[StepState]:
    return [record.state for record in onboarding.steps]


def test_the_steps_come_in_their_order_and_the_test_message_last() -> None:
    seen, onboarding = [], FRESH
    while (step := onboarding.next_step) is not None:
        seen.append(step)
        expected = State.CONNECTED if step is Step.TEST_MESSAGE else State.WAITING
        assert onboarding.state is expected
        onboarding = machine.done(onboarding, step, {}, NOW)
    assert seen == list(Step)
    assert onboarding.state is State.COMPLETE


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.TEST_MESSAGE])
def test_a_step_that_failed_is_the_next_one_until_it_is_done(step: Step) -> None:
    failed = machine.failed(done_until(step), step, out_of_reach(step, "no answer", NOW), NOW, unanswered=True)
    assert (failed.next_step, failed.state) == (step, State.BLOCKED)
    mended = machine.done(failed, step, {"success": True}, NOW)
    record = mended.record(step)
    assert (record.attempts, record.trouble, record.asked_before) == (2, None, True)
    assert mended.next_step is not step


@pytest.mark.parametrize(
    ("step", "cause", "named", "kept"),
    [
        (Step.TOKEN, found_by_us("not_yours", "no access", NOW, "waba_id"), "", ("", "")),
        (Step.NUMBERS, found_by_us("not_yours", "no such number", NOW, "phone_number_id"), "", ("1", "")),
        (Step.REGISTRATION, found_by_us("wrong_pin", "no", NOW, "pin"), "", ("1", "11")),
        (Step.CODE, found_by_us("code_refused", "old", NOW, "code"), "2", ("2", "")),
        (Step.CODE, found_by_us("code_refused", "old", NOW, "code"), "1", ("1", "11")),
    ],
)
def test_another_sign_up_keeps_no_name_that_it_cannot_reach(
    step: Step, cause: Trouble, named: str, kept: tuple[str, str]
) -> None:
    began = replace(done_until(step), phone_number_id=PhoneNumberId("11"))
    failed = machine.failed(began, step, cause, NOW, unanswered=False)
    again = machine.with_code(failed, WabaId(named), PhoneNumberId(""))
    assert (again.waba_id, again.phone_number_id) == kept
    other = machine.with_code(failed, WabaId("3"), PhoneNumberId("33"))
    assert (other.waba_id, other.phone_number_id) == ("3", "33"), "what the new one names counts"


@pytest.mark.parametrize("code", ["", "133004", "368", "131031"])
def test_whatever_goes_wrong_with_the_code_takes_another_one(code: str) -> None:
    """It is kept nowhere, so continuing alone does the step again to no avail."""
    found = refused_by_meta(Step.CODE, code, "no", NOW) if code else out_of_reach(Step.CODE, "no answer", NOW)
    assert found.field == "code"
    assert "sign-up" in REMEDIES[found.remedy]
    if not code:
        assert (found.remedy, out_of_reach(Step.TOKEN, "no answer", NOW).remedy) == (Remedy.REPEAT_SIGNUP, Remedy.RETRY)


def test_another_code_has_everything_done_again() -> None:
    connected = done_until(Step.TEST_MESSAGE)
    again = machine.with_code(connected, WabaId(""), PhoneNumberId(""))
    assert set(states(again)) == {StepState.WAITING}
    assert again.waba_id == "1"
    assert again.record(Step.SYNC).asked_before, "what Meta gives once may have been given"


def test_another_account_is_proved_before_anything_is_done_with_it() -> None:
    """A token that was proved for one account proves nothing of another."""
    changed = machine.with_names(done_until(Step.SUBSCRIPTION), WabaId("2"), PhoneNumberId(""))
    assert (changed.next_step, changed.waba_id) == (Step.TOKEN, "2")
    assert changed.record(Step.CODE).state is StepState.DONE
    same = done_until(Step.SUBSCRIPTION)
    assert machine.with_names(same, WabaId("1"), PhoneNumberId("")) == same
    assert machine.with_names(same, WabaId(""), PhoneNumberId("7")).next_step is Step.NUMBERS


@pytest.mark.parametrize("step", Step)
def test_only_what_the_number_works_without_can_be_left_out(step: Step) -> None:
    if step in OPTIONAL:
        assert machine.skipped(done_until(step), NOW).record(step).state is StepState.SKIPPED
        return
    with pytest.raises(InvalidInput):
        machine.skipped(done_until(step), NOW)


def test_one_works_at_it_at_a_time_and_whoever_died_holds_nobody_up() -> None:
    taken = machine.taken(FRESH, "first", NOW)
    with pytest.raises(Conflict):
        machine.taken(taken, "second", NOW)
    later = EpochMs(NOW + machine.RUN_MS)
    assert machine.taken(taken, "second", later).run == "second"
    assert machine.left(taken, "second") == taken
    assert machine.taken(machine.left(taken, "first"), "second", NOW).run == "second"


def test_what_meta_wants_later_is_not_tried_before() -> None:
    trouble = refused_by_meta(Step.REGISTRATION, "133015", "wait", NOW)
    failed = machine.failed(done_until(Step.REGISTRATION), Step.REGISTRATION, trouble, NOW, unanswered=False)
    with pytest.raises(RateLimited) as caught:
        machine.require_time(failed, NOW)
    assert caught.value.extensions["retry_after_seconds"] == 300
    machine.require_time(failed, trouble.retry_at)


@pytest.mark.parametrize(
    ("step", "code", "cause", "remedy"),
    [
        (Step.CODE, "100", "code_refused", Remedy.REPEAT_SIGNUP),
        (Step.CODE, "77777", "code_refused", Remedy.REPEAT_SIGNUP),
        (Step.ACCOUNT, "190", "token_refused", Remedy.REPEAT_SIGNUP),
        (Step.ACCOUNT, "10", "not_yours", Remedy.CHOOSE_ACCOUNT),
        (Step.NUMBERS, "200", "permission_missing", Remedy.GRANT_PERMISSIONS),
        (Step.SUBSCRIPTION, "10", "permission_missing", Remedy.GRANT_PERMISSIONS),
        (Step.SUBSCRIPTION, "299", "permission_missing", Remedy.GRANT_PERMISSIONS),
        (Step.SUBSCRIPTION, "100", "subscribe_refused", Remedy.RETRY),
        (Step.REGISTRATION, "133005", "wrong_pin", Remedy.SEND_PIN),
        (Step.REGISTRATION, "133016", "too_many_registrations", Remedy.WAIT),
        (Step.REGISTRATION, "2388001", "registered_elsewhere", Remedy.DISCONNECT_ELSEWHERE),
        (Step.REGISTRATION, "2388103", "migration_refused", Remedy.SEE_WHATSAPP_MANAGER),
        (Step.REGISTRATION, "100", "refused", Remedy.RETRY),
        (Step.REGISTRATION, "131031", "account_locked", Remedy.SEE_WHATSAPP_MANAGER),
        (Step.REGISTRATION, "77777", "refused", Remedy.RETRY),
        (Step.SYNC, "2593108", "sync_over", Remedy.REPEAT_SIGNUP),
        (Step.SYNC, "100", "sync_refused", Remedy.REPEAT_SIGNUP),
        (Step.TEST_MESSAGE, "131047", "write_first", Remedy.WRITE_FIRST),
    ],
)
def test_a_refusal_of_metas_has_its_cause_and_its_remedy(step: Step, code: str, cause: str, remedy: Remedy) -> None:
    trouble = refused_by_meta(step, code, "Meta's words", NOW)
    assert (trouble.cause, trouble.remedy, trouble.provider_code) == (cause, remedy, code)
    assert trouble.words == "Meta's words"


@pytest.mark.parametrize(
    ("step", "subcode", "cause", "shown"),
    [
        (Step.REGISTRATION, "2388001", "registered_elsewhere", "2388001"),
        (Step.SYNC, "2593108", "sync_over", "2593108"),
        (Step.CODE, "36009", "code_refused", "100"),
        (Step.NUMBERS, "33", "not_yours", "100"),
    ],
)
def test_a_subcode_that_is_known_says_more_than_the_code(step: Step, subcode: str, cause: str, shown: str) -> None:
    trouble = refused_by_meta(step, "100", "Meta's words", NOW, subcode=subcode)
    assert (trouble.cause, trouble.provider_code) == (cause, shown)


def test_every_remedy_is_explained() -> None:
    assert set(REMEDIES) == set(Remedy)
    assert found_by_us("plan_limit", "no room", NOW).remedy is Remedy.ENLARGE_PLAN
    assert found_by_us("not_yours", "no such number", NOW, "phone_number_id").field == "phone_number_id"


def test_what_is_kept_of_an_answer_has_no_secret_and_nobodys_number() -> None:
    answer = {
        "access_token": "EAAJ-secret",
        "data": [{"id": "1", "pin": "123456", "nested": {"appsecret_proof": "secret"}}],
        "contacts": [{"input": "+34600111222"}],
        "success": True,
    }
    kept = machine.shown(answer)
    assert json.loads(kept) == {"data": [{"id": "1", "nested": {}}], "success": True}
    assert len(machine.shown({"data": ["x" * 100] * 100})) <= 2_000
