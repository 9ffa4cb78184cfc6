"""Phone numbers as people write them, turned into the one canonical form (`number_plans`), E.164 with a leading plus.

Digits without a plus may be a number of the country at hand, or one with its country code. Both readings are weighed as
phonenumbers knows them: one that exists wins over one that does not, a mobile over a fixed line, and a number that is
grouped as one of the two countries writes it is that country's. What is as good either way is AmbiguousPhone, never a
guess: a guess writes to a stranger. Whoever knows their list says which it is.

Importing phonenumbers costs a tenth of a second of a cold start. Webhooks bring WhatsApp ids and do without it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from shared.domain.contacts.consent_names import remark_says_consent
from shared.domain.contacts.number_plans import canonical_phone
from shared.errors import InvalidInput

BareDigits = Literal["either", "national", "international"]
"""What numbers without a plus or 00 are: national ones, ones with their country code, or now this and now that."""
_SHORTEST_ABROAD = len("+123456789")
_MOBILE_RANK = 2
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_SEPARATORS = r" .\-\u2010-\u2015/()\[\]~"
_NUMBER = re.compile(rf"(?P<plus>\+)?[(\[ ]*(?P<rest>[0-9](?:[0-9{_SEPARATORS}]*[0-9])?)[)\] .]*", re.ASCII)
_BEGINNING = re.compile(r"(?:[+(\[][(\[ ]*)?[0-9]")
_EXTENSION = re.compile(r"[ ,;]*(?:ext(?:ension|n)?|ramal|anexo|poste|int|x|#)[ .:=]*[0-9]{1,6}[ .]*", re.IGNORECASE)
_TRAILING_GROUP = re.compile(r"[(\[][0-9 ]+[)\]]?\Z")
_DIGITS = re.compile(r"[0-9]+")
# Dialled before national numbers until 2019-08-03 (IFT, Plan Técnico Fundamental de Numeración); lists still have them.
_FORMER_TRUNKS = {"MX": ("044", "045", "01")}


class InvalidPhone(InvalidInput):
    code = "invalid_phone"


class ConsentRemark(InvalidInput):
    """What stands beside a number says whether its person may be written to, and that is not read."""

    code = "consent_remark"

    def __init__(self, said: str, otherwise: str, *, field: str) -> None:
        """`said` is where it says what, `otherwise` what there is to do for whoever did not say no."""
        super().__init__(
            f"{said}, which is not read; leave out who said no and record it with POST "
            f"/v1/contacts/{{contact_id}}/opt-out, {otherwise}",
            field=field,
        )


class AmbiguousPhone(InvalidInput):
    """Two numbers of two countries, as plausible either way. `readings` are both, canonical."""

    code = "ambiguous_phone"

    def __init__(self, readings: tuple[str, ...], regions: tuple[str, ...]) -> None:
        one, other = regions
        super().__init__(
            f"phone may be a number of {one} or, with its country code, one of {other}; "
            "write it with + and the country code, or say of an import in bare_digits which it is",
            field="phone",
        )
        self.readings = readings


@dataclass(frozen=True, slots=True)
class _Reading:
    """`written` is the number before the changes of its plan (`changed`). `rank`: 2 a mobile, 1 another that exists."""

    phone: str
    region: str
    rank: int
    written: PhoneNumber
    changed: bool


def normalise_phone(raw: str, default_region: str, bare: BareDigits = "either") -> tuple[str, str]:
    """Return (canonical E.164 with plus, ISO 3166 country or "").

    `default_region` is the ISO country used for numbers written without an international prefix; `bare` is how those
    are meant. Words beside the number are a remark and left out, unless they say who may be written to (ConsentRemark).
    Raises InvalidPhone for what is no number that exists, AmbiguousPhone for what may be two, ConsentRemark; no message
    repeats it.
    """
    plus, text = _number_in(raw)
    digits = "".join(_DIGITS.findall(text))
    if plus:
        reading = _of_digits(digits) or _parsed("+" + text, "")
    elif text.startswith("00"):
        reading = _of_digits(digits[2:]) or _parsed("+" + text[2:], "")
    elif bare == "national":
        reading = _parsed(_without_former_trunk(text, default_region), default_region) if default_region else None
    elif bare == "international":
        reading = _of_digits(digits) or _parsed("+" + text, "")
    else:
        reading = _plausible(text, digits, region=default_region)
    if reading is None:
        raise InvalidPhone(
            "phone is not a number that exists in its country; check its length, or write it with + and country code",
            field="phone",
        )
    return reading.phone, reading.region


def _number_in(raw: str) -> tuple[bool, str]:
    """(whether a plus begins it, the number as it is grouped). Raises InvalidPhone for none, or more than one."""
    text = raw.strip() if raw.isascii() else _plain(raw)
    if not text:
        raise InvalidPhone("phone is empty", field="phone")
    first = _BEGINNING.search(text)
    found = _NUMBER.match(text, first.start()) if first else None
    if found is None:
        raise InvalidPhone("phone holds no number", field="phone")
    number, rest = found.group(), found["rest"]
    if len(number) < len(text):
        _check_remarks(text[: found.start()], text[found.end() :], number=number)
    if _TRAILING_GROUP.search(rest):
        raise InvalidPhone("phone has digits in brackets behind the number; write the number alone", field="phone")
    return found["plus"] is not None, ("(" if "(" in number[: -len(rest)] else "") + rest


def _check_remarks(before: str, after: str, *, number: str) -> None:
    """Raises InvalidPhone for what is no remark, ConsentRemark for one that says who may be written to."""
    if not _is_remark_before(before) or not _is_remark_after(after, number):
        raise InvalidPhone(
            "phone holds more than one number, or letters in place of digits; write one number", field="phone"
        )
    if any(remark_says_consent(remark) for remark in (before, after) if remark):
        raise ConsentRemark(
            "the remark beside the phone says whether this person may be written to",
            "else write the number alone",
            field="phone",
        )


def _plain(raw: str) -> str:
    """Without invisible marks of direction and width, which spreadsheets bring along; digits of any script as ASCII."""
    shown = "".join(c for c in raw if unicodedata.category(c) != "Cf")
    return "".join(
        str(unicodedata.digit(c)) if c.isdecimal() else " " if c.isspace() else "+" if c == "\uff0b" else c
        for c in shown
    ).strip()


def _is_remark_before(text: str) -> bool:
    """Words such as `tel:`, that no letter joins to the number."""
    return not text or not text[-1].isalpha()


def _is_remark_after(text: str, number: str) -> bool:
    """Words without digits that stand apart: behind a space, a bracket or other punctuation. `600-FLORES` is a word."""
    if not text or _EXTENSION.fullmatch(text):
        return True
    if any(char.isdecimal() or char == "+" for char in text):
        return False
    return not text[0].isalpha() and not re.match(r"-+\w", text) if number[-1] not in " )]" else True


def _plausible(text: str, digits: str, *, region: str) -> _Reading | None:
    """Raises AmbiguousPhone. Most numbers are settled without phonenumbers' parser, which takes most of the time."""
    national = _national_mobile(digits, region)
    international = None if digits[0] == "0" else _of_digits(digits)
    prefix = _trunk_prefix(region) if region else ""
    trunk = prefix not in ("", "0") and digits.startswith(prefix)
    settled = national is not None or (international is not None and international.rank == _MOBILE_RANK and not trunk)
    if not settled:
        national = _parsed(_without_former_trunk(text, region), region) if region else None
        if international is None and (national is None or "(0)" in text):
            international = _parsed("+" + text, "")
    if national is None or international is None or national.phone == international.phone:
        return national or international
    return _chosen(text, national, international, trunk=trunk)


