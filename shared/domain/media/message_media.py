"""Files in conversations and in a tenant's library: how the copy of one stands, and where its bytes lie."""

import base64
import binascii
from dataclasses import dataclass
from typing import Literal

from shared.domain.media.media_types import MediaKind
from shared.ids import ConversationId, TenantId

MediaStatus = Literal["pending", "stored", "refused", "failed", "expired"]

MOST_BYTES = 100 * 1024 * 1024
"""The largest file that WhatsApp hands to a business (Meta, media)."""


@dataclass(frozen=True, slots=True)
class MessageMedia:
    """The file of a message. `media_id` is Meta's id of what a person sent, `file_id` the id of a library file that
    the business sent; one of them is empty. `key` is where its bytes lie in the data bucket.

    `status`: pending (being copied), stored, refused (we do not keep such a file), failed (it could not be copied),
    expired (Meta no longer has it). `reason` says why in the last three cases, and of a pending one why the last try
    to copy it failed. Type, size and SHA-256 (hex) are as
    declared until it is stored, and then as checked.
    """

    status: MediaStatus
    kind: MediaKind
    key: str = ""
    media_id: str = ""
    file_id: str = ""
    mime_type: str = ""
    size: int = 0
    filename: str = ""
    sha256: str = ""
    reason: str = ""


def joined(current: MessageMedia | None, news: MessageMedia) -> MessageMedia:
    """How a message's file stands after news of a copy. News may come twice, late and in any order: what is stored
    stays stored, and news of a file that the message no longer has changes nothing."""
    if current is None:
        return news
    if current.media_id != news.media_id or (current.status == "stored" and news.status != "stored"):
        return current
    return news


def message_media_key(tenant_id: TenantId, conversation_id: ConversationId, message_id: str, media_id: str) -> str:
    """Where the copy of a message's file lies in the data bucket. An edited message may have had several files."""
    return f"media/{tenant_id}/{conversation_id}/{message_id}/{media_id}"


def upload_key(tenant_id: TenantId, file_id: str) -> str:
    """Where a tenant puts a library file before it is checked."""
    return f"uploads/{tenant_id}/{file_id}"


def library_key(tenant_id: TenantId, file_id: str) -> str:
    """Where a checked library file lies."""
    return f"library/{tenant_id}/{file_id}"


def digest_of(declared: str) -> str:
    """A declared SHA-256 as lower-case hex, or "" for what is none. Webhooks write it in base64, GET /{media_id} in
    hex (Meta, media)."""
    text = declared.strip()
    if len(text) == 64:
        return text.lower() if all(char in "0123456789abcdefABCDEF" for char in text) else ""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""
