"""Phone numbers as spreadsheets hold them."""

import functools
import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from shared.domain.contacts.phone import AmbiguousPhone, BareDigits, ConsentRemark, InvalidPhone, normalise_phone
from shared.errors import InvalidInput

BRAZIL = "+5511987654321"


@pytest.mark.parametrize(
    ("raw", "default_region", "expected", "region"),
    [
        ("+5511987654321", "BR", BRAZIL, "BR"),
        ("+5511987654321", "", BRAZIL, "BR"),
        ("+5511987654321", "US", BRAZIL, "BR"),
        ("5511987654321", "BR", BRAZIL, "BR"),
        ("(11) 98765-4321", "BR", BRAZIL, "BR"),
        ("11 98765.4321", "BR", BRAZIL, "BR"),
        ("011 98765-4321", "BR", BRAZIL, "BR"),
        ("0055 11 98765-4321", "BR", BRAZIL, "BR"),
        ("00 55 11 98765 4321", "US", BRAZIL, "BR"),
        ("  +55\u00a011\u00a098765-4321  ", "BR", BRAZIL, "BR"),
        ("+55 11 98765\u20114321", "BR", BRAZIL, "BR"),
        ("\ufeff+5511987654321", "BR", BRAZIL, "BR"),
        ("\u202a+55 11 98765-4321\u202c", "BR", BRAZIL, "BR"),
        ("\u202a0055 11 98765-4321\u202c", "BR", BRAZIL, "BR"),
        ("'+5511987654321", "BR", BRAZIL, "BR"),
        ("tel:+5511987654321", "BR", BRAZIL, "BR"),
        ("+٥٥١١٩٨٧٦٥٤٣٢١", "BR", BRAZIL, "BR"),
        ("+55 11 3003-4000", "BR", "+551130034000", "BR"),
        ("+1 (650) 253-0000", "US", "+16502530000", "US"),
        ("650-253-0000", "US", "+16502530000", "US"),
        ("011 44 20 7946 0958", "US", "+442079460958", "GB"),
        ("+44 (0)7400 123456", "GB", "+447400123456", "GB"),
        ("07400 123456", "GB", "+447400123456", "GB"),
        ("0041 79 123 45 67", "CH", "+41791234567", "CH"),
        ("+49 (0)151 12345678", "DE", "+4915112345678", "DE"),
        ("+54 9 11 2345-6789", "AR", "+5491123456789", "AR"),
        ("011 15-2345-6789", "AR", "+5491123456789", "AR"),
        ("+52 55 1234 5678", "MX", "+525512345678", "MX"),
        ("55 1234 5678", "MX", "+525512345678", "MX"),
        ("98765 43210", "IN", "+919876543210", "IN"),
        ("0812-3456-7890", "ID", "+6281234567890", "ID"),
        ("+39 345 678 9012", "IT", "+393456789012", "IT"),
    ],
)
def test_what_people_write_becomes_e164(raw: str, default_region: str, expected: str, region: str) -> None:
    assert normalise_phone(raw, default_region) == (expected, region)


@pytest.mark.parametrize(
    "raw",
    ["+5215512345678", "+52 1 55 1234 5678", "5215512345678", "+521 55 1234-5678"],
)
def test_a_mexican_number_in_whatsapps_own_form_is_the_same_number(raw: str) -> None:
    """Meta's wa_id of Mexican mobiles carries a 1 behind the country code that dialling no longer has."""
    assert normalise_phone(raw, "MX") == ("+525512345678", "MX")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "\u00a0",
        "n/a",
        "-",
        "+",
        "+0",
        "00",
        "--00--",
        "123",
        "+55 11 98765",
        "+55119876543210000",
        "5.51198765432E+12",
        "11 98765-4321 / 11 91234-5678",
        "+5511987654321;+5511912345678",
        "ana@example.com",
        "+999 1234567",
    ],
)
def test_what_is_no_number_is_refused(raw: str) -> None:
    with pytest.raises(InvalidPhone) as caught:
        normalise_phone(raw, "BR")
    assert caught.value.field == "phone"
    assert isinstance(caught.value, InvalidInput)


def test_a_national_number_without_a_default_country_is_refused() -> None:
    with pytest.raises(InvalidPhone):
        normalise_phone("(11) 98765-4321", "")


