"""Amounts keep their currency, and are whole numbers of its smallest unit once somebody is shown them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.money import Micros, Money, decimals_of, is_currency, rounded


@pytest.mark.parametrize(
    ("micros", "currency", "minor"),
    [
        (0, "USD", 0), (4_999, "USD", 0), (5_000, "USD", 1), (62_500, "USD", 6), (1_000_000, "USD", 100),
        (499_999, "JPY", 0), (500_000, "JPY", 1), (1_500, "KWD", 2),
    ],
)  # fmt: skip
def test_an_amount_is_shown_in_the_smallest_unit_half_up(micros: int, currency: str, minor: int) -> None:
    assert Micros(micros, currency).money == Money(minor, currency)


def test_an_amount_of_thousandths_is_rounded_to_the_currency() -> None:
    assert rounded(10_499, 3, "USD") == Money(1_050, "USD")
    assert rounded(10_499, 3, "JPY") == Money(10, "JPY")
    assert rounded(10_499, 3, "KWD") == Money(10_499, "KWD")


@given(st.integers(0, 10**15), st.integers(0, 10**6), st.sampled_from(["USD", "JPY", "BHD"]))
def test_many_of_one_price_are_exact(micros: int, count: int, currency: str) -> None:
    one = Micros(micros, currency)
    assert one.times(count) + one == one.times(count + 1) == Micros(micros * (count + 1), currency)


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="USD and EUR"):
        Micros(1, "USD") + Micros(1, "EUR")


@pytest.mark.parametrize(("code", "decimals"), [("USD", 2), ("XCG", 2), ("ZWG", 2), ("KRW", 0), ("CLP", 0), ("TND", 3)])
def test_each_currency_has_its_decimals(code: str, decimals: int) -> None:
    assert is_currency(code)
    assert decimals_of(code) == decimals


@pytest.mark.parametrize("code", ["usd", "XXX", "", "US", "DEM"])
def test_what_nobody_pays_with_is_no_currency(code: str) -> None:
    assert not is_currency(code)
