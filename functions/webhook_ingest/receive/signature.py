"""Meta's signature: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the raw body under the app secret>`.

Source: Meta, Cloud API webhooks, "Validate payloads". The hash is over the bytes on the wire, never over JSON that was
read and written again.
"""

import hashlib
import hmac
from collections.abc import Iterable

_PREFIX = b"sha256="


def is_signed(body: bytes, header: str, secrets: Iterable[str]) -> bool:
    """Whether the header signs these bytes with one of the secrets; blank secrets sign nothing.

    Every secret is tried and compared in constant time: while the app secret is rotated, two are valid.
    """
    given = header.encode("utf-8", "surrogatepass")
    if not given.startswith(_PREFIX):
        return False
    valid = False
    for secret in secrets:
        if secret:
            digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
            valid |= hmac.compare_digest(digest, given[len(_PREFIX) :])
    return valid
