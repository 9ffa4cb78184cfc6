"""What a business sends: how a person reads it, how it travels, and which of our files it names.

`content` is Meta's object of the message type; that of `contacts`, which is a list at Meta, is kept as
`{"contacts": […]}`. A file in it may carry our own `media_id` beside Meta's `id`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from shared.domain.conversations.degrees import plain_degrees
from shared.domain.media.library import FileUse
from shared.domain.media.links import document_name
from shared.domain.media.media_types import MediaKind

Json = Mapping[str, object]
_FILES = ("image", "video", "audio", "document", "sticker")
# What a caller's own form is given: nothing in it is ours.
_FOREIGN = frozenset({"flow_action_payload"})


def read_text(kind: str, content: Json) -> str:
    """The message as a list of conversations or a timeline shows it; not for templates, which the compiler renders."""
    if kind == "text":
        return _word(content, "body")
    if kind in _FILES:
        label = "voice message" if content.get("voice") is True else kind
        return _spaced(f"[{label}]", _word(content, "filename"), _word(content, "caption"))
    if kind == "location":
        place = ", ".join(part for part in (_word(content, "name"), _word(content, "address")) if part)
        return f"[location] {place or _coordinates(content)}"
    if kind == "contacts":
        return f"[contacts] {', '.join(filter(None, map(_card, _objects(content, 'contacts'))))}"
    if kind == "reaction":
        return _word(content, "emoji") or "[reaction removed]"
    return "\n".join(line for line in _interactive(content) if line) or f"[{kind}]"


def wire_body(kind: str, content: Json) -> dict[str, object]:
    """`type` and the type's object as Meta takes them: without our own ids of files."""
    bare = _without_media_ids(content)
    return {"type": kind, kind: cast("Json", bare).get("contacts") if kind == "contacts" else bare}


def files_in(kind: str, content: Json) -> Iterator[FileUse]:
    """Our own files that a message names, in the order in which they stand there."""
    for name, found in _own_files(kind, content):
        yield FileUse(str(found["media_id"]), cast("MediaKind", name), voice=found.get("voice") is True)


def own_and_meta_ids(content: Json) -> Iterator[tuple[str, str]]:
    """(our id, Meta's id) of each file of ours in a content that has both."""
    for _, found in _own_files("", content):
        if isinstance(found.get("id"), str):
            yield str(found["media_id"]), str(found["id"])


def _own_files(name: str, node: object) -> Iterator[tuple[str, Json]]:
    """Objects that name a file of ours, with the key under which each stands: as what it is sent."""
    if isinstance(node, Mapping):
        if isinstance(node.get("media_id"), str):
            yield name, node
        for key, value in node.items():
            if key not in _FOREIGN:
                yield from _own_files(str(key), value)
    elif isinstance(node, list):
        for value in node:
            yield from _own_files(name, value)


def with_meta_ids(content: Json, meta_ids: Mapping[str, str]) -> dict[str, object]:
    """The content with Meta's `id` beside each of our `media_id`s; `meta_ids` has one for each of them."""

    def change(found: dict[str, object]) -> dict[str, object]:
        ours = found.get("media_id")
        return {**found, "id": meta_ids[ours]} if isinstance(ours, str) else found

    return cast("dict[str, object]", _each_object(content, change))


def with_own_ids(content: Json, meta_ids: Mapping[str, str]) -> dict[str, object]:
    """The same of a content that already has Meta's ids: our `media_id` beside each that is in `meta_ids`."""
    ours = {theirs: own for own, theirs in meta_ids.items()}

    def change(found: dict[str, object]) -> dict[str, object]:
        theirs = found.get("id")
        return {**found, "media_id": ours[theirs]} if isinstance(theirs, str) and theirs in ours else found

    return cast("dict[str, object]", _each_object(content, change))


def with_document_names(kind: str, content: Json, names: Mapping[str, str]) -> dict[str, object]:
    """The content with a file name for each document that has none, because WhatsApp shows "Untitled" else: our own
    file's, from `names` by our id, or the one at the end of the link."""
    changed = dict(content)
    if kind == "document":
        return _with_name(changed, names)
    header = _object(content, "header")
    if _word(header, "type") == "document":
        changed["header"] = {**header, "document": _with_name(dict(_object(header, "document")), names)}
    return changed


