"""The buttons of a template.

Source: Meta, template components (buttons: how many of each, lengths, order), authentication templates (one-time
password buttons and the apps of one-tap and zero-tap), flows in templates.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from shared.domain.templates.checks.fault import FaultCode, Faults
from shared.domain.templates.template import Component, count_variables, kind_of, variables_in

MOST_BUTTONS = 10
MOST_APPS = 5
LABEL_LIMIT = 25
URL_LIMIT = 2000
_PHONE_LIMIT = 20
_CODE_LIMIT = 20
_MOST_OF_A_KIND: Mapping[str, int] = {
    "QUICK_REPLY": 10,
    "URL": 2,
    "PHONE_NUMBER": 1,
    "COPY_CODE": 1,
    "CATALOG": 1,
    "MPM": 1,
    "SPM": 1,
    "OTP": 1,
    "FLOW": MOST_BUTTONS,
    "VOICE_CALL": MOST_BUTTONS,
    "REQUEST_CONTACT_INFO": MOST_BUTTONS,
    "ORDER_DETAILS": MOST_BUTTONS,
}
_LABELLED_BY_META = ("COPY_CODE", "OTP", "REQUEST_CONTACT_INFO")
_OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
_PACKAGE_LIMIT = 224
_HASH = re.compile(r"[A-Za-z0-9+/=]{11}")
_CARD_BUTTONS = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "SPM")
_MOST_OF_A_CARD = 2


def check_buttons(row: Component, at: str, *, authentication: bool, faults: Faults) -> None:
    buttons = row.get("buttons")
    if not isinstance(buttons, list) or not all(isinstance(button, Mapping) for button in buttons):
        faults.say(FaultCode.BUTTON_COUNT, f"{at}/buttons", "buttons is a list of objects")
        return
    if not 1 <= len(buttons) <= MOST_BUTTONS:
        words = f"there are 1 to {MOST_BUTTONS} buttons; without any, remove the component"
        faults.say(FaultCode.BUTTON_COUNT, f"{at}/buttons", words)
    for number, button in enumerate(buttons):
        _check_button(button, f"{at}/buttons/{number}", faults)
    _check_row(buttons, f"{at}/buttons", authentication=authentication, faults=faults)


def check_card_buttons(row: Component, at: str, faults: Faults) -> None:
    """Beside what holds for all buttons."""
    buttons = row.get("buttons")
    kinds = [kind_of(button) for button in buttons if isinstance(button, Mapping)] if isinstance(buttons, list) else []
    if len(kinds) > _MOST_OF_A_CARD or not set(kinds) <= set(_CARD_BUTTONS):
        words = f"a card has at most {_MOST_OF_A_CARD} buttons, of the types {', '.join(_CARD_BUTTONS)}"
        faults.say(FaultCode.CARD_COMPONENTS, f"{at}/buttons", words)


def _check_row(buttons: Sequence[Component], at: str, *, authentication: bool, faults: Faults) -> None:
    kinds = [kind_of(button) for button in buttons]
    for kind, count in Counter(kinds).items():
        most = _MOST_OF_A_KIND.get(kind, MOST_BUTTONS)
        if count > most:
            faults.say(
                FaultCode.BUTTON_TOO_MANY, at, f"there are {count} buttons of type {kind}; {most} at most may be"
            )
    runs = [quick for quick, _ in groupby(kind == "QUICK_REPLY" for kind in kinds)]
    if len(runs) > 2:
        faults.say(FaultCode.BUTTON_ORDER, at, "put the quick replies next to each other, before or behind the others")
    if authentication and set(kinds) != {"OTP"}:
        words = "an authentication template has one button, of type OTP; add it, and remove the others"
        faults.say(FaultCode.OTP_BUTTON, at, words)
    elif not authentication and "OTP" in kinds:
        faults.say(FaultCode.OTP_BUTTON, at, "an OTP button belongs to the category AUTHENTICATION; remove it")


def _check_button(button: Component, at: str, faults: Faults) -> None:
    kind = kind_of(button)
    if kind not in _MOST_OF_A_KIND:
        faults.say(FaultCode.BUTTON_TYPE, f"{at}/type", f"no such button; use one of {', '.join(_MOST_OF_A_KIND)}")
        return
    label = button.get("text")
    if label is not None or kind not in _LABELLED_BY_META:
        if not isinstance(label, str) or not 1 <= len(label) <= LABEL_LIMIT:
            words = f"a button's text has 1 to {LABEL_LIMIT} characters"
            faults.say(FaultCode.BUTTON_LABEL, f"{at}/text", words)
        elif variables_in(label):
            faults.say(FaultCode.BUTTON_LABEL, f"{at}/text", "a button's text has no variables; write it out")
    if kind in _TARGETS:
        _TARGETS[kind](button, at, faults)


def _check_url(button: Component, at: str, faults: Faults) -> None:
    url = button.get("url")
    if not isinstance(url, str) or len(url) > URL_LIMIT or not url.startswith(("https://", "http://")):
        words = f"url is an address that begins with https://, of {URL_LIMIT} characters at most"
        faults.say(FaultCode.BUTTON_URL, f"{at}/url", words)
        return
    count = count_variables(url)
    if not count:
        return
    if count != 1 or not url.endswith("}}"):
        faults.say(FaultCode.BUTTON_URL, f"{at}/url", "an address has one variable at most, and it stands at its end")
    example = button.get("example")
    if not isinstance(example, list) or len(example) != 1:
        faults.say(FaultCode.BUTTON_URL, f"{at}/example", "give one example of the whole address, in a list")


def _check_phone(button: Component, at: str, faults: Faults) -> None:
    phone = button.get("phone_number")
    if not isinstance(phone, str) or not 1 <= len(phone) <= _PHONE_LIMIT:
        words = f"phone_number has 1 to {_PHONE_LIMIT} characters"
        faults.say(FaultCode.BUTTON_PHONE, f"{at}/phone_number", words)


def _check_code(button: Component, at: str, faults: Faults) -> None:
    example = button.get("example")
    code = example[0] if isinstance(example, list) and example else example
    if not isinstance(code, str) or not 1 <= len(code) <= _CODE_LIMIT:
        words = f"give an example of the code, of {_CODE_LIMIT} characters at most"
        faults.say(FaultCode.BUTTON_CODE, f"{at}/example", words)


def _check_flow(button: Component, at: str, faults: Faults) -> None:
    if not (button.get("flow_id") or button.get("flow_name") or button.get("flow_json")):
        faults.say(FaultCode.BUTTON_FLOW, f"{at}/flow_id", "name the flow by flow_id, flow_name or flow_json")


def _check_otp(button: Component, at: str, faults: Faults) -> None:
    otp_type = str(button.get("otp_type", "")).upper()
    if otp_type not in _OTP_TYPES:
        faults.say(FaultCode.OTP_TYPE, f"{at}/otp_type", f"otp_type is one of {', '.join(_OTP_TYPES)}")
    if otp_type == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        words = "zero-tap needs zero_tap_terms_accepted: true, which says that you accept Meta's terms of it"
        faults.say(FaultCode.OTP_TERMS, f"{at}/zero_tap_terms_accepted", words)
    if otp_type not in ("ONE_TAP", "ZERO_TAP"):
        return
    apps = button.get("supported_apps")
    if not isinstance(apps, list) or not 1 <= len(apps) <= MOST_APPS or not all(map(_is_app, apps)):
        words = f"name 1 to {MOST_APPS} apps, each with package_name and the 11 characters of signature_hash"
        faults.say(FaultCode.OTP_APPS, f"{at}/supported_apps", words)


def _is_app(app: object) -> bool:
    if not isinstance(app, Mapping):
        return False
    package, signature = app.get("package_name"), app.get("signature_hash")
    named = isinstance(package, str) and len(package) <= _PACKAGE_LIMIT and _PACKAGE.fullmatch(package) is not None
    return named and isinstance(signature, str) and _HASH.fullmatch(signature) is not None


_TARGETS: Mapping[str, Callable[[Component, str, Faults], None]] = {
    "URL": _check_url,
    "PHONE_NUMBER": _check_phone,
    "COPY_CODE": _check_code,
    "FLOW": _check_flow,
    "OTP": _check_otp,
}
