"""The files that a message names by our own `media_id`: Meta's id of each, for the number that sends it."""

from collections.abc import Iterable, Mapping

from shared.clock import EpochMs
from shared.domain.media.library import AtMeta, FileUse
from shared.domain.media.message_media import MessageMedia, library_key
from shared.errors import AppError
from shared.ids import PhoneNumberId, TenantId
from shared.services.media import MediaService


def at_meta(
    media: MediaService,
    tenant_id: TenantId,
    phone_number_id: PhoneNumberId,
    uses: Iterable[tuple[str, FileUse]],
    now: EpochMs,
) -> dict[str, AtMeta]:
    """Our id -> the file at Meta, for each (field that names it, use). `now` in epoch ms.

    Raises NotFound, Conflict, InvalidInput and ProviderRejected, which name the field, and RetryableError.
    """
    found: dict[str, AtMeta] = {}
    for field, use in uses:
        try:
            found[use.file_id] = media.at_meta(tenant_id, phone_number_id, use, now)
        except AppError as error:
            error.field = field
            raise
    return found


def meta_ids(files: Mapping[str, AtMeta]) -> dict[str, str]:
    return {file_id: found.meta_id for file_id, found in files.items()}


def message_media(tenant_id: TenantId, found: AtMeta) -> MessageMedia:
    """The file as the message shows it that sends it."""
    file = found.file
    return MessageMedia(
        "stored",
        file.kind,
        library_key(tenant_id, file.file_id),
        file_id=file.file_id,
        mime_type=file.mime_type,
        size=file.size,
        filename=file.filename,
        sha256=file.sha256,
    )
