"""Tenants' secrets, encrypted by KMS. The ciphertext opens only for the tenant and purpose it was made for."""

import base64
from typing import TYPE_CHECKING

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


META_TOKEN = "meta_token"  # noqa: S105 - the name of a purpose
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - the same
