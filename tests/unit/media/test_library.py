from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.media.library import CAMPAIGN_MARGIN_MS, META_LIFE_MS, SEND_MARGIN_MS, LibraryFile, MetaCopy
from shared.ids import PhoneNumberId

FILE = LibraryFile("F1", "a.jpg", "image/jpeg", "image", 3)
DAY = 86_400_000
NOW = EpochMs(100 * DAY)


def with_id(meta_id: str, at: EpochMs, phone_number_id: str = "1") -> LibraryFile:
    return replace(FILE, meta={phone_number_id: MetaCopy(meta_id, at)})


def test_an_id_is_used_until_it_is_29_days_old_and_for_campaigns_until_22() -> None:
    assert META_LIFE_MS == 30 * DAY
    young, old, older = (with_id("m", EpochMs(NOW - days * DAY + 1)) for days in (22, 29, 30))
    assert [f.meta_id(PhoneNumberId("1"), NOW, SEND_MARGIN_MS) for f in (young, old, older)] == ["m", "m", ""]
    assert [f.meta_id(PhoneNumberId("1"), NOW, CAMPAIGN_MARGIN_MS) for f in (young, old, older)] == ["m", "", ""]
    assert with_id("m", EpochMs(NOW - 29 * DAY)).meta_id(PhoneNumberId("1"), NOW, SEND_MARGIN_MS) == ""
    assert (
        young.meta_id(PhoneNumberId("2"), NOW, SEND_MARGIN_MS)
        == FILE.meta_id(PhoneNumberId("1"), NOW, SEND_MARGIN_MS)
        == ""
    )


def test_of_two_who_upload_at_once_both_use_the_first_ones() -> None:
    first, second = MetaCopy("first", NOW), MetaCopy("second", EpochMs(NOW + 5))
    once = FILE.with_copy(PhoneNumberId("1"), first, SEND_MARGIN_MS)
    assert once.with_copy(PhoneNumberId("1"), second, SEND_MARGIN_MS) == once
    assert once.with_copy(PhoneNumberId("2"), second, SEND_MARGIN_MS).meta == {"1": first, "2": second}


def test_a_stale_id_is_replaced_and_a_renewed_one_stays() -> None:
    stale, new, late = with_id("stale", NOW), MetaCopy("new", EpochMs(NOW + 5)), MetaCopy("late", EpochMs(NOW + 6))
    renewed = stale.with_copy(PhoneNumberId("1"), new, SEND_MARGIN_MS, stale="stale")
    assert renewed.meta_id(PhoneNumberId("1"), EpochMs(NOW + 7), SEND_MARGIN_MS) == "new"
    assert renewed.with_copy(PhoneNumberId("1"), late, SEND_MARGIN_MS, stale="stale") == renewed


@given(st.permutations(["a", "b", "c"]))
def test_whoever_comes_later_agrees(order: list[str]) -> None:
    file = FILE
    for place, meta_id in enumerate(order):
        file = file.with_copy(PhoneNumberId("1"), MetaCopy(meta_id, EpochMs(NOW + place)), SEND_MARGIN_MS)
    assert file.meta_id(PhoneNumberId("1"), EpochMs(NOW + 9), SEND_MARGIN_MS) == order[0]
