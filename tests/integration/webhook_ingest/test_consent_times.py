"""When a yes or a no was said, where Meta's time of it cannot be right: whatever it says, the next no is heard."""

import pytest

from tests.integration.webhook_ingest.test_consent import (
    BY_PHONE,
    NOW_S,
    chosen,
    hear,
    listening,
    post,
    take,
    text,
)
from tests.support.consumers import Deps
from tests.support.fake_aws import FakeAws
from tests.support.webhook_payloads import TENANT, messages

__all__ = ["listening"]
DAY_S, YEAR_S = 86_400, 365 * 86_400


def said_no(deps: Deps) -> bool:
    person = deps.contacts.get(TENANT, BY_PHONE)
    assert person is not None
    return person.opted_out_at is not None


@pytest.mark.parametrize("ahead", [90, DAY_S - 60, 3 * DAY_S, 40 * YEAR_S])
@pytest.mark.parametrize("no", [post(messages(text("stop", 1))), post(chosen("stop", 1))], ids=["words", "control"])
@pytest.mark.parametrize("control", [False, True], ids=["words", "control"])
def test_a_yes_that_is_dated_ahead_holds_up_no_later_no(
    aws: FakeAws, deps: Deps, ahead: int, no: bytes, control: bool
) -> None:
    yes = post(chosen("resume", ahead)) if control else post(messages(text("start", ahead)))
    for path in (hear, take):
        path(yes)
    for path in (hear, take):
        path(no)
        assert said_no(deps)
    # Meta delivers it again.
    for path in (hear, take):
        path(yes)
        assert said_no(deps)


@pytest.mark.parametrize("told", [1, 171_000_000, NOW_S - YEAR_S, NOW_S + 40 * YEAR_S])
def test_a_choice_of_no_with_a_time_that_cannot_be_right_is_heard_after_a_yes(
    aws: FakeAws, deps: Deps, told: int
) -> None:
    take(post(messages(text("start", -60))))
    take(post(chosen("stop", told - NOW_S)))
    assert said_no(deps)


def test_a_choice_of_yes_with_an_old_time_is_none_after_a_no(aws: FakeAws, deps: Deps) -> None:
    take(post(messages(text("stop", -60))))
    for path in (hear, take):
        path(post(chosen("resume", -2 * DAY_S)))
        assert said_no(deps)
