"""What the buttons of a template take, and which ones a campaign cannot send.

Shapes: Meta, message templates (buttons), flows in templates, catalog, multi-product and single-product templates,
authentication templates.
"""

from collections.abc import Callable, Mapping, Sequence

from shared.domain.templates.template import (
    Component,
    Slot,
    SlotKind,
    UnsupportedComponent,
    kind_of,
    replace_variables,
    variables_in,
)

_STATIC = frozenset({"PHONE_NUMBER", "VOICE_CALL", "REQUEST_CONTACT_INFO"})
_OTP_TYPES = frozenset({"COPY_CODE", "ONE_TAP", "ZERO_TAP"})
_REFUSED = {
    "OTP": "it belongs to a template of category AUTHENTICATION; use one",
    "SPM": "it shows the product of a PRODUCT header, which the template does not have; sync the templates again",
    "ORDER_DETAILS": "it carries one person's order and payment; send it in their conversation",
    "BOOKING_CONFIRMATION": "it carries one person's booking; send it in their conversation",
    "REMINDER": "it carries one person's appointment; send it in their conversation",
}


def button_slots(buttons: Sequence[Component], *, authentication: bool, product: bool) -> list[Slot]:
    """`product`: the part has a PRODUCT header. Raises UnsupportedComponent, which names the button and the remedy."""
    slots: list[Slot] = []
    for index, button in enumerate(buttons):
        kind = kind_of(button)
        if kind == "OTP" and authentication:
            slots.append(_otp(index, button))
        elif kind in _FILLED:
            slots += _FILLED[kind](index, button, authentication)
        elif kind not in _STATIC and not (kind == "SPM" and product):
            raise _refused(index, button, _REFUSED.get(kind, "campaigns do not know this kind; use another template"))
    return slots


def _refused(index: int, button: Component, why: str) -> UnsupportedComponent:
    label = f' "{button["text"]}"' if button.get("text") else ""
    return UnsupportedComponent(f"template button.{index}{label} is of type {kind_of(button)}: {why}")


def _otp(index: int, button: Component) -> Slot:
    """The code. Meta makes a URL button of every one of the three types, so they are sent alike."""
    otp_type = str(button.get("otp_type", "COPY_CODE")).upper()
    if otp_type not in _OTP_TYPES:
        raise _refused(index, button, f"its otp_type {otp_type} is not known; use COPY_CODE, ONE_TAP or ZERO_TAP")
    return Slot(f"button.{index}.url", "otp", "button", index=index)


def _url(index: int, button: Component, authentication: bool) -> list[Slot]:
    url = str(button.get("url", ""))
    if not variables_in(url):
        return []
    # Meta lists the code button of an authentication template as a URL button.
    kind: SlotKind = "otp" if authentication else "url_suffix"
    fixed = len(replace_variables(url, dict.fromkeys(variables_in(url), "")))
    return [Slot(f"button.{index}.url", kind, "button", index=index, fixed=fixed)]


def _flow(index: int, button: Component, authentication: bool) -> list[Slot]:
    """A flow that exchanges data with an endpoint gets its first screen's data from there, not from the send."""
    slots = [_action(index, "flow_token", "flow_token", "flow")]
    if str(button.get("flow_action", "navigate")).lower() != "data_exchange":
        slots.append(_action(index, "flow_data", "flow_data", "flow"))
    return slots


def _action(index: int, name: str, kind: SlotKind, action: str, *, optional: bool = True) -> Slot:
    return Slot(f"button.{index}.{name}", kind, "button", index=index, optional=optional, action=action)


_FILLED: Mapping[str, Callable[[int, Component, bool], list[Slot]]] = {
    "QUICK_REPLY": lambda index, button, _: [
        Slot(f"button.{index}.payload", "payload", "button", index=index, optional=True)
    ],
    "URL": _url,
    "COPY_CODE": lambda index, button, _: [Slot(f"button.{index}.code", "coupon_code", "button", index=index)],
    "FLOW": _flow,
    "CATALOG": lambda index, button, _: [_action(index, "thumbnail", "product_id", "catalog")],
    "MPM": lambda index, button, _: [
        _action(index, "thumbnail", "product_id", "mpm", optional=False),
        _action(index, "sections", "sections", "mpm", optional=False),
    ],
}
