"""From Meta's JSON to what it says. Pure; never raises: what has not the expected shape is `Unsupported`."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from functions.webhook_ingest.json_input import (
    Json,
    NotUnderstood,
    as_list,
    as_object,
    constant,
    parse_json,
    time_ms,
    word,
)
from functions.webhook_ingest.message_kind import named_kind, typed
from functions.webhook_ingest.messages.logic.content import (
    CallPermission,
    Card,
    Cards,
    Choice,
    Content,
    Edited,
    FormAnswer,
    Location,
    Media,
    MediaPlaceholder,
    Order,
    OrderItem,
    OtherInteraction,
    Reacted,
    Revoked,
    System,
    TemplateButton,
    Text,
    Unsupported,
)

_MOST = 100
"""Cards, items or fields that are read of one message; more than a person reads."""
_REPLIES = frozenset({"button_reply", "list_reply", "nfm_reply", "call_permission_reply"})
Message = Mapping[str, object]
_DEGREES = re.compile(r"\s*[+-]?[0-9]{1,3}([.,][0-9]{1,30})?([eE][+-]?[0-9]{1,2})?\s*")


def read(message: Message) -> Content:
    kind = word(message, "type")
    reader = _READERS.get(kind)
    if kind in _WITHOUT_BODY:
        return _WITHOUT_BODY[kind](message)
    body = as_object(message.get(kind))
    if reader is None or not body:
        return _unsupported(message)
    return reader(body)


def _media(form: str) -> Callable[[Json], Content]:
    def read_media(body: Json) -> Content:
        return Media(
            "audio" if form == "voice" else form,
            media_id=word(body, "id"),
            mime_type=word(body, "mime_type"),
            caption=word(body, "caption"),
            filename=word(body, "filename"),
            voice=body.get("voice") is True or form == "voice",
        )

    return read_media


def _location(body: Json) -> Content:
    degrees = [_degrees(body.get(key)) for key in ("latitude", "longitude")]
    return Location(degrees[0], degrees[1], word(body, "name"), word(body, "address"))


def _degrees(value: object) -> float | None:
    """A number, also one written as text, with a comma too; None for anything else."""
    if isinstance(value, str):
        value = float(value.replace(",", ".")) if _DEGREES.fullmatch(value) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6 else None


def _cards(message: Message) -> Content:
    cards = tuple(_card(as_object(card)) for card in as_list(message.get("contacts"))[:_MOST])
    return Cards(cards) if cards else _unsupported(message)


def _card(card: Json) -> Card:
    name = as_object(card.get("name"))
    phones = [as_object(phone) for phone in as_list(card.get("phones"))[:_MOST]]
    emails = [word(as_object(email), "email") for email in as_list(card.get("emails"))[:_MOST]]
    return Card(
        word(name, "formatted_name") or word(name, "first_name"),
        tuple(number for phone in phones for number in _numbers(word(phone, "phone"), word(phone, "wa_id"))),
        tuple(filter(None, emails)),
    )


def _numbers(written: str, wa_id: str) -> tuple[str, ...]:
    """As it is written in the card; beside one without its country, the number that WhatsApp knows it by."""
    if not written or not wa_id or written.strip().startswith(("+", "00")):
        return (written or wa_id,) if written or wa_id else ()
    digits = "".join(filter(str.isdecimal, written))
    return (written,) if digits == wa_id else (written, f"+{wa_id}")


def _interactive(body: Json) -> Content:
    form = named_kind(body, _REPLIES)
    reply = as_object(body.get(form))
    if form in ("button_reply", "list_reply"):
        return Choice(word(reply, "id"), word(reply, "title"), word(reply, "description"))
    if form == "nfm_reply":
        return FormAnswer(word(reply, "name"), word(reply, "body"), _fields(reply.get("response_json")))
    if form == "call_permission_reply":
        return CallPermission(word(reply, "response"), time_ms(reply.get("expiration_timestamp")))
    return OtherInteraction(form, word(as_object(body.get("body")), "text"))


def _fields(response: object) -> tuple[tuple[str, str], ...]:
    """The fields of a Flow's answer. `response_json` is text, and holds anything but an object at times."""
    try:
        # Read as carefully as the webhook itself: what is escaped twice comes to light only here.
        answer = parse_json(response.encode("utf-8", "replace")) if isinstance(response, str) else response
    except NotUnderstood:
        answer = response
    if isinstance(answer, dict):
        return tuple((str(key), _shown(value)) for key, value in list(answer.items())[:_MOST] if key != "flow_token")
    return (("", _shown(answer)),) if answer not in (None, "") else ()


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _order(body: Json) -> Content:
    items = [as_object(item) for item in as_list(body.get("product_items"))[:_MOST]]
    return Order(word(body, "catalog_id"), word(body, "text"), tuple(_item(item) for item in items))


