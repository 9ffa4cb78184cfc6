"""Cursors of paged lists."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic

from shared.errors import InvalidInput
from shared.store.engine.documents import T


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`cursor` is opaque; None on the last page."""

    items: list[T]
    cursor: str | None


class PageBytes:
    """How much more fits on a page of a list. An answer of the API is at most 6 MB (AWS Lambda, quotas: invocation
    payload), and it is JSON inside JSON, where one byte becomes up to seven (a control character). An item is at most
    400 KB (Amazon DynamoDB, quotas)."""

    MOST = 800_000

    def __init__(self) -> None:
        self._taken = 0

    def takes(self, size: int) -> bool:
        """Whether an item of this size, in bytes of UTF-8, still goes on the page; the first one always does."""
        fits = not self._taken or self._taken + size <= self.MOST
        self._taken += size
        return fits


def encode_cursor(list_name: str, position: Mapping[str, str]) -> str:
    """A place in one list; `list_name` keeps it from being taken for a place in another."""
    document = {"list": list_name, **position}
    return base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(list_name: str, cursor: str | None, **forms: str) -> dict[str, str] | None:
    """The position; None without a cursor. `forms` are its parts, each with the regular expression that all of it
    matches. Raises InvalidInput for anything that this list did not hand out."""
    if not cursor:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as exc:
        raise _no_cursor() from exc
    if not isinstance(position, dict) or not all(isinstance(v, str) for v in position.values()):
        raise _no_cursor()
    if position.pop("list", None) != list_name:
        raise InvalidInput("cursor belongs to another list; start without it", field="cursor")
    if set(position) != set(forms) or not all(re.fullmatch(form, position[name]) for name, form in forms.items()):
        raise _no_cursor()
    return position


def _no_cursor() -> InvalidInput:
    return InvalidInput("cursor is not one this API returned; start without it", field="cursor")
