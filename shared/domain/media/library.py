"""A tenant's own files, to be sent many times: uploaded once to us, and once to Meta for each number."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from shared.clock import DAY_MS, EpochMs
from shared.domain.media.media_types import MediaKind
from shared.ids import PhoneNumberId

LibraryStatus = Literal["awaiting_upload", "ready", "refused"]

META_LIFE_MS = 30 * DAY_MS
"""What is uploaded to Meta lives there for 30 days (Meta, media)."""
SEND_MARGIN_MS = DAY_MS
"""A single message is sent at once; a day's margin is for clocks and days that count differently."""
CAMPAIGN_MARGIN_MS = 8 * DAY_MS
"""A campaign names the file for as long as it lasts, pauses included: at least a week."""


STALE_CODES = frozenset({"100", "131009", "131053"})
"""Refusals of a send that may mean that Meta has a file no more (Meta, Cloud API error codes)."""


@dataclass(frozen=True, slots=True)
class FileUse:
    """A library file in a message, and as what it is to be sent."""

    file_id: str
    kind: MediaKind
    voice: bool = False


@dataclass(frozen=True, slots=True)
class MetaCopy:
    """Meta's id of an uploaded file; `uploaded_at` in epoch ms."""

    meta_id: str
    uploaded_at: EpochMs


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """`kind` is as what kind of message it can be sent. `size` in bytes and `sha256` (hex, or "") are what the caller
    announced, and checked once it is ready. `voice`: whether it can be sent as a voice message. `meta` has Meta's
    copy for each phone number id. Times are epoch ms."""

    file_id: str
    filename: str
    mime_type: str
    kind: MediaKind
    size: int
    sha256: str = ""
    status: LibraryStatus = "awaiting_upload"
    reason: str = ""
    voice: bool = False
    created_at: EpochMs = EpochMs(0)
    created_by: str = ""
    meta: Mapping[str, MetaCopy] = field(default_factory=dict)

    def meta_id(self, phone_number_id: PhoneNumberId, now: EpochMs, margin_ms: int) -> str:
        """Meta's id of the copy for this number if that lives for `margin_ms` longer, else ""."""
        copy = self.meta.get(phone_number_id)
        alive = copy is not None and now + margin_ms < copy.uploaded_at + META_LIFE_MS
        return copy.meta_id if copy is not None and alive else ""

    def with_copy(
        self, phone_number_id: PhoneNumberId, copy: MetaCopy, margin_ms: int, stale: str = ""
    ) -> "LibraryFile":
        """With this new copy for the number, unless somebody else made one meanwhile: then all use theirs.

        `stale` is an id that Meta no longer takes.
        """
        standing = self.meta_id(phone_number_id, copy.uploaded_at, margin_ms)
        if standing and standing != stale:
            return self
        return replace(self, meta={**self.meta, phone_number_id: copy})


@dataclass(frozen=True, slots=True)
class AtMeta:
    """A file with Meta's id of it for the number that sends it."""

    file: LibraryFile
    meta_id: str
