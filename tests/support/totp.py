"""What an authenticator shows (RFC 6238)."""

import base64
import hashlib
import hmac
import struct
import time

_STEP_SECONDS = 30


def shown(secret: str, code: str) -> bool:
    """Whether an authenticator shows this code now, or did a step before: whoever types it in takes a while."""
    now = time.time()
    return code in {totp(secret, now), totp(secret, now - _STEP_SECONDS)}


def totp(secret: str, at: float | None = None) -> str:
    """Six digits for a secret in base32, now or `at` (epoch seconds)."""
    counter = int((time.time() if at is None else at) // _STEP_SECONDS)
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    return f"{(struct.unpack('>I', mac[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
