"""Prices by country and category, and what counted messages cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.campaigns.costs.logic.rate_card import Rate, RateCard, bill, minor_units

CARD = RateCard(
    "USD",
    (
        Rate("BR", "marketing", 62_500),
        Rate("BR", "marketing_lite", 60_000),
        Rate("*", "marketing", 60_400),
        Rate("*", "utility", 7_700),
        Rate("DE", "marketing", 136_500),
    ),
)


@pytest.mark.parametrize(
    ("country", "category", "price"),
    [
        ("BR", "marketing", 62_500),
        ("US", "marketing", 60_400),
        ("BR", "marketing_lite", 60_000),
        ("DE", "marketing_lite", 136_500),
        ("US", "marketing_lite", 60_400),
        ("", "utility", 7_700),
        ("BR", "free_entry_point", 0),
        ("BR", "authentication", None),
        ("BR", "authentication-international", None),
    ],
)
def test_the_price_of_a_message(country: str, category: str, price: int | None) -> None:
    assert CARD.price(country, category) == price


COUNTS = {("BR", "marketing"): 2, ("DE", "marketing"): 3, ("BR", "service"): 5, ("BR", "free_entry_point"): 7}


def test_what_messages_cost() -> None:
    found = bill(COUNTS, CARD)
    assert found.total == 2 * 62_500 + 3 * 136_500
    assert found.by_category() == {"marketing": found.total, "free_entry_point": 0}
    assert found.unpriced == 5
    assert [(line.country, line.category, line.messages, line.cost) for line in found.lines] == [
        ("BR", "free_entry_point", 7, 0),
        ("BR", "marketing", 2, 125_000),
        ("BR", "service", 5, None),
        ("DE", "marketing", 3, 409_500),
    ]


def test_without_a_rate_card_messages_are_counted_and_nothing_else() -> None:
    found = bill(COUNTS, None)
    assert (found.total, found.by_category(), found.unpriced) == (0, {}, 17)
    assert [line.messages for line in found.lines] == [7, 2, 5, 3]


@pytest.mark.parametrize(
    ("micros", "decimals", "minor"),
    [(0, 2, 0), (4_999, 2, 0), (5_000, 2, 1), (62_500, 2, 6), (1_000_000, 2, 100), (500_000, 0, 1), (1_500, 3, 2)],
)
def test_amounts_are_shown_in_the_smallest_unit(micros: int, decimals: int, minor: int) -> None:
    assert minor_units(micros, decimals) == minor


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["BR", "US", ""]), st.sampled_from(["marketing", "utility", "free_x", "service"])),
        st.integers(0, 10**7),
    )
)
def test_the_lines_add_up(counts: dict[tuple[str, str], int]) -> None:
    found = bill(counts, CARD)
    assert sum(line.messages for line in found.lines) == sum(counts.values())
    assert sum(found.by_category().values()) == found.total
    assert found.unpriced == sum(count for (_, category), count in counts.items() if category == "service")
