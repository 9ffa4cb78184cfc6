"""Stripe's signature: `Stripe-Signature: t=<epoch s>,v1=<hex HMAC-SHA256 of "t.body">[,v1=…]`. Pure, standard library.

Source: Stripe, "Verify webhook signatures manually". The library's own check costs 100 ms of import and a parse.
"""

import hashlib
import hmac

from shared.clock import EpochMs

TOLERANCE_SECONDS = 300


def is_signed(body: bytes, header: str, secret: str, now: EpochMs) -> bool:
    """Whether the header signs these bytes and is at most five minutes old or ahead. `now` in epoch ms."""
    times: list[str] = []
    given: list[bytes] = []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t":
            times.append(value)
        elif name == "v1":
            given.append(value.encode("utf-8", "surrogatepass"))
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) <= 12) or not secret:
        return False
    expected = hmac.new(secret.encode(), times[0].encode() + b"." + body, hashlib.sha256).hexdigest().encode()
    # Several v1 stand there while the secret is rolled; all are compared, in constant time.
    signed = False
    for signature in given:
        signed |= hmac.compare_digest(expected, signature)
    return signed and abs(now - int(times[0]) * 1000) <= TOLERANCE_SECONDS * 1000
