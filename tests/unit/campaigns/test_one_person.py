"""Of contacts that turn out to be one person in mid-campaign, who is written to."""

import itertools

import pytest

from functions.campaign_dispatch.lane.one_person import OnePerson, Other, Verdict, verdict_on
from shared.clock import EpochMs
from shared.domain.contacts.consent_record import ConsentChange
from shared.ids import ContactId

SEND, SKIP, WAIT = Verdict.SEND, Verdict.SKIP, Verdict.WAIT


def other(outcome: str | None = None, *, claimed: bool = False, same_lane: bool = True, first: bool = False) -> Other:
    return Other(outcome, claimed, same_lane, first)


@pytest.mark.parametrize("all_know", [True, False])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        *((outcome, SKIP) for outcome in ("sent", "delivered", "read", "unknown", "failed")),
        *((outcome, SEND) for outcome in ("skipped", "cancelled")),
    ],
)
def test_an_attempt_at_the_person_was_one_whatever_became_of_it(
    outcome: str, verdict: Verdict, first: bool, all_know: bool
) -> None:
    assert verdict_on([other(outcome, first=first)], all_know=all_know) is verdict


@pytest.mark.parametrize(
    ("where", "all_know", "verdict"),
    [
        (other(first=True), False, SKIP),
        (other(first=True, claimed=True), False, SKIP),
        (other(first=True, same_lane=False), False, SKIP),
        (other(), False, SEND),
        (other(same_lane=False), False, WAIT),  # its lane may be about to send, and not know yet
        (other(same_lane=False), True, SEND),
        (other(claimed=True), False, WAIT),  # perhaps it is about to be skipped
        (other(claimed=True), True, SKIP),  # perhaps it was sent, before anybody knew
        (other(claimed=True, same_lane=False), True, SKIP),
    ],
)
def test_of_two_who_wait_the_first_is_written_to(where: Other, all_know: bool, verdict: Verdict) -> None:
    assert verdict_on([where], all_know=all_know) is verdict


def test_nobody_beside_them_in_the_campaign_keeps_nobody_from_it() -> None:
    assert verdict_on([], all_know=False) is SEND


def test_of_several_the_strictest_counts() -> None:
    several = [other(), other(same_lane=False), other("delivered")]
    for order in itertools.permutations(several):
        assert verdict_on(order, all_know=False) is SKIP
    for order in itertools.permutations(several[:2]):
        assert verdict_on(order, all_know=False) is WAIT


def test_of_three_of_one_person_who_wait_exactly_one_is_written_to() -> None:
    ids = ["a", "b", "c"]
    verdicts = [verdict_on([other(first=one < me) for one in ids if one != me], all_know=True) for me in ids]
    assert verdicts == [SEND, SKIP, SKIP]


def test_mergers_add_up_to_one_person() -> None:
    person = OnePerson(sends=None, lane=0)  # type: ignore[arg-type]
    assert person.contacts_of(ContactId("a")) == {"a"}
    person.learn(
        [
            ConsentChange(ContactId("a"), False, EpochMs(5), ContactId("b")),
            ConsentChange(ContactId("x"), True, EpochMs(6)),
        ],
        1.0,
    )
    person.learn(
        [
            ConsentChange(ContactId("c"), False, EpochMs(7), ContactId("d")),
            ConsentChange(ContactId("b"), False, EpochMs(8), ContactId("c")),
        ],
        2.0,
    )
    assert [person.contacts_of(ContactId(one)) for one in "abcdx"] == [set("abcd")] * 4 + [{"x"}]
