"""Bodies of messages and webhooks as they may be shown: without what is personal. Pure."""

import json
import re
from collections.abc import Mapping

from infra.ops.desk import masked

_IDS = frozenset(
    {"from", "to", "from_user_id", "to_user_id", "wa_id", "user_id", "recipient", "recipient_id", "recipient_user_id"}
    | {"customer", "new_wa_id", "previous_user_id", "parent_user_id", "phone", "display_phone_number"}
)
_WORDS = frozenset(
    {"body", "text", "caption", "name", "first_name", "last_name", "formatted_name", "username", "title", "payload"}
    | {"description", "address", "email", "emoji", "url", "link", "filename"}
)
_NUMBER = re.compile(r"\+?[0-9]{8,15}")


def redacted(value: object, key: str = "") -> object:
    """The same JSON with numbers masked and words counted; what is JSON in a text is opened."""
    if isinstance(value, Mapping):
        return {name: redacted(item, str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [redacted(item, key) for item in value]
    if isinstance(value, str):
        return _text(value, key)
    return masked(str(value)) if key in _IDS and isinstance(value, int) else value


def _text(value: str, key: str) -> object:
    if value[:1] in "{[":
        try:
            return redacted(json.loads(value))
        except (ValueError, RecursionError):
            return f"({len(value)} characters that are no JSON)"
    if key in _IDS:
        return masked(value)
    if key in _WORDS:
        return f"({len(value)} characters)"
    return masked(value) if _NUMBER.fullmatch(value) and not key.endswith(("id", "timestamp", "time")) else value
