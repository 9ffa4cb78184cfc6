"""Checks the body of a template that is created or edited.

Sources: Meta, "Template components" (lengths, button limits), "Time-to-live" (seconds by category), "Authentication
templates", and the 2388xxx codes of the error-code page. Meta answers these with code 100 and the specific number as
`error_subcode`. What offers and carousels add stands in `special_rules`.
"""

import re
from typing import Any

from .button_rules import check_buttons
from .config import Json
from .errors import GraphError, refused, required
from .special_rules import check_card_parts, check_carousel, check_offer_template
from .template_spec import VARIABLE, variables

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
_NAMED = re.compile(r"[a-z][a-z0-9_]*")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
_ONCE = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
_MEDIA = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")
_TTL_RANGES = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}


def check_identity(body: Json) -> tuple[str, str, str, str]:
    """Name, language, category and parameter format of a create body.

    Raises:
        GraphError: 100.
    """
    for key in ("name", "language", "category", "components"):
        if body.get(key) in (None, "", []):
            raise required(key)
    name, language = body["name"], body["language"]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise GraphError(100, "Param name may only have lowercase letters, digits and underscores (at most 512).")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        raise GraphError(100, f"Param language is not a supported language code: {language}")
    return name, language.replace("-", "_"), check_category(body["category"]), _format(body)


def check_category(value: object) -> str:
    """A category, in upper case."""
    category = str(value).upper()
    if category not in CATEGORIES:
        raise GraphError(100, f'Param category must be one of {{{", ".join(CATEGORIES)}}} - got "{value}".')
    return category


def check_ttl(value: object, category: str) -> int:
    """`message_send_ttl_seconds` in the range of its category, or -1 for 30 days; 0 when not given."""
    if value is None:
        return 0
    least, most = _TTL_RANGES[category]
    if isinstance(value, bool) or not isinstance(value, int) or not (value == -1 or least <= value <= most):
        raise GraphError(100, f"Param message_send_ttl_seconds must be -1 or from {least} to {most} for {category}.")
    return value


def _format(body: Json) -> str:
    value = str(body.get("parameter_format", "POSITIONAL")).upper()
    if value not in ("POSITIONAL", "NAMED"):
        raise GraphError(100, f'Param parameter_format must be one of {{POSITIONAL, NAMED}} - got "{value}".')
    return value


def check_components(value: object, category: str, parameter_format: str) -> list[Json]:
    """The components as they are stored: types and formats in upper case.

    Raises:
        GraphError: 100 with the rule's number as subcode.
    """
    components = _objects(value, "components")
    kinds: list[str] = []
    for component in components:
        kind = str(component.get("type", "")).upper()
        if kind not in _ONCE:
            raise GraphError(100, f"Param components['type'] must be one of {{{', '.join(_ONCE)}}} - got \"{kind}\".")
        if kind in kinds:
            raise GraphError(100, f"A template may have only one {kind} component.")
        kinds.append(kind)
        component["type"] = kind
        _CHECKS[kind](component, category, parameter_format)
    if "BODY" not in kinds:
        raise GraphError(100, "A template needs a BODY component.")
    if category == "AUTHENTICATION" and ("HEADER" in kinds or "BUTTONS" not in kinds):
        raise GraphError(100, "An authentication template has a body, a footer or none, and an OTP button.")
    if "LIMITED_TIME_OFFER" in kinds:
        check_offer_template({component["type"]: component for component in components}, category)
    _check_product(components)
    return components


def _check_product(parts: list[Json]) -> None:
    """A single-product button shows the product of its part's header."""
    buttons = [button["type"] for part in parts for button in part.get("buttons", [])]
    if "SPM" in buttons and not any(part.get("format") == "PRODUCT" for part in parts):
        raise GraphError(100, "A single-product button needs a header of format PRODUCT.")


def adjacent_variables(components: list[Json]) -> bool:
    """Variables side by side, which review refuses as INVALID_FORMAT."""
    return any(re.search(r"\}\}\s*\{\{", str(component.get("text", ""))) for component in components)


def _objects(value: object, where: str) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(100, f"Param {where} must be an array of objects.")
    return [dict(item) for item in value]


def _text(component: Json, limit: int) -> str:
    text = component.get("text")
    if not isinstance(text, str) or not text.strip():
        raise GraphError(100, f"components: {component['type']} needs a text.")
    if len(text) > limit:
        raise refused(2388040, "Character limit exceeded", f"{component['type']} may have at most {limit} characters.")
    return text


def _names(text: str, parameter_format: str, subcode: int) -> list[str]:
    names = list(dict.fromkeys(variables(text)))
    rest = VARIABLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise refused(subcode, "Format is incorrect", "Variables are written {{1}} or {{name}}.")
    if parameter_format == "POSITIONAL":
        if sorted(names) != sorted(str(at + 1) for at in range(len(names))):
            raise refused(subcode, "Format is incorrect", "Positional variables are numbered {{1}}, {{2}}, … in full.")
    elif not all(_NAMED.fullmatch(name) for name in names):
        raise refused(subcode, "Format is incorrect", "Variable names are lowercase letters, digits and underscores.")
    return names


