"""The one gate."""

from typing import get_args

import pytest

from shared.clock import EpochMs
from shared.domain.contacts.consent import Purpose, SkipReason, refusal
from shared.domain.contacts.contact import Contact
from shared.ids import ContactId

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
SAID_NO = EpochMs(1_000)


def person(
    *,
    phone: str | None = "+5511987654321",
    bsuid: str | None = None,
    region: str = "BR",
    said_no: EpochMs | None = None,
    wrote: EpochMs | None = None,
) -> Contact:
    return Contact(ContactId("c"), phone=phone, bsuid=bsuid, region=region, opted_out_at=said_no, last_inbound_at=wrote)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_nobody_objects_to_a_message_to_a_person_who_never_said_no(purpose: Purpose) -> None:
    assert refusal(person(), purpose) is None


@pytest.mark.parametrize("wrote", [None, SAID_NO - 1, SAID_NO, SAID_NO + 1])
@pytest.mark.parametrize("purpose", ["marketing", "utility", "authentication"])
def test_who_said_no_gets_no_template_of_any_category_even_after_writing_again(
    purpose: Purpose, wrote: EpochMs | None
) -> None:
    assert refusal(person(said_no=SAID_NO, wrote=wrote), purpose) is SkipReason.OPTED_OUT


@pytest.mark.parametrize(
    ("wrote", "expected"),
    [
        (None, SkipReason.OPTED_OUT),
        (SAID_NO - 1, SkipReason.OPTED_OUT),
        (SAID_NO, SkipReason.OPTED_OUT),
        (SAID_NO + 1, None),
    ],
)
def test_who_said_no_may_be_answered_only_after_writing_again(
    wrote: EpochMs | None, expected: SkipReason | None
) -> None:
    assert refusal(person(said_no=SAID_NO, wrote=wrote), "conversation") is expected


def test_a_no_at_time_zero_is_a_no() -> None:
    assert refusal(person(said_no=EpochMs(0)), "marketing") is SkipReason.OPTED_OUT


@pytest.mark.parametrize("purpose", PURPOSES)
def test_without_phone_and_user_id_there_is_nowhere_to_write_to(purpose: Purpose) -> None:
    assert refusal(person(phone=None), purpose) is SkipReason.NO_DESTINATION


@pytest.mark.parametrize("purpose", [p for p in PURPOSES if p != "authentication"])
def test_a_user_id_alone_is_a_destination(purpose: Purpose) -> None:
    assert refusal(person(phone=None, bsuid="BR.123", region=""), purpose) is None


def test_an_authentication_code_needs_a_phone() -> None:
    assert refusal(person(phone=None, bsuid="US.1"), "authentication") is SkipReason.NO_DESTINATION


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        ("marketing", SkipReason.US_MARKETING),
        ("utility", None),
        ("authentication", None),
        ("conversation", None),
    ],
)
def test_marketing_does_not_go_to_us_numbers(purpose: Purpose, expected: SkipReason | None) -> None:
    assert refusal(person(phone="+16505551234", region="US"), purpose) is expected


def test_canada_shares_the_country_code_but_not_the_ban() -> None:
    assert refusal(person(phone="+14165551234", region="CA"), "marketing") is None


def test_the_no_is_the_reason_that_is_shown_when_there_are_several() -> None:
    assert refusal(person(phone=None, region="US", said_no=EpochMs(1)), "marketing") is SkipReason.OPTED_OUT
