"""One message of every type a business may send, each at Meta's limits, and steps over them."""

import copy
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
LINK = "https://files.example.com/a"
MEDIA_ID = "1339522734477770"

_GO = {"name": "cta_url", "parameters": {"display_text": "g" * 20, "url": "https://example.com"}}
_BODY = {"text": "b" * 1024}
_FOOTER = {"text": "f" * 60}
_TITLE = {"type": "text", "text": "h" * 60}
_BUTTONS = [{"type": "reply", "reply": {"id": f"{at}" * 256, "title": f"{at}" * 20}} for at in range(3)]
_ROWS = [{"id": f"{at}" * 200, "title": "t" * 24, "description": "d" * 72} for at in range(10)]
_FLOW = {
    "flow_message_version": "3",
    "flow_id": "42",
    "flow_token": "x",
    "flow_cta": "c" * 30,
    "flow_action_payload": {"screen": "A", "data": {"media_id": "the flow's own"}},
}
_PRODUCTS = [{"title": "s" * 24, "product_items": [{"product_retailer_id": "sku"}] * 3} for _ in range(10)]


def _cards(*actions: Json) -> Json:
    header = {"type": "image", "image": {"link": LINK}}
    cards = [
        {"card_index": at, "type": "cta_url", "header": header, "body": {"text": "c" * 160}, "action": action}
        for at, action in enumerate(actions)
    ]
    return {"body": _BODY, "action": {"cards": cards}}


def _quick(name: str) -> Json:
    return {"buttons": [{"type": "quick_reply", "quick_reply": {"id": name * 256, "title": "t" * 20}}]}