def _examples(component: Json, part: str, names: list[str], parameter_format: str) -> None:
    if not names:
        return
    example: Any = component.get("example")
    key = f"{part}_text" if parameter_format == "POSITIONAL" else f"{part}_text_named_params"
    given = example.get(key) if isinstance(example, dict) else None
    if not isinstance(given, list) or not given:
        raise refused(2388043, "Example is missing", f"components: {component['type']} needs example.{key}.")
    if parameter_format == "NAMED":
        known = [str(item.get("param_name")) for item in given if isinstance(item, dict)]
        matches = set(known) == set(names)
    else:
        values = given[0] if part == "body" and isinstance(given[0], list) else given
        matches = len(values) == len(names)
    if not matches:
        raise refused(2388043, "Example is missing", f"example.{key} must have one value for each variable.")


def _header(component: Json, category: str, parameter_format: str) -> None:
    kind = str(component.get("format", "TEXT")).upper()
    component["format"] = kind
    if kind == "TEXT":
        names = _names(_text(component, 60), parameter_format, 2388047)
        if len(names) > 1:
            raise refused(2388047, "Header format is incorrect", "A header may have one variable at most.")
        _examples(component, "header", names, parameter_format)
    elif kind in _MEDIA:
        example: Any = component.get("example")
        handles = example.get("header_handle") if isinstance(example, dict) else None
        if not isinstance(handles, list) or not handles:
            raise refused(2388043, "Example is missing", f"A header of format {kind} needs example.header_handle.")
    elif kind not in ("LOCATION", "PRODUCT"):
        raise GraphError(100, f"Param components['format'] - got \"{kind}\".")


def _body(component: Json, category: str, parameter_format: str) -> None:
    if category == "AUTHENTICATION":
        if "text" in component:
            raise refused(2388072, "Body format is incorrect", "The text of an authentication template is Meta's.")
        return
    text = _text(component, 1024)
    names = _names(text, parameter_format, 2388072)
    stripped = text.strip()
    if names and (stripped.startswith("{{") or stripped.endswith("}}")):
        raise refused(2388299, "Variables can't be at the start or end", "The body begins or ends with a variable.")
    words = len(VARIABLE.sub(" ", text).split())
    if names and words <= len(names):
        raise refused(2388293, "Too many variables for its length", "The body has too many variables for its length.")
    _examples(component, "body", names, parameter_format)


def _footer(component: Json, category: str, parameter_format: str) -> None:
    if category == "AUTHENTICATION":
        if "text" in component:
            raise refused(2388073, "Footer format is incorrect", "The footer of an authentication template is Meta's.")
        minutes = component.get("code_expiration_minutes")
        if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes not in range(1, 91):
            raise GraphError(100, "code_expiration_minutes must be an integer from 1 to 90.")
        return
    if variables(_text(component, 60)):
        raise refused(2388073, "Footer format is incorrect", "A footer has no variables.")


def _buttons(component: Json, category: str, parameter_format: str) -> None:
    component["buttons"] = check_buttons(_objects(component.get("buttons"), "buttons"), category)


def _offer(component: Json, category: str, parameter_format: str) -> None:
    offer: Any = component.get("limited_time_offer")
    text = offer.get("text") if isinstance(offer, dict) else None
    if not isinstance(text, str) or not 0 < len(text) < 17:
        raise GraphError(100, "limited_time_offer needs a text of at most 16 characters.")


def _carousel(component: Json, category: str, parameter_format: str) -> None:
    cards = _objects(component.get("cards"), "cards")
    check_carousel(cards, category)
    shapes = set()
    for card in cards:
        parts = _objects(card.get("components"), "cards['components']")
        check_card_parts(parts)
        for part in parts:
            _CHECKS[part["type"]](part, category, parameter_format)
            if part["type"] == "BODY" and len(part["text"]) > 160:
                raise refused(2388040, "Character limit exceeded", "A card's body may have at most 160 characters.")
        _check_product(parts)
        card["components"] = parts
        shapes.add(tuple(_shape(part) for part in parts))
    if len(shapes) > 1:
        raise GraphError(100, "All cards of a carousel must have the same components.")
    component["cards"] = cards


def _shape(part: Json) -> tuple[str, ...]:
    return (part["type"], str(part.get("format", "")), *(str(item["type"]) for item in part.get("buttons", [])))


_CHECKS = {
    "HEADER": _header,
    "BODY": _body,
    "FOOTER": _footer,
    "BUTTONS": _buttons,
    "CAROUSEL": _carousel,
    "LIMITED_TIME_OFFER": _offer,
}
