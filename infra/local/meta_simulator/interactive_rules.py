"""Checks the interactive object of a message.

Source: Meta, "Interactive messages" of the Cloud API (kinds, counts and lengths), and "Interactive media carousel
messages" (cards alike, an optional text of at most two line breaks).
"""

from collections.abc import Callable

from .config import Json
from .errors import GraphError
from .media_rules import check_reference

_HEADERS = ("text", "image", "video", "document")
_BODY_LIMIT = {"list": 4096}


def check_interactive(value: Json, media_ids: set[str]) -> None:
    """Raises GraphError 131008 for what is missing and 131009 for what is wrong."""
    kind = value.get("type")
    check = _ACTIONS.get(str(kind))
    if check is None:
        raise GraphError(
            131009, f"Param interactive['type'] must be one of {{{', '.join(_ACTIONS)}}} - got \"{kind}\"."
        )
    _check_header(str(kind), value.get("header"), media_ids)
    if kind != "product" or "body" in value:
        text(_object(value, "body"), "text", _BODY_LIMIT.get(str(kind), 1024), "body")
    if "footer" in value:
        text(_object(value, "footer"), "text", 60, "footer")
    action = _object(value, "action")
    check(action)
    if kind == "carousel":
        _check_cards(action["cards"], media_ids)


def text(holder: Json, name: str, limit: int, where: str) -> str:
    """A text of 1 to `limit` characters."""
    value = holder.get(name)
    if value is None:
        raise GraphError(131008, f"{where}: {name} is required")
    if not isinstance(value, str) or not 1 <= len(value) <= limit:
        raise GraphError(131009, f"{where}: {name} length invalid. Min length: 1, Max length: {limit}")
    return value


def _object(holder: Json, name: str) -> Json:
    value = holder.get(name)
    if value is None:
        raise GraphError(131008, f"interactive: {name} is required")
    if not isinstance(value, dict):
        raise GraphError(131009, f"interactive: {name} must be an object")
    return value


def _objects(holder: Json, name: str, least: int, most: int) -> list[Json]:
    value = holder.get(name)
    if value is None:
        raise GraphError(131008, f"action: {name} is required")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(131009, f"action: {name} must be an array of objects")
    if not least <= len(value) <= most:
        raise GraphError(131009, f"action: {name} count invalid. Min: {least}, Max: {most}")
    return value


def _check_header(kind: str, header: object, media_ids: set[str]) -> None:
    if header is None:
        if kind == "product_list":
            raise GraphError(131008, "interactive: header is required")
        return
    header_type = header.get("type") if isinstance(header, dict) else None
    if not isinstance(header, dict) or header_type not in _HEADERS:
        raise GraphError(131009, "interactive: header must be of type text, image, video or document")
    if kind in ("list", "product_list") and header_type != "text":
        raise GraphError(131009, f"interactive: a {kind} may only have a text header")
    if header_type == "text":
        text(header, "text", 60, "header")
    else:
        check_reference(str(header_type), _object(header, str(header_type)), media_ids)


def _unique(ids: list[str], where: str) -> None:
    if len(set(ids)) != len(ids):
        raise GraphError(131009, f"{where}: ids must be unique")


def _button(action: Json) -> None:
    ids = []
    titles = []
    for button in _objects(action, "buttons", 1, 3):
        if button.get("type") != "reply":
            raise GraphError(131009, "action: a button must be of type reply")
        reply = _object(button, "reply")
        ids.append(text(reply, "id", 256, "Button"))
        titles.append(text(reply, "title", 20, "Button"))
    _unique(ids, "buttons")
    _unique(titles, "buttons")


def _list(action: Json) -> None:
    text(action, "button", 20, "action")
    sections = _objects(action, "sections", 1, 10)
    ids = []
    for section in sections:
        if len(sections) > 1 or "title" in section:
            text(section, "title", 24, "Section")
        for row in _objects(section, "rows", 1, 10):
            ids.append(text(row, "id", 200, "Row"))
            text(row, "title", 24, "Row")
            if row.get("description"):
                text(row, "description", 72, "Row")
    if len(ids) > 10:
        raise GraphError(131009, "action: Total row count exceed max allowed count: 10")
    _unique(ids, "rows")


def _named(action: Json, name: str) -> None:
    if action.get("name") != name:
        raise GraphError(131009, f"action: name must be {name}")


def _cta_url(action: Json) -> None:
    _named(action, "cta_url")
    parameters = _object(action, "parameters")
    text(parameters, "display_text", 20, "parameters")
    if not text(parameters, "url", 2000, "parameters").startswith(("http://", "https://")):
        raise GraphError(131009, "parameters: url is not a valid URL")


def _flow(action: Json) -> None:
    _named(action, "flow")
    parameters = _object(action, "parameters")
    text(parameters, "flow_message_version", 10, "parameters")
    text(parameters, "flow_cta", 30, "parameters")
    if not parameters.get("flow_id") and not parameters.get("flow_name"):
        raise GraphError(131008, "parameters: flow_id or flow_name is required")


def _product(action: Json) -> None:
    text(action, "catalog_id", 100, "action")
    text(action, "product_retailer_id", 100, "action")


def _product_list(action: Json) -> None:
    text(action, "catalog_id", 100, "action")
    items = 0
    for section in _objects(action, "sections", 1, 10):
        if len(action["sections"]) > 1 or "title" in section:
            text(section, "title", 24, "Section")
        for item in _objects(section, "product_items", 1, 30):
            text(item, "product_retailer_id", 100, "Product")
            items += 1
    if items > 30:
        raise GraphError(131009, "action: at most 30 products")


def _carousel(action: Json) -> None:
    for at, card in enumerate(_objects(action, "cards", 2, 10)):
        if card.get("card_index") != at:
            raise GraphError(131009, f"cards: card_index {at} expected")
        if "body" in card and text(_object(card, "body"), "text", 160, "card body").count("\n") > 2:
            raise GraphError(131009, "card body: at most 2 line breaks")
        inner = _object(card, "action")
        if "buttons" not in inner:
            _cta_url(inner)
            continue
        for button in _objects(inner, "buttons", 1, 10):
            if button.get("type") != "quick_reply":
                raise GraphError(131009, "cards: a button must be of type quick_reply")
            text(_object(button, "quick_reply"), "id", 256, "Button")
            text(_object(button, "quick_reply"), "title", 20, "Button")


def _check_cards(cards: list[Json], media_ids: set[str]) -> None:
    """Headers are images or videos, and all cards are alike."""
    forms = set()
    for card in cards:
        header = _object(card, "header")
        if header.get("type") not in ("image", "video"):
            raise GraphError(131009, "cards: a header must be of type image or video")
        check_reference(str(header["type"]), _object(header, str(header["type"])), media_ids)
        forms.add((header["type"], len(card["action"].get("buttons") or ())))
    if len(forms) > 1:
        raise GraphError(131009, "cards: headers and buttons must be of the same type and number")


def _only_name(name: str) -> Callable[[Json], None]:
    return lambda action: _named(action, name)


_ACTIONS: dict[str, Callable[[Json], None]] = {
    "button": _button,
    "list": _list,
    "cta_url": _cta_url,
    "flow": _flow,
    "product": _product,
    "product_list": _product_list,
    "catalog_message": _only_name("catalog_message"),
    "location_request_message": _only_name("send_location"),
    "address_message": _only_name("address_message"),
    "carousel": _carousel,
    "request_contact_info": _only_name("request_contact_info"),
}
