"""Which of Meta's endpoints a template's messages go to, and when they turn to the other one."""

import pytest

from shared.domain.campaigns.endpoint import MARKETING_ENDPOINT, USUAL_ENDPOINT, Route, endpoint_of
from shared.domain.campaigns.outcome import Action, Kind, Outcome, from_error_code

OTHER = {USUAL_ENDPOINT: MARKETING_ENDPOINT, MARKETING_ENDPOINT: USUAL_ENDPOINT}


@pytest.mark.parametrize(
    ("category", "endpoint"),
    [
        ("MARKETING", MARKETING_ENDPOINT),
        ("marketing", MARKETING_ENDPOINT),
        ("UTILITY", USUAL_ENDPOINT),
        ("AUTHENTICATION", USUAL_ENDPOINT),
        ("", USUAL_ENDPOINT),
    ],
)
def test_marketing_has_an_endpoint_of_its_own(category: str, endpoint: str) -> None:
    assert endpoint_of(category) == endpoint


@pytest.mark.parametrize("code", [131055, 134100, 134102, 134101, 3, 10, 131005, 200, 299])
def test_what_marketing_messages_does_not_take_from_this_account_goes_to_messages_at_once(code: int) -> None:
    route = Route(MARKETING_ENDPOINT)
    outcome = route.turn(from_error_code(code, 400), MARKETING_ENDPOINT)
    assert outcome == Outcome(Kind.THROTTLED, str(code), Action.OTHER_ENDPOINT)
    assert route.endpoint == USUAL_ENDPOINT


@pytest.mark.parametrize("code", [131061, 131063])
def test_what_messages_does_not_take_goes_to_marketing_messages(code: int) -> None:
    route = Route(USUAL_ENDPOINT)
    assert route.turn(from_error_code(code, 400), USUAL_ENDPOINT).action is Action.OTHER_ENDPOINT
    assert route.endpoint == MARKETING_ENDPOINT


@pytest.mark.parametrize("endpoint", [USUAL_ENDPOINT, MARKETING_ENDPOINT])
@pytest.mark.parametrize("code", [0, 190, 100, 131026, 131049, 131062, 130429, 132015, 368])
def test_other_refusals_turn_nothing(code: int, endpoint: str) -> None:
    route, refusal = Route(endpoint), from_error_code(code, 400)
    assert route.turn(refusal, endpoint) == refusal
    assert route.endpoint == endpoint


@pytest.mark.parametrize("code", [3, 10, 200, 134101])
def test_a_permission_that_lacks_at_messages_is_no_matter_of_the_endpoint(code: int) -> None:
    route, refusal = Route(USUAL_ENDPOINT), from_error_code(code, 400)
    assert route.turn(refusal, USUAL_ENDPOINT) == refusal


@pytest.mark.parametrize(("first", "second"), [(131055, 131063), (134102, 131061), (134100, 131063)])
def test_what_neither_endpoint_takes_stops_the_campaign(first: int, second: int) -> None:
    route = Route(MARKETING_ENDPOINT)
    route.turn(from_error_code(first, 400), MARKETING_ENDPOINT)
    last = route.turn(from_error_code(second, 400), USUAL_ENDPOINT)
    assert (last.kind, last.code, last.action) == (Kind.THROTTLED, str(second), Action.PAUSE_CAMPAIGN)


def test_an_endpoint_that_asks_for_itself_stops_the_campaign() -> None:
    route = Route(USUAL_ENDPOINT)
    assert route.turn(from_error_code(131055, 400), USUAL_ENDPOINT).action is Action.PAUSE_CAMPAIGN


def test_a_permission_that_lacks_at_both_endpoints_is_the_accounts() -> None:
    route = Route(MARKETING_ENDPOINT)
    route.turn(from_error_code(131063, 400), USUAL_ENDPOINT)
    assert route.turn(from_error_code(10, 403), MARKETING_ENDPOINT).action is Action.TOKEN


def test_a_template_that_is_new_waits_where_only_marketing_messages_will_take_it() -> None:
    route = Route(MARKETING_ENDPOINT)
    route.turn(from_error_code(134101, 400), MARKETING_ENDPOINT)
    assert route.turn(from_error_code(131063, 400), USUAL_ENDPOINT).action is Action.OTHER_ENDPOINT
    waits = route.turn(from_error_code(134101, 400), MARKETING_ENDPOINT)
    assert (waits.kind, waits.action, waits.wait_seconds) == (Kind.THROTTLED, Action.SLOW_DOWN, 600)
    assert route.endpoint == MARKETING_ENDPOINT


def test_answers_that_come_late_from_the_endpoint_before_do_not_turn_it_back() -> None:
    route = Route(MARKETING_ENDPOINT)
    for _ in range(3):
        assert route.turn(from_error_code(131055, 400), MARKETING_ENDPOINT).action is Action.OTHER_ENDPOINT
    assert route.endpoint == USUAL_ENDPOINT
