"""What is said of a campaign before it is launched: limits, quality, time, the end of its offer."""

import pytest

from shared.clock import EpochMs
from shared.domain.campaigns.outlook import Allowance, outlook, within_a_day
from shared.domain.numbers.number import UNLIMITED, Number, messaging_limit
from shared.ids import PhoneNumberId, WabaId

NOW = EpochMs(1_800_000_000_000)
NUMBER = Number(PhoneNumberId("1"), WabaId("2"), "+15550783881", "Shop", throughput=80, quality="GREEN")
MINUTE = 60_000


def number(quality: str = "GREEN", status: str = "active") -> Number:
    return Number(PhoneNumberId("1"), WabaId("2"), "+15550783881", "Shop", 80, quality, status, "Meta says BANNED")


def codes(*args: object) -> list[str]:
    return [concern.code for concern in outlook(*args).concerns]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "limit"),
    [
        ("TIER_250", 250),
        ("tier_2k", 2_000),
        ("TIER_100K", 100_000),
        ("TIER_UNLIMITED", UNLIMITED),
        (2000, 2_000),
        ("2000", 2_000),
        (-1, UNLIMITED),
        ("TIER_NOT_SET", None),
        ("", None),
        (None, None),
        (0, None),
        (True, None),
        ({"a": 1}, None),
    ],
)
def test_a_messaging_limit_is_read_however_meta_says_it(told: object, limit: int | None) -> None:
    assert messaging_limit(told) == limit


@pytest.mark.parametrize(
    ("allowance", "left", "beyond"),
    [
        (Allowance(None, 500), None, 0),
        (Allowance(UNLIMITED, 500), None, 0),
        (Allowance(1_000, 400), 600, 0),
        (Allowance(1_000, 401), 599, 1),
        (Allowance(250, 400), 0, 600),
    ],
)
def test_what_is_left_of_a_limit(allowance: Allowance, left: int | None, beyond: int) -> None:
    assert (allowance.left, allowance.beyond(600)) == (left, beyond)


def test_a_campaign_that_nothing_stands_in_the_way_of() -> None:
    found = outlook(145, NUMBER, Allowance(1_000), NOW, None)
    assert (found.concerns, found.seconds, found.finishes_at) == ((), 3, NOW + 3_000)


def test_more_people_than_the_limit_lets_through_are_counted_with_what_to_do() -> None:
    (concern,) = outlook(1_500, NUMBER, Allowance(1_000, 250), NOW, None).concerns
    assert (concern.code, concern.people) == ("beyond_messaging_limit", 750)
    for said in ("750", "1000", "250", "resume"):
        assert said in concern.message


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (number("GREEN"), []),
        (number("UNKNOWN"), []),
        (number("YELLOW"), ["number_quality_medium"]),
        (number("RED"), ["number_quality_low"]),
        (number("RED", "restricted"), ["number_inactive", "number_quality_low"]),
    ],
)
def test_the_numbers_state_is_said(shown: Number, code: list[str]) -> None:
    assert codes(10, shown, Allowance(None), NOW, None) == code


@pytest.mark.parametrize(
    ("ends", "late"),
    [(NOW + 100_000, None), (NOW + 99_999, 0), (NOW + 60_000, 2_880), (NOW, 7_200), (NOW - 5_000, 7_200)],
)
def test_an_offer_that_ends_before_everybody_has_it_is_said_with_how_many(ends: EpochMs, late: int | None) -> None:
    """7,200 people at 72 a second take 100 seconds."""
    concerns = outlook(7_200, NUMBER, Allowance(None), NOW, ends).concerns
    assert [(c.code, c.people) for c in concerns] == ([] if late is None else [("offer_ends_early", late)])


def test_only_the_last_24_hours_count() -> None:
    now = NOW // MINUTE
    minutes = {now: 1, now - 1_440: 10, now - 1_441: 100}
    assert within_a_day(minutes, NOW) == 11
