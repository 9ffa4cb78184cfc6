"""What Meta takes as the value of each kind of parameter, checked before it is frozen.

Limits: Meta, template components (body 1,024, header 60, card body 160, URL 2,000, copy code 20), limited-time offer
templates (body 600), authentication templates (code 15), coupon templates (letters and digits only), multi-product
messages (10 sections, 30 products, title 24). Payloads, file names, flow tokens and data, and product ids have no
published limit; ours are the ones below.
"""

import json
import re
from collections.abc import Callable, Mapping

from shared.clock import EpochMs
from shared.domain.contacts.consent import SkipReason
from shared.domain.media.links import BadLink, encoded_link, encoded_text
from shared.domain.templates.date_text import date_text, epoch_of
from shared.domain.templates.money_text import thousandths
from shared.domain.templates.template import Slot, SlotKind

BODY_LIMIT = 1024
OFFER_BODY_LIMIT = 600
CARD_BODY_LIMIT = 160
HEADER_LIMIT = 60
URL_LIMIT = 2000
COUPON_LIMIT = 20
OTP_LIMIT = 15
PAYLOAD_LIMIT = 128
PLACE_LIMIT = 1000
FILENAME_LIMIT = 255
FLOW_TOKEN_LIMIT = 200
PRODUCT_LIMIT = 100
JSON_LIMIT = 5000
SECTIONS, PRODUCTS, SECTION_TITLE_LIMIT = 10, 30, 24

# Meta refuses newlines, tabs and runs of more than four spaces in text parameters.
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
# Characters without any ink: a value of these alone reaches the person as an empty one.
_INKLESS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2800\u3164\ufeff "
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?")
_OTP = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=@-]+")
_COUPON = re.compile(r"[A-Za-z0-9]+")
_CATALOG_ID = re.compile(r"[0-9]{1,32}")
_SECTIONS_EXPECTED = (
    '1 to 10 sections with 1 to 30 products in all, as JSON: [{"title": "Popular", "product_items": '
    '[{"product_retailer_id": "sku-1"}]}]; a title has at most 24 characters'
)


class BadValue(Exception):
    """The value cannot be sent in this slot; the text says what the slot takes."""

    def __init__(self, reason: SkipReason, expected: str) -> None:
        super().__init__(expected)
        self.reason = reason


def one_line(text: str) -> str:
    """Without newlines, tabs and runs of spaces; empty when nothing visible is left."""
    if text.isascii() and text.isalnum():
        return text
    line = _BLANKS.sub(" ", text).strip()
    return line if line.strip(_INKLESS) else ""


def as_line(slot: Slot, text: str) -> str:
    """The text as one line; JSON keeps the spaces inside it."""
    return text.strip() if slot.kind in ("flow_data", "sections") else one_line(text)


def checked(slot: Slot, value: str, now: EpochMs) -> str:
    """The value as it is frozen, from one line that is not empty. `now` in epoch ms. Raises BadValue."""
    return _CHECKS[slot.kind](slot, value, now)


def _short(value: str, limit: int) -> str:
    if len(value) > limit:
        raise BadValue(SkipReason.TOO_LONG, f"at most {limit} characters")
    return value


def _wrong(expected: str) -> BadValue:
    return BadValue(SkipReason.INVALID_VARIABLE, expected)


def text_limit(slot: Slot) -> int:
    """How long a text in this slot may be by itself; the text around it counts too."""
    if slot.place == "header":
        return HEADER_LIMIT
    return BODY_LIMIT if slot.card is None else CARD_BODY_LIMIT


def _text(slot: Slot, value: str, now: EpochMs) -> str:
    return _short(value, text_limit(slot))


def _currency(slot: Slot, value: str, now: EpochMs) -> str:
    amount = thousandths(value)
    if amount is None:
        raise _wrong("an amount of at most 12 digits before the point, such as 12 or 12.50")
    return str(amount)


def _date_time(slot: Slot, value: str, now: EpochMs) -> str:
    text = date_text(slot.detail, value)
    if text is None:
        raise _wrong(f"a date such as 2026-12-31, with a time when the format has one ({slot.detail})")
    return text


def _otp(slot: Slot, value: str, now: EpochMs) -> str:
    if not _OTP.fullmatch(value):
        raise _wrong("a code of letters A to Z, digits and signs, without spaces")
    return _short(value, OTP_LIMIT)


