"""Checks the components of a template send against what the template needs, with Meta's codes."""

from typing import Any

from .config import Json
from .errors import GraphError
from .template_parameters import check_button, check_header_object, check_offer, text_of
from .template_spec import ButtonSpec, SendSpec, TextSlot

_MEDIA = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")
_SUB_TYPES = (
    "BOOKING_CONFIRMATION",
    "CATALOG",
    "COPY_CODE",
    "FLOW",
    "MPM",
    "ORDER_DETAILS",
    "QUICK_REPLY",
    "REMINDER",
    "URL",
    "VOICE_CALL",
)


def check_components(spec: SendSpec, components: object, media_ids: set[str], now_ms: int = 0) -> None:
    """Every parameter the template needs is there, in the right form, and none too many. `now_ms` is epoch time.

    Raises:
        GraphError: 100, 131008, 131009, 132000, 132005, 132008, 132012, 132018.
    """
    header: Json = {}
    body: Json = {}
    buttons: dict[int, Json] = {}
    cards: Json = {}
    offer: Json = {}
    seen: set[str] = set()
    for at, component in enumerate(_objects(components, "template['components']")):
        _parameters(component)
        _once(component, seen)
        match str(component.get("type", "")).lower():
            case "header":
                header = component
            case "body":
                body = component
            case "button":
                buttons[_index(component, at)] = component
            case "carousel":
                cards = component
            case "limited_time_offer":
                offer = component
            case "order_status" | "tap_target_configuration":
                pass
            case other:
                raise GraphError(
                    100,
                    f"Param template['components'][{at}]['type'] must be one of "
                    f'{{HEADER, BODY, BUTTON, CAROUSEL, LIMITED_TIME_OFFER}} - got "{other}".',
                )
    _check_header(spec, _parameters(header), media_ids)
    _check_text("body", spec.body, _parameters(body))
    _check_buttons(spec.buttons, buttons)
    _check_cards(spec, cards, media_ids, now_ms)
    if spec.needs_offer:
        check_offer(_parameters(offer), now_ms)
    elif offer:
        raise GraphError(132018, "limited_time_offer: the template has none that ends")


def _once(component: Json, seen: set[str]) -> None:
    """Each part comes once, a button once per index."""
    kind = str(component.get("type", "")).lower()
    key = f"{kind} {component.get('index')}" if kind == "button" else kind
    if key in seen:
        raise GraphError(100, f"Param template['components']: {key} is given twice.")
    seen.add(key)


def _objects(value: object, where: str) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(100, f"Param {where} must be an array of objects.")
    return value


def _parameters(component: Json) -> list[Json]:
    return _objects(component.get("parameters"), "template['components']['parameters']")


def _index(component: Json, at: int) -> int:
    value: Any = component.get("index")
    if value is None or isinstance(value, bool) or not str(value).isdecimal():
        raise GraphError(131008, f"components[{at}]: a button component needs an index.")
    return int(value)


def _check_text(part: str, slot: TextSlot | None, parameters: list[Json]) -> None:
    names = slot.names if slot else ()
    if len(parameters) != len(names):
        raise GraphError(
            132000,
            f"{part}: number of localizable_params ({len(parameters)}) does not match the expected number of params "
            f"({len(names)})",
        )
    if slot is None:
        return
    if slot.named:
        given = [parameter.get("parameter_name") for parameter in parameters]
        if set(given) != set(names) or len(set(given)) != len(given):
            raise GraphError(132012, f"{part}: parameter names do not match the template's ({', '.join(names)})")
    elif any(parameter.get("parameter_name") for parameter in parameters):
        raise GraphError(132012, f"{part}: the template has positional parameters, a parameter_name was given")
    length = slot.fixed_length + sum(len(text_of(part, at, item)) for at, item in enumerate(parameters))
    if length > slot.limit:
        raise GraphError(132005, f"{part}: translated text has {length} characters, at most {slot.limit} are allowed")


def _check_header(spec: SendSpec, parameters: list[Json], media_ids: set[str]) -> None:
    if spec.header_format in (*_MEDIA, "LOCATION", "PRODUCT"):
        check_header_object(spec.header_format, parameters, media_ids)
    else:
        _check_text("header", spec.header, parameters)


def _check_buttons(specs: tuple[ButtonSpec, ...], given: dict[int, Json]) -> None:
    for at, component in given.items():
        sub_type = str(component.get("sub_type", "")).lower()
        if sub_type.upper() not in _SUB_TYPES:
            known = ", ".join(_SUB_TYPES)
            raise GraphError(100, f"Param components['sub_type'] must be one of {{{known}}} - got \"{sub_type}\".")
        if at >= len(specs) or specs[at].sub_type != sub_type:
            kind = specs[at].sub_type if at < len(specs) else "nothing"
            raise GraphError(132012, f"buttons: Button at index {at} is {kind} in the template, received {sub_type}")
        if not specs[at].parameter_type:
            raise GraphError(132018, f"buttons: Button at index {at} of type {sub_type} does not take parameters")
        if specs[at].must or not specs[at].named or component.get("parameters"):
            check_button(at, specs[at], _parameters(component))
    for at, spec in enumerate(specs):
        if spec.named and at not in given:
            raise GraphError(131009, f"buttons: Button at index {at} of type {spec.sub_type} is missing in components")
        if spec.must and at not in given:
            raise GraphError(131008, f"buttons: Button at index {at} of type {spec.sub_type} requires a parameter")


def _check_cards(spec: SendSpec, component: Json, media_ids: set[str], now_ms: int) -> None:
    cards = _objects(component.get("cards"), "template['components']['cards']")
    if len(cards) != len(spec.cards):
        raise GraphError(
            132000, f"carousel: number of cards ({len(cards)}) does not match the expected number ({len(spec.cards)})"
        )
    for at, card in enumerate(cards):
        if str(card.get("card_index", "")) != str(at):
            raise GraphError(132012, f"carousel: card_index {at} expected, received {card.get('card_index')}")
        wanted = spec.cards[at]
        inner = SendSpec(wanted.header_format, wanted.header, wanted.body, wanted.buttons, (), needs_offer=False)
        check_components(inner, card.get("components"), media_ids, now_ms)
