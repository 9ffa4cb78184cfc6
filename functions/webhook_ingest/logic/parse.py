"""An inbound message, turned into what a person reads of it and what is stored. Pure; never raises.

Shapes: Meta, webhooks reference, messages. A type that is not known here becomes `unsupported` and keeps its raw form.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.webhook_ingest.logic.json_input import Json, as_list, as_object, word
from shared.domain.consent import consent_word

_TEXT_LENGTH = 16_000
_CONTENT_BYTES = 250_000
"""DynamoDB items hold 400 KB (Amazon DynamoDB, quotas)."""
_SAYS_NOTHING = frozenset({"reaction", "edit", "revoke", "unsupported", "system"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """`said` is what counts as the person's own words when they say STOP: text, or the button they pressed.

    `answerable` is whether a bot may answer. `too_large` says that `content` had to leave out the body.
    """

    kind: str
    text: str
    content: Mapping[str, object]
    said: tuple[str, ...] = ()
    answerable: bool = True
    too_large: bool = False
    reply_to: str = ""

    @property
    def consent(self) -> str | None:
        """ "stop", "start" or None; a no wins over a yes."""
        words = {consent_word(text) for text in self.said}
        return "stop" if "stop" in words else "start" if "start" in words else None


def parse(message: Mapping[str, object]) -> Parsed:
    """What a message says; `kind` is Meta's type, or `unsupported`."""
    kind = word(message, "type")
    reader = _READERS.get(kind)
    body = as_object(message.get(kind))
    if reader is None or (not body and kind not in ("contacts", "unsupported")):
        kind, body, reader = "unsupported", dict(message), _unsupported
    text, said = reader(body, message)
    content: Json = {"contacts": message.get(kind)} if kind == "contacts" else dict(body)
    content |= {key: message[key] for key in ("referral", "errors") if message.get(key)}
    too_large = len(json.dumps(content, ensure_ascii=False).encode()) > _CONTENT_BYTES
    return Parsed(
        kind=kind,
        text=text[:_TEXT_LENGTH],
        content={"too_large": True} if too_large else content,
        said=tuple(word for word in said if word),
        answerable=kind not in _SAYS_NOTHING,
        too_large=too_large,
        reply_to=word(as_object(message.get("context")), "id")[:256],
    )


Reading = tuple[str, tuple[str, ...]]
Reader = Callable[[Json, Mapping[str, object]], Reading]


def _text(body: Json, _: Mapping[str, object]) -> Reading:
    return word(body, "body"), (word(body, "body"),)


def _media(name: str) -> Reader:
    def read(body: Json, _: Mapping[str, object]) -> Reading:
        label = "voice message" if body.get("voice") is True else name
        said = [f"[{label}]", word(body, "filename"), word(body, "caption")]
        return " ".join(part for part in said if part), (word(body, "caption"),)

    return read


def _location(body: Json, _: Mapping[str, object]) -> Reading:
    place = ", ".join(part for part in (word(body, "name"), word(body, "address")) if part)
    return f"[location] {place or _coordinates(body)}".rstrip(), ()


def _coordinates(body: Json) -> str:
    found = [body.get("latitude"), body.get("longitude")]
    return ", ".join(str(value) for value in found if isinstance(value, int | float))


def _contacts(_: Json, message: Mapping[str, object]) -> Reading:
    cards = [as_object(as_object(card).get("name")) for card in as_list(message.get("contacts"))]
    names = [word(name, "formatted_name") for name in cards]
    return f"[contacts] {', '.join(name for name in names if name)}".rstrip(), ()


def _button(body: Json, _: Mapping[str, object]) -> Reading:
    return word(body, "text") or word(body, "payload"), (word(body, "text"), word(body, "payload"))


def _interactive(body: Json, _: Mapping[str, object]) -> Reading:
    form = word(body, "type")
    reply = as_object(body.get(form))
    if form in ("button_reply", "list_reply"):
        return word(reply, "title") or word(reply, "id"), (word(reply, "title"),)
    if form == "nfm_reply":
        return f"[form] {word(reply, 'body')}".rstrip(), ()
    if form == "call_permission_reply":
        return f"[call permission] {word(reply, 'response')}".rstrip(), ()
    return f"[{form or 'interactive'}]", ()


def _order(body: Json, _: Mapping[str, object]) -> Reading:
    items = len(as_list(body.get("product_items")))
    text = word(body, "text")
    return f"[order of {items} products] {text}".rstrip(), (text,)


def _reaction(body: Json, _: Mapping[str, object]) -> Reading:
    return word(body, "emoji") or "[reaction removed]", ()


def _system(body: Json, _: Mapping[str, object]) -> Reading:
    return word(body, "body"), ()


def _edit(body: Json, _: Mapping[str, object]) -> Reading:
    edited = as_object(body.get("message"))
    if word(edited, "type") == "edit":
        return "[edited]", ()
    inner = parse(edited)
    return f"[edited] {inner.text}".rstrip(), inner.said


def _revoke(_: Json, __: Mapping[str, object]) -> Reading:
    return "[deleted by its sender]", ()


def _unsupported(_: Json, message: Mapping[str, object]) -> Reading:
    kind = word(as_object(message.get("unsupported")), "type") or word(message, "type")
    return f"[unsupported message: {kind[:40]}]" if kind and kind != "unsupported" else "[unsupported message]", ()


_READERS: dict[str, Reader] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "audio": _media("audio"),
    "voice": _media("voice message"),
    "document": _media("document"),
    "sticker": _media("sticker"),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "reaction": _reaction,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
    "unsupported": _unsupported,
}
