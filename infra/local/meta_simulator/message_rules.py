"""Checks the body of a message: the envelope and the free-form types. Templates are checked in `template_send`.

Source: Meta, "Messages" of the Cloud API. Without the right shape: 100, 131008 (missing), 131009 (wrong value).
"""

import re
from dataclasses import dataclass

from .config import Json
from .errors import GraphError, required
from .interactive_rules import check_interactive
from .media_rules import broken_link, check_media_object
from .world import digits_of

_PHONE = re.compile(r"\+?[0-9 ()./-]{4,30}")
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
TYPES = (
    "text",
    "image",
    "video",
    "document",
    "audio",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
)
_MEDIA = ("image", "video", "document", "audio", "sticker")
_CALLBACK_LIMIT = 512


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message's outside. One of `digits` (phone) and `user_id` (business-scoped) is empty."""

    type: str
    given: str
    digits: str
    user_id: str
    callback: str


def check_envelope(body: Json) -> Envelope:
    """Product, recipient, type and callback data.

    Raises:
        GraphError: 100, 131009.
    """
    if body.get("messaging_product") is None:
        raise required("messaging_product")
    if body["messaging_product"] != "whatsapp":
        raise GraphError(100, "Param messaging_product must be one of {WHATSAPP}.")
    recipient_type = body.get("recipient_type", "individual")
    if recipient_type not in ("individual", "group"):
        raise GraphError(100, "Param recipient_type must be one of {INDIVIDUAL, GROUP}.")
    given, digits, user_id = _recipient(body)
    kind = body.get("type", "text")
    if kind not in TYPES:
        raise GraphError(100, f'Param type must be one of {{{", ".join(TYPES).upper()}}} - got "{kind}".')
    if body.get(kind) is None:
        raise required(kind)
    return Envelope(kind, given, digits, user_id, _callback(body))


def _recipient(body: Json) -> tuple[str, str, str]:
    to, recipient = body.get("to"), body.get("recipient")
    if to is None and recipient is None:
        raise required("to")
    if to is not None:
        if not isinstance(to, str) or not _PHONE.fullmatch(to) or not 5 <= len(digits_of(to)) <= 15:
            raise GraphError(131009, "Param to is not a valid phone number.")
        return to, digits_of(to), ""
    if not isinstance(recipient, str) or not _USER_ID.fullmatch(recipient):
        raise GraphError(131009, "Param recipient is not a valid business-scoped user ID.")
    return recipient, "", recipient


def _callback(body: Json) -> str:
    value = body.get("biz_opaque_callback_data")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _CALLBACK_LIMIT:
        raise GraphError(100, f"Param biz_opaque_callback_data must be at most {_CALLBACK_LIMIT} characters long.")
    return value


def check_content(kind: str, body: Json, media_ids: set[str]) -> None:
    """The type object of a free-form message.

    Raises:
        GraphError: 100, 131008, 131009.
    """
    context = body.get("context")
    if context is not None and (not isinstance(context, dict) or not isinstance(context.get("message_id"), str)):
        raise GraphError(131009, "Param context['message_id'] must be a message id.")
    value = body[kind]
    if kind == "contacts":
        _check_contacts(value)
        return
    if not isinstance(value, dict):
        raise GraphError(100, f"Param {kind} must be a JSON object.")
    if kind == "text":
        _check_text(value)
    elif kind in _MEDIA:
        check_media_object(kind, value, media_ids)
    elif kind == "location":
        _check_location(value)
    elif kind == "reaction":
        if not isinstance(value.get("message_id"), str) or not isinstance(value.get("emoji"), str):
            raise GraphError(131008, "A reaction needs message_id and emoji.")
    else:
        check_interactive(value, media_ids)


def has_broken_link(body: Json) -> bool:
    """A message whose media link cannot be fetched."""
    kind = body.get("type")
    if kind in _MEDIA:
        return broken_link(body[kind])
    if kind != "template":
        return False
    components = list(body["template"].get("components") or ())
    for component in list(components):
        for card in component.get("cards") or ():
            components += card.get("components") or ()
    return any(
        broken_link(parameter.get(str(parameter.get("type"))))
        for component in components
        for parameter in component.get("parameters") or ()
    )


def _check_text(value: Json) -> None:
    text = value.get("body")
    if text is None:
        raise GraphError(100, "The parameter text['body'] is required.")
    if not isinstance(text, str) or not text.strip():
        raise GraphError(131009, "Param text['body'] must be a non-empty string.")
    if len(text) > 4096:
        raise GraphError(100, "Param text['body'] must be at most 4096 characters long.")


def _check_location(value: Json) -> None:
    for name, bound in (("latitude", 90.0), ("longitude", 180.0)):
        try:
            degrees = float(value[name])
        except KeyError:
            raise GraphError(131008, f"A location needs its {name}.") from None
        except (TypeError, ValueError):
            raise GraphError(131009, f"Param location['{name}'] is not a number.") from None
        if not -bound <= degrees <= bound:
            raise GraphError(131009, f"Param location['{name}'] is out of range.")


def _check_contacts(value: object) -> None:
    if not isinstance(value, list) or not value:
        raise GraphError(100, "Param contacts must be a non-empty array.")
    for contact in value:
        name = contact.get("name") if isinstance(contact, dict) else None
        if not isinstance(name, dict) or not name.get("formatted_name"):
            raise GraphError(131008, "Each contact needs name['formatted_name'].")