@given(st.one_of(st.from_regex(r"[+0-9 ()-]{6,25}", fullmatch=True), st.text(min_size=5, max_size=25)))
def test_a_refusal_never_repeats_the_number(raw: str) -> None:
    try:
        phone, _ = normalise_phone(raw, "BR")
    except (InvalidPhone, AmbiguousPhone) as error:
        digits = "".join(c for c in raw if c.isdigit())
        shown = error.message.replace("+5511912345678", "")
        assert not any(c.isdigit() for c in shown)
        assert len(digits) < 5 or digits not in shown
        return
    assert phone.startswith("+")
    assert phone[1:].isascii()
    assert phone[1:].isdigit()
    assert normalise_phone(phone, "") == normalise_phone(phone, "US")


@given(st.integers(11, 11), st.integers(910_000_000, 999_999_999))
def test_every_way_of_writing_a_mobile_gives_one_identity(area: int, rest: int) -> None:
    national = f"{rest}"
    ways = [
        f"+55{area}{national}",
        f"0055{area}{national}",
        f"({area}) {national[:5]}-{national[5:]}",
        f"0{area} {national}",
        f"55 {area} {national[:5]} {national[5:]}",
    ]
    assert {normalise_phone(way, "BR") for way in ways} == {(f"+55{area}{national}", "BR")}


