"""A file of the library as a sample for the review of a template."""

from functions.api.numbers.accounts import chosen_account
from functions.api.templates.parts import SampleParts
from shared.clients.graph import wait_for
from shared.clients.sample_uploads import SAMPLE_TYPES
from shared.clock import EpochMs
from shared.domain.media.media_types import extension_of
from shared.errors import InvalidInput
from shared.ids import TenantId, WabaId

SAMPLE_TYPE = "sample_type"
_FORMATS = {"image": "IMAGE", "video": "VIDEO", "document": "DOCUMENT"}


def upload_sample(
    parts: SampleParts, tenant_id: TenantId, waba_id: WabaId | None, media_id: str, now: EpochMs
) -> tuple[str, str]:
    """(Meta's handle, the format of header that takes it). Raises NotFound, InvalidInput (`sample_type`,
    `media_refused`), Conflict, ProviderRejected and RetryableError."""
    waba = chosen_account(parts.accounts, tenant_id, waba_id)
    access = parts.access.of_account(tenant_id, waba, now)
    file = parts.media.complete(tenant_id, media_id)
    if file.mime_type not in SAMPLE_TYPES:
        words = f"Meta takes samples of {', '.join(SAMPLE_TYPES)}; upload another file"
        raise InvalidInput(words, code=SAMPLE_TYPE, field="media_id")
    with parts.media.content_of(tenant_id, file) as content:
        handle = wait_for(
            parts.uploads.upload(
                access,
                content,
                size=file.size,
                mime_type=file.mime_type,
                name=f"sample.{extension_of(file.mime_type)}",
            )
        )
    return handle, _FORMATS[file.kind]
