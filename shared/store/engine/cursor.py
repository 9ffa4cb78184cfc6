"""Cursors of paged lists."""

import base64
import binascii
import json
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


def encode_cursor(position: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> dict[str, str] | None:
    """Raises InvalidInput for anything this API did not hand out."""
    if not cursor:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, UnicodeDecodeError) as exc:
        raise InvalidInput("cursor is not one this API returned; start without it", field="cursor") from exc
    if not isinstance(position, dict) or not all(isinstance(v, str) for v in position.values()):
        raise InvalidInput("cursor is not one this API returned; start without it", field="cursor")
    return position