def _medium(slot: Slot, value: str, now: EpochMs) -> str:
    if value == slot.detail:
        return value
    try:
        return _short(encoded_link(value), URL_LIMIT)
    except BadLink as bad:
        raise _wrong(f"a link by https://, or as a constant the id of uploaded media, and it {bad}") from bad


def _url_suffix(slot: Slot, value: str, now: EpochMs) -> str:
    return _short(encoded_text(value), URL_LIMIT - slot.fixed)


def _coupon(slot: Slot, value: str, now: EpochMs) -> str:
    if not _COUPON.fullmatch(value):
        raise _wrong("a code of letters A to Z and digits")
    return _short(value, COUPON_LIMIT)


def _degrees(bound: int) -> "Callable[[Slot, str, EpochMs], str]":
    def check(slot: Slot, value: str, now: EpochMs) -> str:
        if not _DEGREES.fullmatch(value) or not -bound <= float(value) <= bound:
            raise _wrong(f"degrees from -{bound} to {bound}, such as 37.758056")
        return value

    return check


def _expiration(slot: Slot, value: str, now: EpochMs) -> str:
    at = epoch_of(value)
    if at is None:
        raise _wrong("a time such as 2026-12-31T18:00:00Z, or a date, meaning its end in UTC")
    if at <= now:
        raise _wrong("a time in the future")
    return str(at)


def _json(value: str, expected: str) -> tuple[object, str]:
    """What the JSON says, and it written short. Raises BadValue for what cannot be written as UTF-8 JSON again."""
    try:
        parsed: object = json.loads(_short(value, JSON_LIMIT))
        short = json.dumps(parsed, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        short.encode()
    except (ValueError, RecursionError) as exc:
        raise _wrong(expected) from exc
    return parsed, short


def _flow_data(slot: Slot, value: str, now: EpochMs) -> str:
    expected = 'the data of the flow\'s first screen as a JSON object, such as {"product": "Aloe"}'
    parsed, short = _json(value, expected)
    if not isinstance(parsed, dict) or not parsed:
        raise _wrong(expected)
    return short


def _sections(slot: Slot, value: str, now: EpochMs) -> str:
    parsed, short = _json(value, _SECTIONS_EXPECTED)
    if not isinstance(parsed, list) or not 1 <= len(parsed) <= SECTIONS:
        raise _wrong(_SECTIONS_EXPECTED)
    products = [product for section in parsed for product in _products_of(section)]
    if len(products) > PRODUCTS:
        raise _wrong(_SECTIONS_EXPECTED)
    return short


def _products_of(section: object) -> list[str]:
    """The product ids of a section. Raises BadValue for anything but a section."""
    if not isinstance(section, dict) or set(section) != {"title", "product_items"}:
        raise _wrong(_SECTIONS_EXPECTED)
    title, items = section["title"], section["product_items"]
    if not isinstance(title, str) or not one_line(title) or len(title) > SECTION_TITLE_LIMIT:
        raise _wrong(_SECTIONS_EXPECTED)
    if not isinstance(items, list) or not items:
        raise _wrong(_SECTIONS_EXPECTED)
    ids = [item.get("product_retailer_id") for item in items if isinstance(item, dict) and len(item) == 1]
    found = [name for name in ids if isinstance(name, str) and one_line(name) and len(name) <= PRODUCT_LIMIT]
    if len(found) != len(items):
        raise _wrong(_SECTIONS_EXPECTED)
    return found


def _catalog_id(slot: Slot, value: str, now: EpochMs) -> str:
    if not _CATALOG_ID.fullmatch(value):
        raise _wrong("the id of a catalog at Meta, which is digits only")
    return value


_CHECKS: Mapping[SlotKind, Callable[[Slot, str, EpochMs], str]] = {
    "text": _text,
    "currency": _currency,
    "date_time": _date_time,
    "otp": _otp,
    "image": _medium,
    "video": _medium,
    "document": _medium,
    "filename": lambda slot, value, now: _short(value, FILENAME_LIMIT),
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "place_name": lambda slot, value, now: _short(value, PLACE_LIMIT),
    "address": lambda slot, value, now: _short(value, PLACE_LIMIT),
    "expiration": _expiration,
    "url_suffix": _url_suffix,
    "payload": lambda slot, value, now: _short(value, PAYLOAD_LIMIT),
    "coupon_code": _coupon,
    "flow_token": lambda slot, value, now: _short(value, FLOW_TOKEN_LIMIT),
    "flow_data": _flow_data,
    "catalog_id": _catalog_id,
    "product_id": lambda slot, value, now: _short(value, PRODUCT_LIMIT),
    "sections": _sections,
}