def _item(item: Json) -> OrderItem:
    return OrderItem(
        word(item, "product_retailer_id"),
        _decimal(item.get("quantity")),
        _decimal(item.get("item_price")),
        word(item, "currency")[:8],
    )


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None


def _edit(body: Json) -> Content:
    inner = typed(as_object(body.get("message")))
    # WhatsApp has no edits of edits or of what alters other messages.
    now = Unsupported() if word(inner, "type") in ("edit", "revoke", "reaction") else read(inner)
    return Edited(word(body, "original_message_id"), now)


_SYSTEM = {
    "user_changed_number": "[this person has a new phone number]",
    "customer_changed_number": "[this person has a new phone number]",
    "user_changed_user_id": "[this person has a new WhatsApp user id]",
    "customer_identity_changed": "[this person's security code has changed: they use WhatsApp on a new device]",
    "user_identity_changed": "[this person's security code has changed: they use WhatsApp on a new device]",
}
"""What is said where Meta gives no words. The older API calls people customers (Meta, webhooks, system messages)."""
_CONTROL = {"control_passed": "passed on", "control_taken": "taken over"}
_OWNERS = {
    "meta_business_agent": "Meta's Business Agent",
    "ai_agent": "Meta's Business Agent",
    "business_app": "the business",
    "escalation": "the business",
}
"""Roles in a conversation (Meta, messaging_handovers, 2026; seen in real webhooks). Others are shown as they are."""


def _system(body: Json) -> Content:
    form = constant(body, "type").lower()
    if form in _CONTROL:
        return System(form, _handover(_CONTROL[form], as_object(body.get(form))))
    bare = f"[a note of WhatsApp: {form[:40]}]" if form else "[a note of WhatsApp]"
    return System(form, word(body, "body") or _SYSTEM.get(form, bare))


def _handover(verb: str, handover: Json) -> str:
    before = word(handover, "previous_owner_app_role") or word(handover, "previous_owner_role")
    after, why = word(handover, "new_owner_app_role") or word(handover, "new_owner_role"), word(handover, "metadata")
    summary = word(as_object(as_object(handover.get("conversation_context")).get("summary")), "text")
    origin, target = (_OWNERS.get(role, role[:60]) for role in (before, after))
    line = "".join(
        (
            f"[conversation {verb}",
            f" from {origin}" if origin else "",
            f" to {target}" if target else "",
            f": {why[:200]}]" if why else "]",
        )
    )
    return f"{line}\n{summary}" if summary else line


def _unsupported(message: Message) -> Content:
    errors = as_list(message.get("errors"))
    kind = word(message, "type")
    form = word(as_object(message.get("unsupported")), "type") or (kind if kind != "unsupported" else "")
    return Unsupported(form[:40], word(as_object(errors[0]), "code")[:16] if errors else "")


_READERS: dict[str, Callable[[Json], Content]] = {
    "text": lambda body: Text(word(body, "body")),
    **{form: _media(form) for form in ("image", "video", "audio", "voice", "document", "sticker")},
    "location": _location,
    "interactive": _interactive,
    "button": lambda body: TemplateButton(word(body, "text"), word(body, "payload")),
    "order": _order,
    "reaction": lambda body: Reacted(word(body, "message_id"), word(body, "emoji")),
    "system": _system,
    "edit": _edit,
    "revoke": lambda body: Revoked(word(body, "original_message_id")),
}
_WITHOUT_BODY: dict[str, Callable[[Message], Content]] = {
    "contacts": _cards,
    "unsupported": _unsupported,
    "media_placeholder": lambda _: MediaPlaceholder(),
}
