"""JSON that somebody else wrote: what is read without a look at every text of it is what would be read with one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.webhook_ingest.json_input import NotUnderstood, parse_json
from functions.webhook_ingest.receive.status_rows import STATUS_MESSAGE_BYTES, message_portions, slim_status
from shared.clock import EpochMs
from shared.domain.json_text import MAX_DEPTH, storable

TEXTS = st.text(st.sampled_from(["a", "é", "\\", '"', "\ud83d", "\udc4d", "\U0001f44d", "\ufffe", "\uffff", "u", "d"]))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


@given(DOCUMENTS, st.booleans())
def test_whatever_it_holds_is_made_storable(document: object, escaped: bool) -> None:
    raw = json.dumps(document, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    expected = storable(json.loads(raw, parse_constant=lambda _: None))
    assert json.dumps(parse_json(raw)) == json.dumps(expected)
    json.dumps(parse_json(raw), ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (rb'"\ud83d"', "\ufffd"),
        (rb'"\UD83D"', None),
        (rb'"\uD83D\uDC4D"', "\U0001f44d"),
        (rb'"\\ud83d"', "\\ud83d"),
        (rb'"\\\ud83d"', "\\\ufffd"),
        (rb'{"\uFFFE": "\ufFfF"}', {"\ufffd": "\ufffd"}),
        (b'"\xed\xa0\xbd"', "\ufffd"),
        (b'"\xef\xbf\xbf"', "\ufffd"),
        (b'\xef\xbb\xbf"a"', "a"),
        ('"\ud83d"'.encode("utf-16", "surrogatepass"), "\ufffd"),
        (b"[1e999, -1e999, NaN, -Infinity, 1.5]", [None, None, None, None, 1.5]),
    ],
)
def test_what_no_store_takes_is_replaced(raw: bytes, expected: object) -> None:
    if expected is None:
        with pytest.raises(NotUnderstood):
            parse_json(raw)
    else:
        assert parse_json(raw) == expected


@pytest.mark.parametrize("escaped", ["", r"\ud83d"])
def test_how_deep_it_may_be_nested(escaped: str) -> None:
    def nested(levels: int) -> bytes:
        return ("[" * levels + f'"{escaped}"' + "]" * levels).encode()

    parse_json(nested(MAX_DEPTH + 1))
    with pytest.raises(NotUnderstood):
        parse_json(nested(MAX_DEPTH + 2))


def test_statuses_that_hold_as_much_as_they_may_fit_into_their_messages() -> None:
    much = "\x01" * 600
    status = {
        "status": "x" * 32,
        "timestamp": "9" * 15,
        "id": much,
        "biz_opaque_callback_data": much[:512],
        "recipient_id": much[:20],
        "recipient_user_id": much[:160],
        "errors": [{"code": much}],
        "pricing": {"billable": True, "type": "regular", "category": "x" * 40},
    }
    row = slim_status(status, {}, EpochMs(0))
    assert row is not None
    for count in range(1, 60):
        portions = list(message_portions([row] * count))
        assert sum(map(len, portions)) == count
        assert all(len(json.dumps(rows).encode()) <= STATUS_MESSAGE_BYTES for rows in portions)
