"""Whose rate a message is charged at."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.contacts.market import count_markets, market_of, pack_markets


@pytest.mark.parametrize(
    ("to", "country"),
    [
        ("+5511987654321", "BR"),
        ("+14155550100", "US"),
        ("+14165550100", "US"),
        ("+18095550100", "DO"),
        ("+77011234567", "KZ"),
        ("+79161234567", "RU"),
        ("+35312345678", "IE"),
        ("US.13491208655302741918", "US"),
        ("BR.ENT.1", "BR"),
        ("+800123456", ""),
        ("+", ""),
        ("", ""),
        ("nobody", ""),
    ],
)
def test_a_destination_is_of_the_country_of_its_calling_code(to: str, country: str) -> None:
    assert market_of(to) == country


EXAMPLES = [phonenumbers.example_number(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)]


def test_every_region_s_numbers_are_of_a_country_with_their_code() -> None:
    for example in filter(None, EXAMPLES):
        found = market_of(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164))
        assert phonenumbers.country_code_for_region(found) == example.country_code, example


PLACES = st.sampled_from(["+5511987654321", "+34611222333", "US.1", "+800123", "x", ""])


@given(st.lists(PLACES, max_size=80), st.data())
def test_what_is_packed_is_counted_slot_by_slot(destinations: list[str], data: st.DataObject) -> None:
    packed = pack_markets(destinations)
    slots = data.draw(st.sets(st.integers(0, len(destinations) - 1))) if destinations else set()
    counted = count_markets(packed, slots)
    assert counted.total() == len(slots)
    for country, count in counted.items():
        assert count == sum(market_of(destinations[slot]) == country for slot in slots)
    assert len(packed) <= 2 if len({market_of(to) for to in destinations}) <= 1 else len(packed) <= 80 + 15


def test_a_block_of_80_countries_can_be_packed() -> None:
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)[:80]
    packed = pack_markets([f"{region}.1" for region in regions])
    assert count_markets(packed, range(80)) == dict.fromkeys(regions, 1)


def test_a_block_from_before_countries_were_noted_is_of_none() -> None:
    assert count_markets("", {1, 2}) == {"": 2}
    assert count_markets("", set()) == {}
