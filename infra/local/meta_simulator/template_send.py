"""Checks the components of a template send against what the template needs, with Meta's codes."""

import re
from typing import Any

from .config import Json
from .errors import GraphError
from .media_rules import check_media_object
from .template_spec import ButtonSpec, SendSpec, TextSlot

_BROKEN_TEXT = re.compile(r"[\n\r\t]| {5,}")
_MEDIA = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")


def check_components(spec: SendSpec, components: object, media_ids: set[str]) -> None:
    """Every parameter the template needs is there, in the right form, and none too many.

    Raises:
        GraphError: 100, 131008, 131009, 132000, 132005, 132012, 132018.
    """
    header: Json = {}
    body: Json = {}
    buttons: dict[int, Json] = {}
    cards: Json = {}
    offer: Json = {}
    if not spec.cards and not components and not _needs_any(spec):
        return
    for at, component in enumerate(_objects(components, "template['components']")):
        _parameters(component)
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
    _check_cards(spec, cards, media_ids)
    if spec.needs_offer:
        _check_offer(offer)


def _needs_any(spec: SendSpec) -> bool:
    texts = [slot for slot in (spec.header, spec.body) if slot is not None and slot.names]
    return bool(texts) or spec.header_format in (*_MEDIA, "LOCATION") or any(b.must for b in spec.buttons)


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
    length = slot.fixed_length + sum(len(_text_of(part, at, item)) for at, item in enumerate(parameters))
    if length > slot.limit:
        raise GraphError(132005, f"{part}: translated text has {length} characters, at most {slot.limit} are allowed")


def _text_of(part: str, at: int, parameter: Json) -> str:
    kind = str(parameter.get("type", "")).lower()
    if kind == "text":
        value = parameter.get("text")
    elif kind in ("currency", "date_time") and part == "body":
        detail = parameter.get(kind)
        value = detail.get("fallback_value") if isinstance(detail, dict) else None
    else:
        raise GraphError(132012, f"{part}: Format mismatch at parameter {at}, expected TEXT, received {kind.upper()}")
    if not isinstance(value, str):
        raise GraphError(131008, f"{part}: Parameter {at} of type {kind} is missing text value")
    if not value.strip():
        raise GraphError(131008, f"{part}: Parameter {at} of type {kind} is missing text value")
    if _BROKEN_TEXT.search(value):
        raise GraphError(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return value


def _check_header(spec: SendSpec, parameters: list[Json], media_ids: set[str]) -> None:
    if spec.header_format in (*_MEDIA, "LOCATION", "PRODUCT"):
        _check_one_header(spec.header_format, parameters, media_ids)
    else:
        _check_text("header", spec.header, parameters)


def _check_one_header(wanted: str, parameters: list[Json], media_ids: set[str]) -> None:
    expected = "video" if wanted == "GIF" else wanted.lower()
    got = str(parameters[0].get("type", "")).lower() if parameters else "unknown"
    if got not in (expected, wanted.lower()):
        raise GraphError(132012, f"header: Format mismatch, expected {wanted}, received {got.upper()}")
    if len(parameters) != 1:
        raise GraphError(132000, f"header: number of params ({len(parameters)}) does not match the expected (1)")
    value = parameters[0].get(got)
    if not isinstance(value, dict):
        raise GraphError(131008, f"header: Parameter of type {got} is missing its {got} object")
    if wanted in _MEDIA:
        check_media_object(got, value, media_ids)
    elif wanted == "LOCATION" and not {"latitude", "longitude", "name", "address"} <= set(value):
        raise GraphError(131008, "header: a location needs latitude, longitude, name and address")


def _check_buttons(specs: tuple[ButtonSpec, ...], given: dict[int, Json]) -> None:
    for at, component in given.items():
        sub_type = str(component.get("sub_type", "")).lower()
        if at >= len(specs) or specs[at].sub_type != sub_type:
            kind = specs[at].sub_type if at < len(specs) else "nothing"
            raise GraphError(132012, f"buttons: Button at index {at} is {kind} in the template, received {sub_type}")
        if not specs[at].parameter_type:
            raise GraphError(132018, f"buttons: Button at index {at} of type {sub_type} does not take parameters")
        _check_button_parameter(at, specs[at], _parameters(component))
    for at, spec in enumerate(specs):
        if spec.must and at not in given:
            raise GraphError(131008, f"buttons: Button at index {at} of type {spec.sub_type} requires a parameter")


def _check_button_parameter(at: int, spec: ButtonSpec, parameters: list[Json]) -> None:
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
        return
    if not isinstance(value, str) or not value:
        raise GraphError(131008, f"buttons: Button at index {at} of type {spec.sub_type} requires a parameter")
    if kind == "coupon_code" and len(value) > 20:
        raise GraphError(132005, f"buttons: Button at index {at}: coupon code longer than 20 characters")
    if kind == "text" and (len(value) > 2000 or _BROKEN_TEXT.search(value)):
        raise GraphError(132012, f"buttons: Button at index {at}: not a valid URL suffix")


def _check_cards(spec: SendSpec, component: Json, media_ids: set[str]) -> None:
    cards = _objects(component.get("cards"), "template['components']['cards']")
    if len(cards) != len(spec.cards):
        raise GraphError(
            132000, f"carousel: number of cards ({len(cards)}) does not match the expected number ({len(spec.cards)})"
        )
    for at, card in enumerate(cards):
        if str(card.get("card_index", "")) != str(at):
            raise GraphError(132012, f"carousel: card_index {at} expected, received {card.get('card_index')}")
        wanted = spec.cards[at]
        inner = SendSpec(wanted.header_format, None, wanted.body, wanted.buttons, (), needs_offer=False)
        check_components(inner, card.get("components"), media_ids)


def _check_offer(component: Json) -> None:
    parameters = _parameters(component)
    offer = parameters[0].get("limited_time_offer") if len(parameters) == 1 else None
    if not isinstance(offer, dict) or not isinstance(offer.get("expiration_time_ms"), int):
        raise GraphError(131008, "limited_time_offer: a limited time offer needs expiration_time_ms")