_INTERACTIVE: list[tuple[str, Json]] = [
    ("button", {"header": _TITLE, "body": _BODY, "footer": _FOOTER, "action": {"buttons": _BUTTONS}}),
    (
        "list",
        {
            "header": _TITLE,
            "body": {"text": "b" * 4096},
            "footer": _FOOTER,
            "action": {"button": "b" * 20, "sections": [{"title": "s" * 24, "rows": [row]} for row in _ROWS]},
        },
    ),
    ("cta_url", {"header": {"type": "video", "video": {"id": MEDIA_ID}}, "body": _BODY, "action": _GO}),
    ("location_request_message", {"body": _BODY, "action": {"name": "send_location"}}),
    (
        "flow",
        {
            "header": {"type": "document", "document": {"link": LINK, "filename": "a.pdf"}},
            "body": _BODY,
            "action": {
                "name": "flow",
                "parameters": _FLOW | {"flow_action_payload": {"screen": "A", "data": {"x": 1}}},
            },
        },
    ),
    ("product", {"body": _BODY, "footer": _FOOTER, "action": {"catalog_id": "1", "product_retailer_id": "sku"}}),
    ("product_list", {"header": _TITLE, "body": _BODY, "action": {"catalog_id": "1", "sections": _PRODUCTS}}),
    (
        "catalog_message",
        {
            "body": _BODY,
            "action": {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "sku"}},
        },
    ),
    ("carousel", _cards(*[_GO] * 10)),
    ("carousel", _cards(_quick("a"), _quick("b"))),
    ("request_contact_info", {"body": _BODY, "action": {"name": "request_contact_info"}}),
]
_CARD = {
    "name": {"formatted_name": "Ana Lima", "first_name": "Ana"},
    "phones": [{"phone": "+5511912345678", "wa_id": "5511912345678", "type": "WORK"}],
    "emails": [{"email": "ana@example.com"}],
    "org": {"company": "Lima"},
    "birthday": "1990-01-31",
}
RIGHT: list[Json] = [
    {"type": "text", "text": {"body": "x" * 4096, "preview_url": True}},
    {"type": "image", "image": {"link": LINK, "caption": "c" * 1024}},
    {"type": "image", "image": {"id": MEDIA_ID}},
    {"type": "video", "video": {"link": LINK, "caption": "c" * 1024}},
    {"type": "audio", "audio": {"link": LINK, "voice": True}},
    {"type": "document", "document": {"link": LINK, "filename": "a.pdf", "caption": "c" * 1024}},
    {"type": "sticker", "sticker": {"id": MEDIA_ID}},
    {"type": "location", "location": {"latitude": -90, "longitude": 180.0, "name": "Here", "address": "There"}},
    {"type": "contacts", "contacts": [_CARD]},
    {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍🏽"}},
    *({"type": "interactive", "interactive": {"type": kind, **parts}} for kind, parts in _INTERACTIVE),
]


def named(message: Json) -> str:
    """What a sample is called in a list of tests."""
    return str(message["interactive"]["type"] if message["type"] == "interactive" else message["type"])


def right(kind: str) -> Json:
    """A message of this type, to be changed."""
    return copy.deepcopy(next(message for message in RIGHT if named(message) == kind))


def at(message: Json, path: str) -> tuple[Any, Any]:
    """(holder, key) of a place such as `action.buttons.0` in the type's object."""
    node: Any = message[message["type"]]
    *way, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    for part in way:
        node = node[part]
    return node, last


def _set(value: object) -> Callable[[Any, Any], None]:
    def change(holder: Any, key: Any) -> None:
        holder[key] = value

    return change


def _more(holder: Any, key: Any) -> None:
    """One character or one element more than there may be."""
    holder[key] = holder[key] + (holder[key][-1:] if isinstance(holder[key], list) else "x")


def _gone(holder: Any, key: Any) -> None:
    del holder[key]


WRONG: list[tuple[str, str, Callable[[Any, Any], None], str]] = [
    # (type, place, what is done to it, the field that is named)
    ("text", "body", _more, "text.body"),
    ("text", "body", _set("  "), "text.body"),
    ("text", "body", _gone, "text.body"),
    ("image", "caption", _more, "image.caption"),
    ("image", "link", _gone, "image"),
    ("image", "id", _set(MEDIA_ID), "image"),
    ("image", "link", _set("files.example.com/a"), "image.link"),
    ("video", "caption", _more, "video.caption"),
    ("audio", "caption", _set("a caption"), "audio.caption"),
    ("sticker", "caption", _set("a caption"), "sticker.caption"),
    ("document", "link", _set("ftp://example.com/a"), "document.link"),
    ("location", "latitude", _set(90.5), "location.latitude"),
    ("location", "longitude", _gone, "location.longitude"),
    ("location", "longitude", _set("east"), "location.longitude"),
    ("contacts", "0.name", _gone, "contacts.0.name"),
    ("contacts", "0.name.formatted_name", _gone, "contacts.0.name.formatted_name"),
    ("reaction", "message_id", _gone, "reaction.message_id"),
    ("reaction", "emoji", _gone, "reaction.emoji"),
    ("button", "type", _set("dance"), "interactive.type"),
    ("button", "header.text", _more, "interactive.header.text"),
    ("button", "header.type", _set("sticker"), "interactive.header.type"),
    ("button", "body", _gone, "interactive.body"),
    ("button", "body.text", _more, "interactive.body.text"),
    ("button", "footer.text", _more, "interactive.footer.text"),
    ("button", "action.buttons", _more, "interactive.action.buttons"),
    ("button", "action.buttons", _set([]), "interactive.action.buttons"),
    ("button", "action.buttons.1.reply.title", _more, "interactive.action.buttons.1.reply.title"),
    ("button", "action.buttons.1.reply.title", _set("0" * 20), "interactive.action.buttons"),
    ("button", "action.buttons.1.reply.id", _more, "interactive.action.buttons.1.reply.id"),
    ("button", "action.buttons.1.reply.id", _set("0" * 256), "interactive.action.buttons"),
    ("list", "header", _set({"type": "image", "image": {"link": LINK}}), "interactive.header.type"),
    ("list", "body.text", _more, "interactive.body.text"),
    ("list", "action.button", _more, "interactive.action.button"),
    ("list", "action.sections", _more, "interactive.action.sections"),
    ("list", "action.sections.0.title", _gone, "interactive.action.sections"),
    ("list", "action.sections.0.title", _more, "interactive.action.sections.0.title"),
    ("list", "action.sections.0.rows", _more, "interactive.action.sections"),
    ("list", "action.sections.0.rows", _set([]), "interactive.action.sections.0.rows"),
    ("list", "action.sections.0.rows.0.id", _more, "interactive.action.sections.0.rows.0.id"),
    ("list", "action.sections.0.rows.0.id", _set("1" * 200), "interactive.action.sections"),
    ("list", "action.sections.0.rows.0.title", _more, "interactive.action.sections.0.rows.0.title"),
    ("list", "action.sections.0.rows.0.description", _more, "interactive.action.sections.0.rows.0.description"),
    ("cta_url", "action.parameters.display_text", _more, "interactive.action.parameters.display_text"),
    ("cta_url", "action.parameters.url", _set("example.com"), "interactive.action.parameters.url"),
    ("flow", "action.parameters.flow_cta", _more, "interactive.action.parameters.flow_cta"),
    ("flow", "action.parameters.flow_id", _gone, "interactive.action.parameters"),
    ("product", "action.catalog_id", _gone, "interactive.action.catalog_id"),
    ("product_list", "header", _gone, "interactive.header"),
    ("product_list", "action.sections", _more, "interactive.action.sections"),
    ("product_list", "action.sections.0.product_items", _more, "interactive.action.sections"),
    ("product_list", "action.sections.0.title", _gone, "interactive.action.sections"),
    ("location_request_message", "action.name", _set("give_location"), "interactive.action.name"),
    ("carousel", "body", _gone, "interactive.body"),
    ("carousel", "action.cards", _more, "interactive.action.cards"),
    ("carousel", "action.cards.0.card_index", _set(3), "interactive.action.cards"),
    ("carousel", "action.cards.0.body.text", _more, "interactive.action.cards.0.body.text"),
    ("carousel", "action.cards.0.body.text", _set("a\nb\nc\nd"), "interactive.action.cards.0.body.text"),
    ("carousel", "action.cards.0.header", _gone, "interactive.action.cards.0.header"),
    ("carousel", "action.cards.0.header", _set(_TITLE), "interactive.action.cards.0.header.type"),
    (
        "carousel",
        "action.cards.0.header",
        _set({"type": "video", "video": {"link": LINK}}),
        "interactive.action.cards",
    ),
    ("carousel", "action.cards.0.action", _set(_quick("q")), "interactive.action.cards"),
]
