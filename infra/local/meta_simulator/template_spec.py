"""What a send of a template must bring, compiled once from the template's components."""

import re
from dataclasses import dataclass

from .config import Json

VARIABLE = re.compile(r"\{\{\s*([a-zA-Z0-9_]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class TextSlot:
    """A text with variables: their names in order, and how long the fixed part is."""

    names: tuple[str, ...]
    named: bool
    fixed_length: int
    limit: int


@dataclass(frozen=True, slots=True)
class ButtonSpec:
    """One button: the `sub_type` a send uses for it, and whether a send must or may bring a parameter."""

    sub_type: str
    text: str
    parameter_type: str
    must: bool
    fixed_length: int = 0
    """Characters of a URL that the template itself has."""
    named: bool = False
    """A send must name this button, parameter or not."""
    endpoint: bool = False
    """A flow whose first screen gets its data from the business's endpoint, not from the send."""


@dataclass(frozen=True, slots=True)
class CardSpec:
    """One carousel card."""

    header_format: str
    header: TextSlot | None
    body: TextSlot | None
    buttons: tuple[ButtonSpec, ...]


@dataclass(frozen=True, slots=True)
class SendSpec:
    """All of a template. `header_format` is empty without a header."""

    header_format: str
    header: TextSlot | None
    body: TextSlot | None
    buttons: tuple[ButtonSpec, ...]
    cards: tuple[CardSpec, ...]
    needs_offer: bool

    def quick_replies(self) -> list[tuple[int, str]]:
        """Index and label of the quick-reply buttons."""
        return [(at, button.text) for at, button in enumerate(self.buttons) if button.sub_type == "quick_reply"]


def variables(text: str) -> list[str]:
    """The names of the variables of a text, in order, repeats included."""
    return VARIABLE.findall(text)


def compile_spec(components: list[Json], parameter_format: str, body_limit: int = 1024) -> SendSpec:
    """The send side of validated template components.

    A limited-time offer's body has at most 600 characters, a card's 160, and the code of an authentication 15.
    """
    if any(str(component.get("type", "")).upper() == "LIMITED_TIME_OFFER" for component in components):
        body_limit = 600
    named = parameter_format == "NAMED"
    header: Json = {}
    header_format = ""
    body: TextSlot | None = None
    buttons: tuple[ButtonSpec, ...] = ()
    cards: tuple[CardSpec, ...] = ()
    needs_offer = False
    for component in components:
        match str(component.get("type", "")).upper():
            case "HEADER":
                header = component
                header_format = str(component.get("format", "TEXT")).upper()
            case "BODY":
                body = _slot(str(component.get("text", "")), body_limit, named=named)
                if component.get("add_security_recommendation") or "text" not in component:
                    body = TextSlot(("1",), named=False, fixed_length=40, limit=55)
            case "BUTTONS":
                buttons = tuple(_button(item) for item in component.get("buttons", []))
            case "CAROUSEL":
                cards = tuple(_card(item, named=named) for item in component.get("cards", []))
            case "LIMITED_TIME_OFFER":
                needs_offer = bool(component.get("limited_time_offer", {}).get("has_expiration"))
    text_header = _slot(str(header.get("text", "")), 60, named=named) if header_format == "TEXT" else None
    return SendSpec(header_format, text_header, body, buttons, cards, needs_offer)


def _slot(text: str, limit: int, *, named: bool) -> TextSlot:
    names = tuple(dict.fromkeys(variables(text)))
    return TextSlot(tuple(sorted(names, key=_place)), named, len(VARIABLE.sub("", text)), limit)


def _place(name: str) -> int:
    return int(name) if name.isdecimal() else 0


def _card(card: Json, *, named: bool) -> CardSpec:
    spec = compile_spec(card.get("components", []), "NAMED" if named else "POSITIONAL", body_limit=160)
    return CardSpec(spec.header_format, spec.header, spec.body, spec.buttons)


def _button(button: Json) -> ButtonSpec:
    text = str(button.get("text", ""))
    match str(button.get("type", "")).upper():
        case "QUICK_REPLY":
            return ButtonSpec("quick_reply", text, "payload", must=False)
        case "URL":
            url = str(button.get("url", ""))
            dynamic = bool(variables(url))
            return ButtonSpec("url", text, "text" if dynamic else "", dynamic, len(VARIABLE.sub("", url)))
        case "COPY_CODE":
            return ButtonSpec("copy_code", text or "Copy code", "coupon_code", must=True)
        case "FLOW":
            endpoint = str(button.get("flow_action", "")).lower() == "data_exchange"
            return ButtonSpec("flow", text, "action", must=False, named=True, endpoint=endpoint)
        case "CATALOG":
            return ButtonSpec("catalog", text, "action", must=False, named=True)
        case "MPM":
            return ButtonSpec("mpm", text, "action", must=True)
        case "OTP":
            # What Meta makes of it: a URL that ends in the code, of at most 15 characters.
            return ButtonSpec("url", text or "Copy code", "text", must=True, fixed_length=1985)
        case kind:
            return ButtonSpec(kind.lower(), text, "", must=False)
