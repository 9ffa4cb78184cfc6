"""Our ids on every message, and back from what Meta echoes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.callback import CampaignSlot, SingleSend, decode, encode_single, encode_slot

ids = st.text(st.characters(codec="ascii", categories=["L", "Nd"]), min_size=1, max_size=64)
counts = st.integers(0, 1_048_575)


@given(st.builds(CampaignSlot, ids, ids, counts, st.integers(0, 79), st.integers(1, 12)))
def test_a_campaign_slot_comes_back(slot: CampaignSlot) -> None:
    text = encode_slot(slot)
    assert decode(text) == slot
    assert len(text) <= 512


@given(st.builds(SingleSend, ids, ids, ids))
def test_a_single_send_comes_back(single: SingleSend) -> None:
    text = encode_single(single)
    assert decode(text) == single
    assert len(text) <= 512


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "|", "v1", "m1", "order-1234", "v1|t|c|1|2", "v1|t|c|1|2|3|4", "v1|t|c|x|2|3", "v1|t|c|-1|2|3"),
        *(
            "v1|t|c|1.5|2|3",
            "v1|t|c||2|3",
            "v1|t|c|²|2|3",
            "v1|t|c|١|2|3",
            "v1|t|c| 1|2|3",
            "v2|t|c|1|2|3",
            "V1|t|c|1|2|3",
        ),
        *("v1||c|1|2|3", "v1|t||1|2|3", "m1|t|c|", "m1||c|m", "m1|t|c", "m1|t|c|m|x", '{"order":1}'),
        "v1|t|c|" + "9" * 5000 + "|2|3",
    ],
)
def test_what_is_not_ours_means_nothing(text: str | None) -> None:
    assert decode(text) is None


@given(st.one_of(st.text(max_size=100), st.from_regex(r"[vm]1(\|[0-9a-z]{0,4}){2,6}", fullmatch=True)))
def test_no_text_breaks_it(text: str) -> None:
    found = decode(text)
    assert found is None or isinstance(found, CampaignSlot | SingleSend)
