"""Frozen values written as Meta's components, and as the text a person reads.

Shapes: Meta, "Template messages" (components of the `template` object of POST /{phone_number_id}/messages).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from shared.domain.media.links import document_name
from shared.domain.money import rounded
from shared.domain.templates.money_text import money_text
from shared.domain.templates.template import Component, Slot, Template, buttons_of, cards_of, kind_of, replace_variables

Json = dict[str, object]
Pairs = Sequence[tuple[Slot, str]]
_LOCATION = {"latitude": "latitude", "longitude": "longitude", "place_name": "name", "address": "address"}
_PRODUCT = {"product_id": "product_retailer_id", "catalog_id": "catalog_id"}
_ACTION = {
    "flow_token": "flow_token",
    "flow_data": "flow_action_data",
    "product_id": "thumbnail_product_retailer_id",
    "sections": "sections",
}
_AS_JSON = ("flow_data", "sections")
_MEDIA = ("image", "video", "document")


def shown(slot: Slot, value: str, language: str) -> str:
    """A frozen value as the person reads it."""
    return money_text(rounded(int(value), 3, slot.detail), language) if slot.kind == "currency" else value


def components_of(pairs: Pairs, language: str, *, named: bool, cards: int) -> list[Json]:
    """The components of a send. An optional slot with an empty value is left out, but for a button's action."""
    given = [(slot, value) for slot, value in pairs if value or slot.action]
    if not cards:
        return _part(given, language, named=named)
    by_card: dict[int | None, list[tuple[Slot, str]]] = {}
    for slot, value in given:
        by_card.setdefault(slot.card, []).append((slot, value))
    carousel: Json = {
        "type": "carousel",
        "cards": [
            {"card_index": number, "components": _part(by_card.get(number, []), language, named=named)}
            for number in range(cards)
        ],
    }
    return [*_part(by_card.get(None, []), language, named=named), carousel]


def _part(pairs: Pairs, language: str, *, named: bool) -> list[Json]:
    """The components of a template without its cards, or of one card."""
    header: list[tuple[Slot, str]] = []
    body: list[Json] = []
    rest: list[Json] = []
    buttons: list[tuple[Slot, str]] = []
    for slot, value in pairs:
        if slot.place == "header":
            header.append((slot, value))
        elif slot.place == "body":
            body.append(_text_parameter(slot, value, language, named=named))
        elif slot.place == "offer":
            offer = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": int(value)}}
            rest.append({"type": "limited_time_offer", "parameters": [offer]})
        else:
            buttons.append((slot, value))
    rest += [_button(index, list(group)) for index, group in groupby(buttons, lambda pair: pair[0].index)]
    components: list[Json] = []
    if header:
        components.append({"type": "header", "parameters": _header(header, language, named=named)})
    if body:
        components.append({"type": "body", "parameters": body})
    return components + rest


def _text_parameter(slot: Slot, value: str, language: str, *, named: bool) -> Json:
    parameter: Json
    if slot.kind == "currency":
        amount = {"fallback_value": shown(slot, value, language), "code": slot.detail, "amount_1000": int(value)}
        parameter = {"type": "currency", "currency": amount}
    elif slot.kind == "date_time":
        parameter = {"type": "date_time", "date_time": {"fallback_value": value}}
    else:
        parameter = {"type": "text", "text": value}
    if named:
        parameter["parameter_name"] = slot.name
    return parameter


def _header(pairs: Pairs, language: str, *, named: bool) -> list[Json]:
    texts: list[Json] = []
    medium: Json = {}
    kind = ""
    for slot, value in pairs:
        if slot.kind == "text":
            texts.append(_text_parameter(slot, value, language, named=named))
        elif slot.kind in _MEDIA:
            kind = slot.kind
            medium["id" if value.isdecimal() else "link"] = value
        elif slot.kind == "filename":
            medium["filename"] = value
        elif slot.kind in _PRODUCT:
            kind = "product"
            medium[_PRODUCT[slot.kind]] = value
        else:
            kind = "location"
            medium[_LOCATION[slot.kind]] = value
    if kind == "document" and "filename" not in medium and (name := document_name(str(medium.get("link", "")))):
        medium["filename"] = name
    return [{"type": kind, kind: medium}] if kind else texts


def _button(index: int, pairs: Pairs) -> Json:
    """One button, from its slots. One with an action is named even when nothing fills it."""
    slot, value = pairs[0]
    parameters: list[Json]
    if slot.action:
        action = {_ACTION[s.kind]: json.loads(v) if s.kind in _AS_JSON else v for s, v in pairs if v}
        sub_type, parameters = slot.action, [{"type": "action", "action": action}] if action else []
    elif slot.kind == "payload":
        sub_type, parameters = "quick_reply", [{"type": "payload", "payload": value}]
    elif slot.kind == "coupon_code":
        sub_type, parameters = "copy_code", [{"type": "coupon_code", "coupon_code": value}]
    else:
        sub_type, parameters = "url", [{"type": "text", "text": value}]
    button: Json = {"type": "button", "sub_type": sub_type, "index": str(index)}
    return {**button, "parameters": parameters} if parameters else button


def read_text(template: Template, pairs: Pairs, language: str) -> str:
    """Header, body, offer, footer and button labels, one to a line; then each card the same way."""
    values = {slot.key: shown(slot, value, language) for slot, value in pairs}
    lines = list(_lines(template.components, values, ""))
    for number, components in enumerate(cards_of(template)):
        lines += [f"({number + 1})", *_lines(components, values, f"card.{number}.")]
    return "\n".join(lines)


def _lines(components: Iterable[Component], values: Mapping[str, str], prefix: str) -> Iterable[str]:
    for component in components:
        kind = kind_of(component)
        if kind in ("HEADER", "BODY", "FOOTER") and component.get("text"):
            place = f"{prefix}{kind.lower()}."
            names = {key.removeprefix(place): value for key, value in values.items() if key.startswith(place)}
            yield replace_variables(str(component["text"]), names)
        elif kind == "BODY" and f"{prefix}body.1" in values:
            yield values[f"{prefix}body.1"]
        elif kind == "HEADER" and "header.location.name" in values:
            yield f"{values['header.location.name']}, {values['header.location.address']}"
        elif kind == "HEADER" and f"{prefix}header.product.retailer_id" in values:
            yield f"({values[f'{prefix}header.product.retailer_id']})"
        elif kind == "LIMITED_TIME_OFFER" and isinstance(component.get("limited_time_offer"), Mapping):
            yield str(component["limited_time_offer"].get("text", ""))  # type: ignore[attr-defined]
        elif kind == "BUTTONS":
            yield " ".join(f"[{button.get('text', '')}]" for button in buttons_of(component))
