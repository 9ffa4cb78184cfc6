"""Signatures of outgoing webhooks, as Standard Webhooks 1.0.0 has them (standardwebhooks.com, signature scheme).

A secret is shown as `whsec_` and the base64 of its bytes. Signed is `<id>.<timestamp>.<body>` with HMAC-SHA256. The
header holds one signature for each secret that is valid, separated by spaces, so that a rotation interrupts nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from shared.clock import EpochMs

SECRET_BYTES = 32
"""The standard asks for at least 24."""
_PREFIX = "whsec_"


def secret_of(random: bytes) -> str:
    """How the tenant gets to see a secret."""
    return _PREFIX + base64.b64encode(random).decode()


def headers(message_id: str, at: EpochMs, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """The three headers of one attempt made at `at` (epoch ms)."""
    timestamp = str(at // 1000)
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_sign(secret, content)}" for secret in secrets),
    }


def _sign(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
