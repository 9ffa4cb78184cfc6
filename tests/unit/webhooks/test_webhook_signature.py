"""Signatures, checked by an implementation of the receiver's side that was written from the standard alone."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.events.signature import SECRET_BYTES, headers, secret_of
from shared.clock import EpochMs


def verified(secret: str, given: dict[str, str], body: bytes) -> bool:
    """HMAC by hand (RFC 2104), over `id.timestamp.body`, against each of the signatures of version 1."""
    key = base64.b64decode(secret.split("_", 1)[1])
    if len(key) > 64:
        key = hashlib.sha256(key).digest()
    key = key.ljust(64, b"\0")
    content = b".".join([given["webhook-id"].encode(), given["webhook-timestamp"].encode(), body])
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + content).digest()
    wanted = hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()
    signatures = [entry.split(",", 1) for entry in given["webhook-signature"].split(" ")]
    return any(version == "v1" and base64.b64decode(text) == wanted for version, text in signatures)


def test_the_standards_own_example() -> None:
    """Key, message and signature from the reference libraries' tests (github.com/standard-webhooks)."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", EpochMs(1_614_265_330_000), b'{"test": 2432232314}', [secret])
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(0, 4_000_000_000_000))
def test_a_receiver_verifies_it(key: bytes, body: bytes, at: EpochMs) -> None:
    secret = secret_of(key)
    made = dict(headers("evt_1", at, body, [secret]))
    assert verified(secret, made, body)
    assert not verified(secret, made, body + b" ")
    assert not verified(secret, made | {"webhook-id": "evt_2"}, body)
    assert not verified(secret, made | {"webhook-timestamp": str(at // 1000 + 1)}, body)
    assert not verified(secret_of(key[::-1] + b"x"), made, body)


@pytest.mark.parametrize("secrets", [1, 2, 3])
def test_while_a_secret_is_rotated_each_verifies(secrets: int) -> None:
    keys = [secret_of(bytes([n]) * SECRET_BYTES) for n in range(secrets)]
    made = dict(headers("evt_1", EpochMs(0), b"{}", keys))
    assert all(verified(key, made, b"{}") for key in keys)
    assert len(made["webhook-signature"].split(" ")) == secrets


def test_a_secret_has_the_form_that_libraries_expect() -> None:
    shown = secret_of(bytes(range(SECRET_BYTES)))
    prefix, _, encoded = shown.partition("_")
    assert prefix == "whsec"
    assert base64.b64decode(encoded, validate=True) == bytes(range(SECRET_BYTES))
    assert SECRET_BYTES >= 24
