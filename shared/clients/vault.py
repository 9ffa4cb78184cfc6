"""Tenants' secrets, encrypted by KMS. The ciphertext opens only for the tenant and purpose it was made for."""

import base64
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.clock import EpochMs, epoch_ms
from shared.errors import Conflict
from shared.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class Vault:
    def __init__(self, client: "KMSClient", key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def seal(self, tenant_id: TenantId, purpose: str, secret: str) -> str:
        """Base64 of the ciphertext. The secret is at most 4,096 bytes of UTF-8 (KMS, Encrypt)."""
        sealed = self._client.encrypt(
            KeyId=self._key_id,
            Plaintext=secret.encode(),
            EncryptionContext={"tenant_id": tenant_id, "purpose": purpose},
        )["CiphertextBlob"]
        return base64.b64encode(sealed).decode()

    def open(self, tenant_id: TenantId, purpose: str, sealed: str) -> str:
        """Raises Conflict when there is nothing to open: an account that left has no token any more."""
        if not sealed:
            raise Conflict("the account is not connected: connect it again", code="account_disconnected")
        return self._client.decrypt(
            KeyId=self._key_id,
            CiphertextBlob=base64.b64decode(sealed),
            EncryptionContext={"tenant_id": tenant_id, "purpose": purpose},
        )["Plaintext"].decode()


class OpenedSecrets:
    """Opens by a vault, and keeps what it opened for minutes: KMS charges for each opening, and has a rate a second for
    the whole account. In this process's memory only, and no more than a bound.

    A secret is found by all that opens it, tenant and purpose included: for another tenant KMS is asked, and refuses.
    One that was replaced or taken away is another ciphertext or none, so it is used no more from that write on.
    """

    def __init__(self, vault: Vault, clock: Callable[[], EpochMs] = epoch_ms) -> None:
        self._vault = vault
        self._clock = clock
        self._kept: OrderedDict[tuple[TenantId, str, str], tuple[EpochMs, str]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, tenant_id: TenantId, purpose: str, sealed: str) -> str:
        """Raises like the vault."""
        key, now = (tenant_id, purpose, sealed), self._clock()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and now - kept[0] < KEEP_MS:
                self._kept.move_to_end(key)
                return kept[1]
        secret = self._vault.open(tenant_id, purpose, sealed)
        with self._lock:
            self._kept[key] = (now, secret)
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return secret


KEEP_MS = 300_000
MOST_KEPT = 500
META_TOKEN = "meta_token"  # noqa: S105 - the name of a purpose
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - the same
