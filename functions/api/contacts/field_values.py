"""Checking and normalising the values of custom fields and tags, for imports and for the API alike."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from functions.api.contacts.logic.typed_values import NUMBER
from shared.errors import InvalidInput

VALUE_LIMIT = 1_000
TAG_LIMIT = 64
MOST_TAGS = 50
_TRUE = frozenset({"true", "yes", "1", "y", "sim", "si", "sí", "x"})
_FALSE = frozenset({"false", "no", "0", "n", "não", "nao"})
_TAG_SEPARATORS = re.compile(r"[,;|]")


def check_text(value: str) -> str:
    if len(value) > VALUE_LIMIT:
        raise InvalidInput(f"is longer than {VALUE_LIMIT} characters")
    return value


def check_number(value: str) -> str:
    if not NUMBER.match(value):
        raise InvalidInput("is not a number such as 12 or 12.5")
    return value


def check_date(value: str) -> str:
    try:
        return date.fromisoformat(value[:10] if value[10:11] in ("T", " ") else value).isoformat()
    except ValueError as exc:
        raise InvalidInput("is not a date such as 2026-12-31") from exc


def check_boolean(value: str) -> str:
    folded = value.casefold()
    if folded in _TRUE:
        return "true"
    if folded in _FALSE:
        return "false"
    raise InvalidInput("is not true or false")


CHECKS: dict[str, Callable[[str], str]] = {
    "text": check_text,
    "number": check_number,
    "date": check_date,
    "boolean": check_boolean,
}


def split_tags(text: str) -> frozenset[str]:
    """Tags of one cell, separated by comma, semicolon or bar. Raises InvalidInput."""
    return check_tags(part.strip() for part in _TAG_SEPARATORS.split(text))


def check_tags(tags: Iterable[str]) -> frozenset[str]:
    found = frozenset(tag for tag in tags if tag)
    if len(found) > MOST_TAGS:
        raise InvalidInput(f"more than {MOST_TAGS} tags", field="tags")
    if any(len(tag) > TAG_LIMIT for tag in found):
        raise InvalidInput(f"a tag is longer than {TAG_LIMIT} characters", field="tags")
    return found
