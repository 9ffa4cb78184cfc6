"""A template of every shape that Meta has, and values for whatever it takes."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_APP = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}
_BODY: Json = {"type": "BODY", "text": "Our {{1}} is on now.", "example": {"body_text": [["sale"]]}}
_URL: Json = {"type": "URL", "text": "Shop", "url": "https://x.example/{{1}}", "example": ["https://x.example/a"]}
_QUICK: Json = {"type": "QUICK_REPLY", "text": "No more"}
_CALL: Json = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550051310"}


def _header(form: str) -> Json:
    return {"type": "HEADER", "format": form, "example": {"header_handle": ["4::aW"]}}


def _row(*buttons: Json) -> Json:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _cards(*components: Json) -> Json:
    return {"type": "CAROUSEL", "cards": [{"components": list(components)} for _ in range(2)]}


def _code(**button: object) -> list[Json]:
    body = {"type": "BODY", "add_security_recommendation": True}
    return [body, {"type": "FOOTER", "code_expiration_minutes": 5}, _row({"type": "OTP", **button})]


def _marketing(*components: Json) -> Json:
    return {"category": "MARKETING", "components": list(components)}


def _secret(**button: object) -> Json:
    return {"category": "AUTHENTICATION", "components": _code(**button)}


SHAPES: Mapping[str, Json] = {
    "text": _marketing(
        {"type": "HEADER", "format": "TEXT", "text": "For {{1}}", "example": {"header_text": ["you"]}},
        _BODY,
        {"type": "FOOTER", "text": "You agreed to it"},
        _row(_URL, _CALL, _QUICK),
    ),
    "named": {
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [
            {
                "type": "BODY",
                "text": "Hello {{first_name}}, your order {{order}} is here.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "first_name", "example": "Ana"},
                        {"param_name": "order", "example": "7"},
                    ]
                },
            }
        ],
    },
    "image": _marketing(_header("IMAGE"), _BODY),
    "video": _marketing(_header("VIDEO"), _BODY),
    "document": _marketing(_header("DOCUMENT"), _BODY),
    "location": {"category": "UTILITY", "components": [{"type": "HEADER", "format": "LOCATION"}, _BODY]},
    "media carousel": _marketing(_BODY, _cards(_header("IMAGE"), _BODY, _row(_QUICK, _URL))),
    "product carousel": _marketing(
        _BODY, _cards({"type": "HEADER", "format": "PRODUCT"}, _row({"type": "SPM", "text": "View"}))
    ),
    "limited-time offer": _marketing(
        _header("IMAGE"),
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
        _BODY,
        _row({"type": "COPY_CODE", "example": "25OFF"}, _URL),
    ),
    "coupon": _marketing(_BODY, _row({"type": "COPY_CODE", "example": "25OFF"}, _QUICK)),
    "catalogue": _marketing(_BODY, _row({"type": "CATALOG", "text": "View catalog"})),
    "multi-product": _marketing(_BODY, _row({"type": "MPM", "text": "View items"})),
    "single product": _marketing({"type": "HEADER", "format": "PRODUCT"}, _BODY, _row({"type": "SPM", "text": "View"})),
    "flow": _marketing(
        _BODY,
        _row(
            {
                "type": "FLOW",
                "text": "Sign up",
                "flow_id": "1",
                "flow_action": "navigate",
                "navigate_screen": "WELCOME",
            }
        ),
    ),
    "copy code": _secret(otp_type="COPY_CODE"),
    "one tap": _secret(otp_type="ONE_TAP", text="Copy", autofill_text="Autofill", supported_apps=[_APP]),
    "zero tap": _secret(otp_type="ZERO_TAP", zero_tap_terms_accepted=True, supported_apps=[_APP]),
}

_VALUES: Mapping[str, str] = {
    "text": "Ana",
    "otp": "483920",
    "image": "https://cdn.example/sale.png",
    "video": "https://cdn.example/sale.mp4",
    "document": "https://cdn.example/offer.pdf",
    "filename": "offer.pdf",
    "latitude": "37.758056",
    "longitude": "-122.425332",
    "place_name": "META HQ",
    "address": "1 Hacker Way",
    "expiration": "2099-01-31T18:00:00+02:00",
    "url_suffix": "spring",
    "payload": "STOP",
    "coupon_code": "25OFF",
    "flow_token": "order-77",
    "flow_data": '{"product": "Aloe vera"}',
    "catalog_id": "194836987003835",
    "product_id": "2lc20305pt",
    "sections": '[{"title": "Popular", "product_items": [{"product_retailer_id": "2lc20305pt"}]}]',
}


def values_for(slots: list[Json]) -> dict[str, str]:
    """A value for each slot, as the API lists them."""
    return {slot["key"]: _VALUES[slot["kind"]] for slot in slots}
