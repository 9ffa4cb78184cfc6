"""Page cursors: opaque, and nothing but what was handed out is taken back."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.store.engine.cursor import decode_cursor, encode_cursor


@given(st.from_regex(r"[0-9a-z#-]{1,30}", fullmatch=True))
def test_a_cursor_comes_back(place: str) -> None:
    cursor = encode_cursor("messages", {"at": place})
    assert decode_cursor("messages", cursor, at="[0-9a-z#-]{1,30}") == {"at": place}
    assert all(c.isalnum() or c in "-_" for c in cursor)


@pytest.mark.parametrize("cursor", [None, ""])
def test_no_cursor_is_the_beginning(cursor: str | None) -> None:
    assert decode_cursor("messages", cursor, at=".+") is None


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "ä", "bnVsbA", "WzFd", "eyJhIjoxfQ", "IiI", "____", "=" * 5),
        encode_cursor("mentions", {"at": "1"}),
        encode_cursor("messages", {"at": "x"}),
        encode_cursor("messages", {}),
        encode_cursor("messages", {"at": "1", "more": "1"}),
    ],
)
def test_anything_else_is_the_callers_mistake(cursor: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        decode_cursor("messages", cursor, at="[0-9]+")
    assert caught.value.field == "cursor"


@given(st.text(min_size=1, max_size=40))
def test_no_text_breaks_it(cursor: str) -> None:
    with contextlib.suppress(InvalidInput):
        decode_cursor("messages", cursor, at="[0-9]+")
