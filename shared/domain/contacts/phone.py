"""Phone numbers as people write them, turned into E.164 with a leading plus."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from shared.errors import InvalidInput

# Mexico dropped the 1 of mobile numbers in 2019; WhatsApp's ids, and lists exported from it, still carry it.
_MEXICAN_ID = re.compile(r"\+?52\D*1((?:\D*[0-9]){10})\D*")


class InvalidPhone(InvalidInput):
    code = "invalid_phone"


def normalise_phone(raw: str, default_region: str) -> tuple[str, str]:
    """Return (E.164 with plus, ISO 3166 country or "").

    `default_region` is the ISO country used for numbers written without an international prefix. A number that could
    not exist (wrong length for its country) raises InvalidPhone; the message never repeats the number.
    """
    # Spreadsheets bring invisible marks of direction and width along.
    text = "".join(c for c in raw if unicodedata.category(c) != "Cf").replace("\u00a0", " ").strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    if not text:
        raise InvalidPhone("phone is empty", field="phone")
    mexican = _MEXICAN_ID.fullmatch(text)
    if mexican:
        text = "+52" + mexican.group(1)
    try:
        number = phonenumbers.parse(text, default_region or None)
    except NumberParseException as exc:
        raise InvalidPhone(
            "phone cannot be read; write it with the country code, such as +5511912345678", field="phone"
        ) from exc
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise InvalidPhone("phone is not a number that exists in its country; check its length", field="phone")
    region = phonenumbers.region_code_for_number(number) or ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164), region


def from_wa_id(wa_id: str) -> str:
    """Meta's `wa_id` and `from` are E.164 without the plus (Meta, webhooks reference)."""
    return "+" + wa_id.lstrip("+")
