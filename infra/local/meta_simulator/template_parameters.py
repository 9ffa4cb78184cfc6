"""Checks single parameters of a template send, with Meta's codes.

Sources: Meta, "Template messages" (parameter objects), "Coupon code templates" (letters and digits), RFC 3986 for
what a URL holds.
"""

import re

from .action_rules import check_action, check_product
from .config import Json
from .errors import GraphError
from .media_rules import check_media_object
from .template_spec import ButtonSpec

BROKEN_TEXT = re.compile(r"[\n\r\t]| {5,}")
_URL_PART = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_COUPON = re.compile(r"[A-Za-z0-9]{1,20}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def text_of(part: str, at: int, parameter: Json) -> str:
    """The text a header or body parameter puts into the message.

    Raises:
        GraphError: 131008, 132012.
    """
    kind = str(parameter.get("type", "")).lower()
    if kind == "text":
        value = parameter.get("text")
    elif kind in ("currency", "date_time") and part == "body":
        detail = parameter.get(kind)
        if not isinstance(detail, dict):
            raise GraphError(131008, f"{part}: Parameter {at} of type {kind} is missing its {kind} object")
        if kind == "currency":
            _check_currency(part, at, detail)
        value = detail.get("fallback_value")
    else:
        raise GraphError(132012, f"{part}: Format mismatch at parameter {at}, expected TEXT, received {kind.upper()}")
    if not isinstance(value, str) or not value.strip():
        raise GraphError(131008, f"{part}: Parameter {at} of type {kind} is missing text value")
    if BROKEN_TEXT.search(value):
        raise GraphError(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return value


def _check_currency(part: str, at: int, detail: Json) -> None:
    code, amount = detail.get("code"), detail.get("amount_1000")
    if not isinstance(code, str) or not _CURRENCY.fullmatch(code):
        raise GraphError(132008, f"{part}: Parameter {at} needs the ISO 4217 code of a currency")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount < 2**53:
        raise GraphError(132008, f"{part}: Parameter {at} needs amount_1000, a whole number")


def check_header_object(wanted: str, parameters: list[Json], media_ids: set[str]) -> None:
    """The one parameter of a header that is not text.

    Raises:
        GraphError: 100, 131008, 131009, 132000, 132012.
    """
    expected = "video" if wanted == "GIF" else wanted.lower()
    got = str(parameters[0].get("type", "")).lower() if parameters else "unknown"
    if got not in (expected, wanted.lower()):
        raise GraphError(132012, f"header: Format mismatch, expected {wanted}, received {got.upper()}")
    if len(parameters) != 1:
        raise GraphError(132000, f"header: number of params ({len(parameters)}) does not match the expected (1)")
    value = parameters[0].get(got)
    if not isinstance(value, dict):
        raise GraphError(131008, f"header: Parameter of type {got} is missing its {got} object")
    if wanted == "LOCATION":
        _check_location(value)
    elif wanted == "PRODUCT":
        check_product(value)
    else:
        check_media_object(got, value, media_ids)
        name = value.get("filename")
        if name is not None and (wanted != "DOCUMENT" or not isinstance(name, str) or not name):
            raise GraphError(132012, "header: only a document has a filename, and it is a string")


def _check_location(value: Json) -> None:
    for name, bound in (("latitude", 90.0), ("longitude", 180.0)):
        if name not in value:
            raise GraphError(131008, f"header: a location needs its {name}")
        try:
            degrees = float(value[name])
        except (TypeError, ValueError):
            raise GraphError(132012, f"header: {name} is not a number") from None
        if not -bound <= degrees <= bound:
            raise GraphError(132012, f"header: {name} is out of range")
    for name in ("name", "address"):
        if not isinstance(value.get(name), str) or not value[name].strip():
            raise GraphError(131008, f"header: a location needs its {name}")


def check_button(at: int, spec: ButtonSpec, parameters: list[Json]) -> None:
    """The one parameter of a button.

    Raises:
        GraphError: 131008, 132000, 132005, 132012, 132018.
    """
    if len(parameters) != 1:
        raise GraphError(
            132000,
            f"buttons: Button at index {at}: number of params ({len(parameters)}) does not match the expected (1)",
        )
    kind = str(parameters[0].get("type", "")).lower()
    if kind != spec.parameter_type:
        raise GraphError(
            132012, f"buttons: Button at index {at}: Format mismatch, expected {spec.parameter_type}, received {kind}"
        )
    value = parameters[0].get(kind)
    if kind == "action":
        if not isinstance(value, dict):
            raise GraphError(131008, f"buttons: Button at index {at} needs an action object")
        check_action(at, spec.sub_type, value, endpoint=spec.endpoint)
        return
    if not isinstance(value, str) or not value:
        raise GraphError(131008, f"buttons: Button at index {at} of type {spec.sub_type} requires a parameter")
    if kind == "coupon_code":
        _check_coupon(at, value)
    elif kind == "payload" and len(value) > 128:
        raise GraphError(132018, f"buttons: Button at index {at}: payload longer than 128 characters")
    elif kind == "text":
        _check_suffix(at, spec, value)


def _check_coupon(at: int, value: str) -> None:
    if len(value) > 20:
        raise GraphError(132005, f"buttons: Button at index {at}: coupon code longer than 20 characters")
    if not _COUPON.fullmatch(value):
        raise GraphError(132018, f"buttons: Button at index {at}: a coupon code has letters and digits only")


def _check_suffix(at: int, spec: ButtonSpec, value: str) -> None:
    if spec.fixed_length + len(value) > 2000:
        raise GraphError(132005, f"buttons: Button at index {at}: URL longer than 2000 characters")
    if not _URL_PART.fullmatch(value):
        raise GraphError(132018, f"buttons: Button at index {at}: not a valid URL suffix")


def check_offer(parameters: list[Json], now_ms: int) -> None:
    """A limited-time offer ends in the future.

    Raises:
        GraphError: 131008, 132012.
    """
    offer = parameters[0].get("limited_time_offer") if len(parameters) == 1 else None
    ends = offer.get("expiration_time_ms") if isinstance(offer, dict) else None
    if isinstance(ends, bool) or not isinstance(ends, int):
        raise GraphError(131008, "limited_time_offer: a limited time offer needs expiration_time_ms")
    if ends <= now_ms:
        raise GraphError(132012, "limited_time_offer: expiration_time_ms lies in the past")
