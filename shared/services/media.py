"""A tenant's files: taken in and checked, and given to Meta once for each number that sends them."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import IO

from shared.clients.files import Files
from shared.clients.graph import GraphClient, wait_for
from shared.clock import EpochMs
from shared.domain.media.file_name import content_disposition, safe_name
from shared.domain.media.library import SEND_MARGIN_MS, AtMeta, FileUse, LibraryFile, MetaCopy
from shared.domain.media.media_types import extension_of, refusal_to_send, shown_inline, wire_type
from shared.domain.media.message_media import library_key, upload_key
from shared.domain.media.sniffing import HEAD_BYTES, is_voice_note
from shared.errors import Conflict, InvalidInput, NotFound
from shared.ids import PhoneNumberId, TenantId
from shared.observability import count
from shared.services.meta_access import MetaAccess
from shared.store.media.library import MediaLibrary

UPLOAD_LINK_SECONDS = 3600
LINK_SECONDS = 300
_IN_MEMORY = 4 * 1024 * 1024
_TOO_NEW_MS = 60_000


class MediaService:
    """`upload_seconds`: how long an upload to Meta may take, within what the caller's own time allows."""

    def __init__(
        self,
        library: MediaLibrary,
        meta: MetaAccess,
        graph: GraphClient,
        files: Files,
        upload_seconds: float,
    ) -> None:
        self.library = library
        self._meta = meta
        self._graph = graph
        self._files = files
        self._upload_seconds = upload_seconds

    def upload_url(self, tenant_id: TenantId, file: LibraryFile) -> str:
        """Where the announced file may be PUT, within UPLOAD_LINK_SECONDS."""
        key = upload_key(tenant_id, file.file_id)
        return self._files.upload_url(key, UPLOAD_LINK_SECONDS, content_type=file.mime_type, size=file.size)

    def link(self, key: str, mime_type: str, *, filename: str) -> str:
        """Where a browser can read a kept file within LINK_SECONDS, with headers that let nothing in it run."""
        name = safe_name(filename, extension_of(mime_type))
        disposition = content_disposition(name, inline=shown_inline(mime_type))
        return self._files.link(key, mime_type, disposition=disposition, seconds=LINK_SECONDS)

    def complete(self, tenant_id: TenantId, file_id: str) -> LibraryFile:
        """Check what was uploaded; what passes is moved to where no upload reaches it. Harmless to repeat.

        Raises NotFound, Conflict (`upload_missing`, `upload_changed`), and InvalidInput (`media_refused`) for a file
        that Meta would not take or that is not the announced one: such a file can never be sent.
        """
        file = self.library.get(tenant_id, file_id)
        if file.status == "awaiting_upload":
            file = self._checked(tenant_id, file)
        if file.status == "refused":
            raise InvalidInput(f"the file cannot be sent: {file.reason}", code="media_refused")
        return file

    def _checked(self, tenant_id: TenantId, file: LibraryFile) -> LibraryFile:
        source = upload_key(tenant_id, file.file_id)
        uploaded = self._files.head(source)
        if uploaded is None:
            current = self.library.get(tenant_id, file.file_id)
            if current.status != "awaiting_upload":
                return current  # another request was quicker
            raise Conflict("the file is not there yet; PUT it to upload_url first", code="upload_missing")
        head = io.BytesIO()
        if uploaded.size:  # S3 has no first bytes of nothing (InvalidRange)
            self._files.read_into(source, head, first=HEAD_BYTES)
        beginning = head.getvalue()
        reason = refusal_to_send(file.mime_type, uploaded.size, beginning)
        if not reason and uploaded.size != file.size:
            reason = f"it has {uploaded.size} bytes, {file.size} were announced"
        if not reason and file.sha256 and self._digest(source) != file.sha256:
            reason = "its SHA-256 is not the announced one"
        if reason:
            checked = replace(file, status="refused", reason=reason)
        else:
            checked = replace(file, status="ready", voice=is_voice_note(file.mime_type, beginning))
            name = safe_name(file.filename, extension_of(file.mime_type))
            disposition = content_disposition(name, inline=shown_inline(file.mime_type))
            key = library_key(tenant_id, file.file_id)
            # Of what was looked at, whatever may be uploaded meanwhile.
            self._files.copy(source, key, etag=uploaded.etag, content_type=file.mime_type, disposition=disposition)
        after = self.library.change(
            tenant_id, file.file_id, lambda found: checked if found.status == "awaiting_upload" else found
        )
        self._files.delete(source)
        return after

    def _digest(self, key: str) -> str:
        with SpooledTemporaryFile(_IN_MEMORY) as file:
            self._files.read_into(key, file)
            file.seek(0)
            digest = hashlib.sha256()
            while piece := file.read(_IN_MEMORY):
                digest.update(piece)
        return digest.hexdigest()

    def delete(self, tenant_id: TenantId, file_id: str) -> None:
        """Forget a file. Raises NotFound. What was sent with it has reached its people; Meta's copies die by
        themselves, because a campaign under way may still name them."""
        self.library.get(tenant_id, file_id)
        self._files.delete(library_key(tenant_id, file_id))
        self._files.delete(upload_key(tenant_id, file_id))
        self.library.delete(tenant_id, file_id)

    def usable(self, tenant_id: TenantId, use: FileUse) -> LibraryFile:
        """A file that can be used so; one that was just uploaded is checked now.

        Raises NotFound, Conflict, and InvalidInput for a file that cannot be sent, or not as this."""
        file = self.complete(tenant_id, use.file_id)
        if file.kind != use.kind:
            raise InvalidInput(f"this file is {file.mime_type}; send it as {file.kind}", code="media_kind")
        if use.voice and not file.voice:
            raise InvalidInput("a voice message is an .ogg file with one channel of Opus", code="media_kind")
        return file

    @contextmanager
    def content_of(self, tenant_id: TenantId, file: LibraryFile) -> Iterator[IO[bytes]]:
        """The bytes of a file that is ready, from its beginning."""
        with SpooledTemporaryFile(_IN_MEMORY) as content:
            self._files.read_into(library_key(tenant_id, file.file_id), content)
            content.seek(0)
            yield content

    def at_meta(
        self,
        tenant_id: TenantId,
        phone_number_id: PhoneNumberId,
        use: FileUse,
        now: EpochMs,
        *,
        margin_ms: int = SEND_MARGIN_MS,
    ) -> AtMeta:
        """The file with Meta's id, uploaded for this number if need be. `now` is epoch ms.

        The id lives for `margin_ms` at least. Of two that upload at once both use the first one's. Raises like
        `usable`, and ProviderRejected or RetryableError when Meta does not take the file.
        """
        file = self.usable(tenant_id, use)
        known = file.meta_id(phone_number_id, now, margin_ms)
        return AtMeta(file, known or self._upload(tenant_id, phone_number_id, file, now, margin_ms))

    def renewed(
        self, tenant_id: TenantId, phone_number_id: PhoneNumberId, stale: Iterable[tuple[str, str]], now: EpochMs
    ) -> dict[str, str]:
        """The same after Meta refused the (our id, Meta's id) pairs: uploaded anew, unless that was done already.

        An id that is a minute old is none of those that Meta has lost; it is left out. Files that are gone too.
        """
        found: dict[str, str] = {}
        for file_id, meta_id in stale:
            try:
                file = self.library.get(tenant_id, file_id)
            except NotFound:
                continue
            copy = file.meta.get(phone_number_id)
            if copy is None or copy.meta_id != meta_id:
                known = file.meta_id(phone_number_id, now, SEND_MARGIN_MS)
                found[file_id] = known or self._upload(tenant_id, phone_number_id, file, now, SEND_MARGIN_MS)
            elif now - copy.uploaded_at > _TOO_NEW_MS:
                found[file_id] = self._upload(tenant_id, phone_number_id, file, now, SEND_MARGIN_MS, stale=meta_id)
        return found

    def _upload(
        self,
        tenant_id: TenantId,
        phone_number_id: PhoneNumberId,
        file: LibraryFile,
        now: EpochMs,
        margin_ms: int,
        stale: str = "",
    ) -> str:
        access = self._meta.of_number(tenant_id, phone_number_id, now)
        with self.content_of(tenant_id, file) as content:
            meta_id = wait_for(
                self._graph.upload(
                    phone_number_id,
                    access,
                    content,
                    wire_type(file.mime_type),
                    name=f"file.{extension_of(file.mime_type)}",
                    seconds=self._upload_seconds,
                )
            )
        count("MediaUploaded")
        copy = MetaCopy(meta_id, now)
        after = self.library.change(
            tenant_id, file.file_id, lambda found: found.with_copy(phone_number_id, copy, margin_ms, stale)
        )
        return after.meta[phone_number_id].meta_id