def _with_name(document: dict[str, object], names: Mapping[str, str]) -> dict[str, object]:
    name = names.get(_word(document, "media_id")) or document_name(_word(document, "link"))
    return {**document, "filename": name} if name and not _word(document, "filename") else document


def _without_media_ids(content: object) -> object:
    return _each_object(content, lambda found: {key: value for key, value in found.items() if key != "media_id"})


def _each_object(node: object, change: Callable[[dict[str, object]], dict[str, object]]) -> object:
    if isinstance(node, Mapping):
        changed = {key: value if key in _FOREIGN else _each_object(value, change) for key, value in node.items()}
        return change(changed)
    if isinstance(node, list):
        return [_each_object(value, change) for value in node]
    return node


def _word(content: Json, name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""


def _object(content: Json, name: str) -> Json:
    value = content.get(name)
    return value if isinstance(value, Mapping) else {}


def _objects(content: Json, name: str) -> Sequence[Json]:
    value = content.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _spaced(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _coordinates(content: Json) -> str:
    found = [content.get("latitude"), content.get("longitude")]
    return ", ".join(plain_degrees(value) for value in found if isinstance(value, int | float))


def _card(card: Json) -> str:
    phones = [_word(phone, "phone") or _word(phone, "wa_id") for phone in _objects(card, "phones")]
    emails = [_word(email, "email") for email in _objects(card, "emails")]
    known = ", ".join(filter(None, (*phones, *emails)))
    return _spaced(_word(_object(card, "name"), "formatted_name"), f"({known})" if known else "")


def _interactive(content: Json) -> Iterator[str]:
    """Header, body and footer, then what can be pressed, each in brackets."""
    header = _object(content, "header")
    kind = _word(header, "type")
    yield _word(header, "text") if kind == "text" else read_text(kind, _object(header, kind)) if kind in _FILES else ""
    yield _word(_object(content, "body"), "text")
    yield _word(_object(content, "footer"), "text")
    yield from _action(_word(content, "type"), _object(content, "action"))


def _action(kind: str, action: Json) -> Iterator[str]:
    if "buttons" in action:
        buttons = _objects(action, "buttons")
        titles = [_word(_object(b, "reply"), "title") or _word(_object(b, "quick_reply"), "title") for b in buttons]
        yield " ".join(f"[{title}]" for title in titles if title)
    else:
        yield from _READERS.get(kind, _other)(action)


def _list(action: Json) -> Iterator[str]:
    yield f"[{_word(action, 'button')}]"
    for section in _objects(action, "sections"):
        yield _word(section, "title")
        for row in _objects(section, "rows"):
            yield _spaced("-", _word(row, "title"), _word(row, "description"))


def _cta_url(action: Json) -> Iterator[str]:
    parameters = _object(action, "parameters")
    yield f"[{_word(parameters, 'display_text')}] {_word(parameters, 'url')}"


def _flow(action: Json) -> Iterator[str]:
    yield f"[{_word(_object(action, 'parameters'), 'flow_cta')}]"


def _carousel(action: Json) -> Iterator[str]:
    for number, card in enumerate(_objects(action, "cards")):
        lines = [line for line in _interactive({**card, "type": "cta_url"}) if line]
        yield f"({number + 1}) " + "\n".join(lines)


def _product(action: Json) -> Iterator[str]:
    yield f"[product {_word(action, 'product_retailer_id')}]"


def _product_list(action: Json) -> Iterator[str]:
    products = [len(_objects(section, "product_items")) for section in _objects(action, "sections")]
    yield f"[{sum(products)} products]"


def _other(action: Json) -> Iterator[str]:
    name = _word(action, "name")
    yield _REQUESTS.get(name, f"[{name}]" if name else "")


_READERS: Mapping[str, Callable[[Json], Iterator[str]]] = {
    "list": _list,
    "cta_url": _cta_url,
    "flow": _flow,
    "carousel": _carousel,
    "product": _product,
    "product_list": _product_list,
}
_REQUESTS = {
    "catalog_message": "[catalogue]",
    "send_location": "[asks for the location]",
    "request_contact_info": "[asks for the contact details]",
}