def _chosen(text: str, national: _Reading, international: _Reading, *, trunk: bool) -> _Reading:
    """Of two different numbers that exist. Raises AmbiguousPhone."""
    if text[0] == "(":
        return national
    grouped = _DIGITS.findall(text)
    if len(grouped) > 1 and not (national.changed or international.changed):
        as_national = grouped == _groups(national.written, PhoneNumberFormat.NATIONAL)
        as_international = grouped == _groups(international.written, PhoneNumberFormat.INTERNATIONAL)
        if as_national != as_international:
            return national if as_national else international
    improbable = international.changed or len(international.phone) <= _SHORTEST_ABROAD
    if improbable and national.rank == _MOBILE_RANK and not national.changed:
        return national  # the other would have to be of a length that is given up, or that few islands have
    if national.rank == international.rank or trunk:
        raise AmbiguousPhone((national.phone, international.phone), (national.region, international.region))
    return max(national, international, key=lambda reading: reading.rank)


def _groups(number: PhoneNumber, form: int) -> list[str]:
    return _DIGITS.findall(phonenumbers.format_number(number, form))


def _national_mobile(digits: str, region: str) -> _Reading | None:
    """A mobile of this country as it is dialled within it: as it is, or behind a zero."""
    code = _country_code(region) if region else 0
    if not code:
        return None
    reading = _reading(_number(code, digits))
    if reading is None and digits[0] == "0" and _trunk_prefix(region) == "0":
        reading = _reading(_number(code, digits[1:]))
    return reading if reading is not None and reading.rank == _MOBILE_RANK else None


def _without_former_trunk(text: str, region: str) -> str:
    former = next((prefix for prefix in _FORMER_TRUNKS.get(region, ()) if text.startswith(prefix)), "")
    return text[len(former) :]


@cache
def _country_code(region: str) -> int:
    """0 when it is none."""
    return phonenumbers.country_code_for_region(region)


@cache
def _trunk_prefix(region: str) -> str:
    """What is dialled before a national number within the country; "" for nothing."""
    return phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""


def _of_digits(digits: str) -> _Reading | None:
    """Of a country code and national number, with nothing else between or before them."""
    for length in range(1, min(len(digits), 3) + 1):
        code = int(digits[:length])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            national = digits[length:]
            return None if _is_of_no_area(code, national) else _reading(_number(code, national))
    return None


def _number(code: int, national: str) -> PhoneNumber:
    zeros = len(national) - len(national.lstrip("0"))
    return PhoneNumber(
        country_code=code,
        national_number=int(national or "0"),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )


def _parsed(text: str, region: str) -> _Reading | None:
    try:
        return _reading(phonenumbers.parse(text, region or None))
    except NumberParseException:
        return None


def _is_of_no_area(code: int | None, national: str) -> bool:
    """No area code of North America begins with 0 or 1 (NANPA, number plan area codes), and asking each of its 25
    countries takes most of the time of a Brazilian row."""
    return code == 1 and national[:1] in ("", "0", "1")


def _reading(written: PhoneNumber) -> _Reading | None:
    """None for what does not exist, also after the changes of its plan."""
    national = phonenumbers.national_significant_number(written)
    if _is_of_no_area(written.country_code, national):
        return None
    e164 = f"+{written.country_code}{national}"
    phone = canonical_phone(e164)
    number = written if phone == e164 else phonenumbers.parse(phone)
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        return None
    region = phonenumbers.region_code_for_number(number) or ""
    rank = _MOBILE_RANK if kind in _MOBILE else 1
    return _Reading(phone, region if region.isalpha() else "", rank, written, phone != e164)