@pytest.mark.parametrize(
    ("raw", "default_region", "expected"),
    [
        # Argentina: the nine of mobiles abroad, the fifteen at home.
        ("+54 11 4321-0001", "ES", "+5491143210001"),
        ("5491143210001", "ES", "+5491143210001"),
        ("541143210001", "AR", "+5491143210001"),
        ("11 4321-0002", "AR", "+5491143210002"),
        ("+54 9 11 4321-0002", "AR", "+5491143210002"),
        ("011 15-4321-0002", "AR", "+5491143210002"),
        ("+54 11 15 4321-0002", "ES", "+5491143210002"),
        # Changed national plans.
        ("+225 07 08 09 00 99", "ES", "+2250708090099"),
        ("22508090099", "ES", "+2250708090099"),
        ("08 09 00 99", "CI", "+2250708090099"),
        ("+229 97 12 34 56", "ES", "+2290197123456"),
        ("97 12 34 56", "BJ", "+2290197123456"),
        ("553188887772", "BR", "+5531988887772"),
        ("+55 31 8888-7772", "PT", "+5531988887772"),
        ("(31) 8888-7772", "BR", "+5531988887772"),
        ("+52 1 55 1234 5678", "ES", "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("+84 168 123 4567", "ES", "+84381234567"),
        # Digits without a plus: the reading that exists, and then the mobile.
        ("4915123456701", "DE", "+4915123456701"),
        ("62812345678", "ID", "+62812345678"),
        ("34600100064", "FR", "+34600100064"),
        ("447400123456", "DE", "+447400123456"),
        ("44 (0)7400 123456", "DE", "+447400123456"),
        ("(47) 9123-4567", "BR", "+5547991234567"),
        ("479 423 4567", "US", "+14794234567"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("89123456789", "RU", "+79123456789"),
        ("687840720", "ES", "+34687840720"),
        ("22997123456", "BR", "+5522997123456"),
        # A number with a remark.
        ("600100064 (Ana)", "ES", "+34600100064"),
        ("+34 600 100 066 WhatsApp", "ES", "+34600100066"),
        ("Ana: 600 100 064", "ES", "+34600100064"),
        ("600100064 - Ana", "ES", "+34600100064"),
        ("Ana 600 100 064", "ES", "+34600100064"),
        ("WhatsApp (600) 100-064", "ES", "+34600100064"),
        ("Cel. + 34 600 100 064", "FR", "+34600100064"),
        ("https://wa.me/34600100064", "ES", "+34600100064"),
        ("34600100064@c.us", "ES", "+34600100064"),
        ("+1 650 253 0000 ext. 12", "ES", "+16502530000"),
        ("\uff0b34600100064", "FR", "+34600100064"),
    ],
)
def test_every_spelling_of_a_number_is_one(raw: str, default_region: str, expected: str) -> None:
    assert normalise_phone(raw, default_region)[0] == expected


@pytest.mark.parametrize(
    "raw",
    [
        "600-FLORES",
        "600 FLORES",
        "1-800-FLOWERS",
        "600100064Ana",
        "6OO100064",
        "Ana600100064",
        "O600100064",
        "Ana 2 600100064",
        "600100064 Ana 2",
        "600100064 (2)",
        "600100064 y 600100065",
        "+34600100064+34600100065",
        "600100064;600100065",
    ],
)
def test_words_and_second_numbers_are_no_remark(raw: str) -> None:
    with pytest.raises(InvalidPhone):
        normalise_phone(raw, "ES")


@pytest.mark.parametrize(
    "remark",
    [
        *("BAJA", "STOP", "unsubscribed", "opted out", "do not contact", "no molestar", "dado de baja", "NO whatsapp"),
        *("Descadastrado", "não perturbe", "désinscrit", "abgemeldet", "отписан", "退订", "baja por favor"),
    ],
)
def test_a_remark_that_says_no_is_not_left_out(remark: str) -> None:
    for raw in (f"600100064 ({remark})", f"+34 600 100 064 - {remark}", f"{remark}: 600 100 064"):
        with pytest.raises(ConsentRemark, match="opt-out") as refused:
            normalise_phone(raw, "ES")
        assert (refused.value.code, refused.value.field) == ("consent_remark", "phone")


@pytest.mark.parametrize(
    ("raw", "region", "readings"),
    [
        ("51999887766", "BR", ("+5551999887766", "+51999887766")),
        ("4791234567", "BR", ("+5547991234567", "+4791234567")),
        ("4794234567", "US", ("+14794234567", "+4794234567")),
        ("84951234567", "RU", ("+74951234567", "+84951234567")),
    ],
)
def test_what_may_be_two_numbers_is_neither(raw: str, region: str, readings: tuple[str, str]) -> None:
    with pytest.raises(AmbiguousPhone) as caught:
        normalise_phone(raw, region)
    assert caught.value.code == "ambiguous_phone"
    assert caught.value.readings == readings
    assert not any(char.isdigit() for char in caught.value.message)


@pytest.mark.parametrize(("bare", "expected"), [("national", "+5551999887766"), ("international", "+51999887766")])
def test_whoever_knows_the_list_says_what_its_digits_are(bare: BareDigits, expected: str) -> None:
    assert normalise_phone("51999887766", "BR", bare)[0] == expected
    assert normalise_phone("+34600100064", "BR", bare)[0] == "+34600100064"


REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
TENANTS = ("AR", "BR", "CN", "DE", "ID", "IN", "MX", "US")


@functools.cache
def mobiles(region: str) -> tuple[PhoneNumber, ...]:
    """Mobiles of a country: phonenumbers' own example, and another made from it where one is soon found."""
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    if example is None:
        return ()
    chance = random.Random(region)
    digits = phonenumbers.national_significant_number(example)
    for _ in range(50):
        kept = chance.randint(1, 4)
        text = digits[:kept] + "".join(chance.choice("0123456789") for _ in digits[kept:])
        other = phonenumbers.parse(f"+{example.country_code}{text}")
        if phonenumbers.number_type(other) in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
            return example, other
    return (example,)


def test_the_mobiles_of_a_country_are_one_in_every_form() -> None:
    for region, number in ((name, number) for name in REGIONS for number in mobiles(name)):
        e164, spaced, national = (
            phonenumbers.format_number(number, form)
            for form in (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)
        )
        phone, country = normalise_phone(e164, "")
        assert normalise_phone(phone, "") == (phone, country)
        assert normalise_phone(spaced, "") == normalise_phone("00" + e164[1:], "") == (phone, country)
        assert normalise_phone(national, region, "national") == (phone, country)
        assert normalise_phone(e164[1:], region, "international") == (phone, country)
        assert country == phonenumbers.region_code_for_number(number)


def test_digits_without_a_plus_are_never_somebody_elses_number_and_seldom_refused() -> None:
    refused: list[bool] = []
    asked = 0
    for region in REGIONS:
        for number in mobiles(region):
            e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            phone = normalise_phone(e164, "")[0]
            for tenant in TENANTS:
                asked += 1
                try:
                    assert normalise_phone(e164[1:], tenant)[0] == phone
                except AmbiguousPhone as error:
                    refused.append(phone in error.readings)
    assert all(refused)
    assert len(refused) / asked < 0.1


@given(st.from_regex(r"[01][0-9]{3,13}", fullmatch=True))
def test_no_number_behind_a_one_begins_with_zero_or_one(national: str) -> None:
    zeros = len(national) - len(national.lstrip("0"))
    number = PhoneNumber(1, int(national), italian_leading_zero=zeros > 0, number_of_leading_zeros=zeros or None)
    assert phonenumbers.number_type(number) == PhoneNumberType.UNKNOWN


def test_what_is_dialled_before_a_number_behind_a_one_is_still_left_out() -> None:
    assert normalise_phone("+1 1 201 200 0000", "") == ("+12012000000", "US")
