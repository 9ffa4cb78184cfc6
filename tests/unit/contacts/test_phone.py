"""Phone numbers as spreadsheets hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.contacts.phone import InvalidPhone, from_wa_id, normalise_phone
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
    except InvalidPhone as error:
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


@pytest.mark.parametrize("wa_id", ["16505551234", "+16505551234"])
def test_metas_wa_id_gets_its_plus(wa_id: str) -> None:
    assert from_wa_id(wa_id) == "+16505551234"
