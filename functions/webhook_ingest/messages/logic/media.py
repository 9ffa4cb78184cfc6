"""The file that an inbound message brings. Pure; never raises.

Shapes: Meta, webhooks reference, messages (image, video, audio, document, sticker), and the same inside an edit.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from functions.webhook_ingest.json_input import as_list, as_object, word
from functions.webhook_ingest.message_kind import typed
from shared.domain.media.media_types import MediaKind
from shared.domain.media.message_media import MessageMedia, digest_of, message_media_key
from shared.domain.media.mime_names import base_type
from shared.ids import ConversationId, TenantId

_KINDS: Mapping[str, MediaKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
    "document": "document",
    "sticker": "sticker",
}
# Part of a URL and of a key in S3: nothing but what ids are made of.
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TYPE_LENGTH, _NAME_LENGTH = 100, 255


def media_of(
    message: Mapping[str, object], tenant_id: TenantId, conversation_id: ConversationId, message_id: str
) -> MessageMedia | None:
    """The file of a message in Meta's form, yet to be copied; None when it brings none.

    A file that Meta could not fetch itself is told by an error (131052) in the place of its id.
    """
    message = typed(message)
    if word(message, "type") == "edit":
        message = typed(as_object(as_object(message.get("edit")).get("message")))
    name = word(message, "type")
    kind, body = _KINDS.get(name), as_object(message.get(name))
    if kind is None or not (body or message.get("errors")):
        return None
    media = MessageMedia(
        "pending",
        kind,
        media_id=word(body, "id"),
        mime_type=base_type(word(body, "mime_type"))[:_TYPE_LENGTH],
        filename=word(body, "filename")[:_NAME_LENGTH],
        sha256=digest_of(word(body, "sha256")),
    )
    if _ID.fullmatch(media.media_id):
        key = message_media_key(tenant_id, conversation_id, message_id, media.media_id)
        return replace(media, key=key)
    errors = as_list(message.get("errors"))
    code = word(as_object(errors[0]), "code")[:16] if errors else ""
    reason = f"meta_{code}" if code else "no_media_id"
    return replace(media, status="failed", media_id="", reason=reason)
