import base64
import hashlib
from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.media.message_media import MessageMedia, digest_of, joined

PENDING = MessageMedia("pending", "image", media_id="1", mime_type="image/jpeg")
STORED = replace(PENDING, status="stored", size=3, sha256="ab")
FAILED = replace(PENDING, status="failed", reason="meta_190")
OTHER = replace(STORED, media_id="2")


def test_whatever_the_order_and_number_of_news_what_is_stored_stays_stored() -> None:
    for news in permutations([FAILED, STORED, STORED, OTHER, FAILED]):
        current = PENDING
        for one in news:
            current = joined(current, one)
        assert current == STORED


def test_a_later_failure_replaces_an_earlier_one_and_a_copy_replaces_both() -> None:
    expired = replace(PENDING, status="expired", reason="meta_100")
    assert joined(joined(PENDING, FAILED), expired) == expired
    assert joined(expired, STORED) == STORED


@given(st.binary(max_size=40))
def test_a_digest_is_the_same_in_hex_and_in_base64(content: bytes) -> None:
    raw = hashlib.sha256(content)
    hexed = raw.hexdigest()
    assert digest_of(hexed) == digest_of(hexed.upper()) == digest_of(base64.b64encode(raw.digest()).decode()) == hexed


@given(st.text(max_size=80))
def test_what_is_no_digest_is_none(text: str) -> None:
    assert len(digest_of(text)) in (0, 64)


def test_words_are_no_digest() -> None:
    assert digest_of("") == digest_of("x") == digest_of("g" * 64) == digest_of("YWJj") == ""
