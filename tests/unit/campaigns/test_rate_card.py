"""Prices by country and category, and what counted messages cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.campaigns.costs.logic.rate_card import Rate, RateCard, bill
from shared.domain.money import Micros

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
    assert CARD.price(country, category) == (None if price is None else Micros(price, "USD"))


COUNTS = {("BR", "marketing"): 2, ("DE", "marketing"): 3, ("BR", "service"): 5, ("BR", "free_entry_point"): 7}


def test_what_messages_cost() -> None:
    found = bill(COUNTS, CARD)
    assert found.total == Micros(2 * 62_500 + 3 * 136_500, "USD")
    assert found.by_category() == {"marketing": found.total, "free_entry_point": Micros(0, "USD")}
    assert found.unpriced == 5
    assert [(line.country, line.category, line.messages, line.cost) for line in found.lines] == [
        ("BR", "free_entry_point", 7, Micros(0, "USD")),
        ("BR", "marketing", 2, Micros(125_000, "USD")),
        ("BR", "service", 5, None),
        ("DE", "marketing", 3, Micros(409_500, "USD")),
    ]


def test_without_a_rate_card_messages_are_counted_and_nothing_else() -> None:
    found = bill(COUNTS, None)
    assert (found.total, found.by_category(), found.unpriced) == (None, {}, 17)
    assert [line.messages for line in found.lines] == [7, 2, 5, 3]


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["BR", "US", ""]), st.sampled_from(["marketing", "utility", "free_x", "service"])),
        st.integers(0, 10**7),
    )
)
def test_the_lines_add_up(counts: dict[tuple[str, str], int]) -> None:
    found = bill(counts, CARD)
    assert sum(line.messages for line in found.lines) == sum(counts.values())
    assert sum(found.by_category().values(), Micros(0, "USD")) == found.total
    assert found.unpriced == sum(count for (_, category), count in counts.items() if category == "service")
