"""The kind of a message in Meta's shape, also of one that does not name it. Pure."""

from collections.abc import Mapping

from functions.webhook_ingest.json_input import Json, constant, word

KINDS = frozenset(
    {"text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "interactive"}
    | {"button", "order", "reaction", "system", "edit", "revoke", "unsupported"}
)
"""Kinds whose body stands under their own name (Meta, webhooks reference, messages)."""


def named_kind(source: Mapping[str, object], kinds: frozenset[str]) -> str:
    """What `type` says, also in other case; where it says nothing, the only one of `kinds` with a body, or ""."""
    stated = word(source, "type")
    if stated and stated not in kinds and (meant := constant(source, "type").lower()) in kinds:
        return meant
    held = [kind for kind in kinds if isinstance(source.get(kind), dict | list)] if not stated else []
    return held[0] if len(held) == 1 else stated


def typed(message: Mapping[str, object]) -> Json:
    """The message with its kind under `type`."""
    kind = named_kind(message, KINDS)
    return {**message, "type": kind} if kind and kind != message.get("type") else {**message}
