"""Text that came in JSON and cannot be stored.

JSON can spell half a surrogate pair (`"\\ud83d"`), which no text in UTF-8 holds (RFC 8259, 8.2): a store refuses it, or
gives it back in a form that breaks every later reader. What our own callers send with one is refused, because they can
send it right; what somebody else sends is repaired, because they will not send it again.
"""

import math
import re

MAX_DEPTH = 40
_CONTAINERS = (dict, list)
# Lone surrogates have no UTF-8, and SQS takes no U+FFFE and U+FFFF (Amazon SQS, SendMessage).
_UNSTORABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_UNSTORABLE = re.compile(r"\\u(?:[dD][89a-fA-F]|[fF]{3}[e-fE-F])")

LOST = "\ufffd"
"""Stands where a character was that some conversion could not read (Unicode, replacement character)."""


def without_lost(name: str) -> str:
    """A name without the signs for characters that were lost."""
    return " ".join(name.replace(LOST, "").split()) if LOST in name else name


class TooDeep(ValueError):
    """Nested deeper than anything that is meant."""


def storable(value: object, depth: int = 0) -> object:
    """The JSON value with characters that no store takes replaced by U+FFFD, and numbers that JSON has not by null.

    Raises TooDeep for more than MAX_DEPTH levels.
    """
    if isinstance(value, str):
        return value if value.isascii() else _UNSTORABLE.sub(LOST, value)
    if isinstance(value, dict):
        if depth > MAX_DEPTH:
            raise TooDeep("nested too deep")
        return {str(storable(key, depth)): storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        if depth > MAX_DEPTH:
            raise TooDeep("nested too deep")
        return [storable(item, depth + 1) for item in value]
    # 1e999 is infinite here, and no JSON when it is written again.
    return None if isinstance(value, float) and not math.isfinite(value) else value


def may_be_unstorable(text: str) -> bool:
    """Whether a text of JSON may hold, or spell, a character that no store takes; so may one that spells a pair."""
    if "\\u" in text and _ESCAPED_UNSTORABLE.search(text):
        return True
    return not text.isascii() and _UNSTORABLE.search(text) is not None


def finite(number: str) -> float | None:
    """The number that JSON spells so; None for one that is infinite here."""
    found = float(number)
    return found if math.isfinite(found) else None


def check_depth(value: object) -> None:
    """Raises TooDeep for more than MAX_DEPTH levels."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH + 1):
        within = [node.values() if isinstance(node, dict) else node for node in level]
        level = [item for items in within for item in items if type(item) in _CONTAINERS]
        if not level:
            return
    raise TooDeep("nested too deep")


def lone_surrogate(value: object) -> str | None:
    """Where the first text with half a surrogate pair stands, such as `components.0.text`; the name of the object that
    holds it when it is in a name; None when there is none. "" is the value itself."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        place, found = waiting.pop()
        if isinstance(found, str):
            if not found.isascii() and _SURROGATE.search(found):
                return place
        elif isinstance(found, dict):
            if any(_SURROGATE.search(key) for key in found if not key.isascii()):
                return place
            waiting += [(_inside(place, key), item) for key, item in reversed(found.items())]
        elif isinstance(found, list):
            waiting += [(_inside(place, str(i)), found[i]) for i in reversed(range(len(found)))]
    return None


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
