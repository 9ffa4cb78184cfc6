"""Limits of a template's buttons.

Source: Meta, "Template components", buttons: ten in all, two URLs, one phone number, one copy code; labels of 25.
"Authentication templates": the three kinds of one-time-password button, the apps that a tap opens (five at most, a
package of two segments or more, a hash of 11 characters), the terms of zero-tap.
"""

import re
from collections import Counter
from itertools import pairwise
from typing import Any

from .config import Json
from .errors import GraphError
from .template_spec import variables

_ONE_OF_EACH = ("PHONE_NUMBER", "COPY_CODE", "CATALOG", "MPM", "SPM", "OTP")
_AT_MOST = {"QUICK_REPLY": 10, "URL": 2, **dict.fromkeys(_ONE_OF_EACH, 1)}
_OTHERS = ("FLOW", "VOICE_CALL", "REQUEST_CONTACT_INFO", "ORDER_DETAILS")
_OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
_WITHOUT_TEXT = ("COPY_CODE", "OTP", "REQUEST_CONTACT_INFO")


def check_buttons(buttons: list[Json], category: str) -> list[Json]:
    """The buttons with their types in upper case.

    Raises:
        GraphError: 100.
    """
    if not 1 <= len(buttons) <= 10:
        raise GraphError(100, "A template has 1 to 10 buttons.")
    for at, button in enumerate(buttons):
        kind = str(button.get("type", "")).upper()
        if kind not in _AT_MOST and kind not in _OTHERS:
            raise GraphError(100, f'buttons[{at}]: unknown type "{kind}".')
        button["type"] = kind
        _check_label(at, button)
        _check_target(at, button)
    kinds = [button["type"] for button in buttons]
    for kind, count in Counter(kinds).items():
        if count > _AT_MOST.get(kind, 10):
            raise GraphError(100, f"A template may have at most {_AT_MOST[kind]} buttons of type {kind}.")
    groups = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(left != right for left, right in pairwise(groups)) > 1:
        raise GraphError(100, "Quick-reply buttons must be grouped together, not mixed with others.")
    if (category == "AUTHENTICATION") != ("OTP" in kinds):
        raise GraphError(100, "Authentication templates have an OTP button, and no others have one.")
    if category == "AUTHENTICATION" and len(kinds) > 1:
        raise GraphError(100, "The OTP button stands alone.")
    return buttons


def _check_label(at: int, button: Json) -> None:
    text = button.get("text")
    if text is None and button["type"] in _WITHOUT_TEXT:
        return
    if not isinstance(text, str) or not 1 <= len(text) <= 25:
        raise GraphError(100, f"buttons[{at}]: a label has 1 to 25 characters.")
    if variables(text):
        raise GraphError(100, f"buttons[{at}]: a label has no variables.")


def _check_target(at: int, button: Json) -> None:
    match button["type"]:
        case "URL":
            _check_url(at, button)
        case "PHONE_NUMBER":
            phone = button.get("phone_number")
            if not isinstance(phone, str) or not 1 <= len(phone) <= 20:
                raise GraphError(100, f"buttons[{at}]: a phone number has 1 to 20 characters.")
        case "COPY_CODE":
            example: Any = button.get("example")
            code = example[0] if isinstance(example, list) and example else example
            if not isinstance(code, str) or not 1 <= len(code) <= 20:
                raise GraphError(100, f"buttons[{at}]: a copy code needs an example of at most 20 characters.")
        case "OTP":
            _check_otp(at, button)
        case "FLOW":
            if not any(button.get(key) for key in ("flow_id", "flow_name", "flow_json")):
                raise GraphError(100, f"buttons[{at}]: a flow button needs flow_id, flow_name or flow_json.")


def _check_url(at: int, button: Json) -> None:
    url = button.get("url")
    if not isinstance(url, str) or len(url) > 2000 or not url.startswith(("https://", "http://")):
        raise GraphError(100, f"buttons[{at}]: url must be a URL of at most 2000 characters.")
    names = variables(url)
    if not names:
        return
    if len(names) > 1 or not url.endswith("}}"):
        raise GraphError(100, f"buttons[{at}]: a URL has one variable at most, at its end.")
    if not isinstance(button.get("example"), list) or len(button["example"]) != 1:
        raise GraphError(100, f"buttons[{at}]: a URL with a variable needs one example.")


def _check_otp(at: int, button: Json) -> None:
    kind = str(button.get("otp_type", "")).upper()
    if kind not in _OTP_TYPES:
        raise GraphError(100, f"buttons[{at}]: otp_type must be one of {{{', '.join(_OTP_TYPES)}}}.")
    if kind == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        raise GraphError(100, f"buttons[{at}]: the terms of zero-tap must be accepted: zero_tap_terms_accepted.")
    if kind == "COPY_CODE":
        return
    apps: Any = button.get("supported_apps")
    if not isinstance(apps, list) or len(apps) not in range(1, 6) or not all(_is_app(app) for app in apps):
        raise GraphError(100, f"buttons[{at}]: {kind} needs up to five supported_apps (package_name, signature_hash).")


def _is_app(app: object) -> bool:
    if not isinstance(app, dict):
        return False
    package, signature = str(app.get("package_name", "")), str(app.get("signature_hash", ""))
    segments = package.split(".")
    return (
        len(segments) > 1
        and len(package) < 225
        and all(re.fullmatch(r"[a-zA-Z]\w*", segment, re.ASCII) for segment in segments)
        and re.fullmatch(r"[\w+/=]{11}", signature, re.ASCII) is not None
        and "_" not in signature
    )
