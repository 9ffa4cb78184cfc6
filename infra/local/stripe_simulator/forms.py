"""Stripe's form bodies: `metadata[tenant]=x&line_items[0][price]=p` as nested objects and lists."""

from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]


def nested(body: bytes) -> Json:
    """A form as nested objects; a level whose keys are 0, 1, 2… is a list."""
    root: Json = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        place, key = root, first
        for part in rest:
            below = place.setdefault(key, {})
            if not isinstance(below, dict):
                break
            place, key = below, part or str(len(below))
        place[key] = value
    return {key: _lists(value) for key, value in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and list(value) == [str(at) for at in range(len(value))]:
        return [_lists(item) for item in value.values()]
    return {key: _lists(item) for key, item in value.items()}
