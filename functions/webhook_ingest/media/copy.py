"""Copying the file of a message from Meta, where it dies in 7 days, to the data bucket.

The bytes go through a temporary file, so memory does not grow with them. How the copy ended is recorded with the
message; what may be better next time is raised, and the queue delivers it again.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from functions.webhook_ingest.media.hosts import is_allowed
from shared.clients.files import Files
from shared.clients.graph import GraphAccess, GraphClient, wait_for
from shared.clock import EpochMs
from shared.domain.media.file_name import content_disposition, safe_name
from shared.domain.media.media_types import checked_type, extension_of, shown_inline
from shared.domain.media.message_media import MOST_BYTES, MediaStatus, MessageMedia, digest_of
from shared.domain.media.mime_names import base_type
from shared.domain.media.sniffing import HEAD_BYTES
from shared.errors import NotFound, PermanentError, ProviderRejected, RetryableError
from shared.observability import count
from shared.queue_messages import CopyMedia
from shared.services.meta_access import MetaAccess
from shared.store.conversations.messages import Messages

LAST_DELIVERY = 5
"""The queue's maxReceiveCount: after this delivery a message is given up."""
_IN_MEMORY = 4 * 1024 * 1024
_DOWNLOAD_SECONDS = 80.0
# Meta says 100 for an id that it does not have, or no longer (Meta, Graph API error codes).
_UNKNOWN_ID = "100"


class Refused(Exception):
    """A file that is not kept; the text is the reason."""


class MediaCopier:
    """`hosts` are Meta's media hosts (see functions.webhook_ingest.media.hosts), `api_url` is the Graph API's."""

    def __init__(
        self,
        messages: Messages,
        meta: MetaAccess,
        graph: GraphClient,
        files: Files,
        hosts: Collection[str],
        api_url: str,
    ) -> None:
        self._messages = messages
        self._meta = meta
        self._graph = graph
        self._files = files
        self._hosts = tuple(hosts)
        self._api_url = api_url

    def copy(self, task: CopyMedia, delivery: int, now: EpochMs) -> str:
        """Returns how the file stands. `delivery` counts how often the queue delivered the task, `now` is epoch ms.

        Raises RetryableError, and whatever AWS raises.
        """
        media = self._messages.media(task.tenant_id, task.conversation_id, task.message_id)
        if media is None or media.status == "stored" or not media.key:
            return "nothing to copy"
        if delivery >= LAST_DELIVERY:
            # Now, because a process that is killed records nothing any more.
            self._record(task, replace(media, status="failed", reason="gave_up"))
        try:
            after = self._fetched(task, media, now)
        except Refused as refused:
            after = replace(media, status="refused", reason=str(refused))
        except ProviderRejected as refused:
            reason = f"meta_{refused.provider_code}"
            after = replace(media, status="failed", reason=reason)
            if refused.provider_code == _UNKNOWN_ID:
                after = replace(media, status="expired", reason=reason)
        except PermanentError as failed:
            after = replace(media, status="failed", reason=failed.code)
        except RetryableError as failed:
            status: MediaStatus = "failed" if delivery >= LAST_DELIVERY else "pending"
            self._record(task, replace(media, status=status, reason=failed.code))
            raise
        self._record(task, after)
        count(f"Media{after.status.capitalize()}")
        return after.status

    def _record(self, task: CopyMedia, media: MessageMedia) -> None:
        self._messages.record_media(task.tenant_id, task.conversation_id, task.message_id, media)

    def _fetched(self, task: CopyMedia, media: MessageMedia, now: EpochMs) -> MessageMedia:
        access = self._access(task, now)
        with SpooledTemporaryFile(_IN_MEMORY) as file:
            sink, described = self._download_as_sent(task, media, access, file)
            file.seek(0)
            declared = media.mime_type or base_type(str(described.get("mime_type", "")))
            mime_type = checked_type(media.kind, declared, file.read(HEAD_BYTES))
            if mime_type is None:
                raise Refused("type_mismatch")
            name = safe_name(media.filename, extension_of(mime_type))
            disposition = content_disposition(name, inline=shown_inline(mime_type))
            self._files.put(media.key, file, mime_type, disposition)
        return replace(media, status="stored", mime_type=mime_type, size=sink.size, sha256=sink.digest(), reason="")

    def _access(self, task: CopyMedia, now: EpochMs) -> GraphAccess:
        try:
            return self._meta.of_number(task.tenant_id, task.phone_number_id, now)
        except NotFound as exc:
            raise PermanentError("the number is connected no more", code="not_connected") from exc

    def _download_as_sent(
        self, task: CopyMedia, media: MessageMedia, access: GraphAccess, file: IO[bytes]
    ) -> tuple["_Sink", Mapping[str, Any]]:
        """Into the file. What arrives with another hash than was announced is fetched once more, for the way may have
        spoilt it; the second time it is what Meta has, and no later try will bring another."""
        for _ in range(2):
            sink, described = self._download(task, media, access, file)
            announced = media.sha256 or digest_of(str(described.get("sha256", "")))
            if announced in ("", sink.digest()):
                return sink, described
        raise PermanentError("the file is not the one that was sent", code="sha256_mismatch")

    def _download(
        self, task: CopyMedia, media: MessageMedia, access: GraphAccess, file: IO[bytes]
    ) -> tuple["_Sink", Mapping[str, Any]]:
        """Into the file. A link lives five minutes; of a dead one Meta is asked for another, once."""
        for may_retry in (True, False):
            described = wait_for(
                self._graph.call("GET", media.media_id, access, params={"phone_number_id": task.phone_number_id})
            )
            if str(described.get("file_size", "0")).isdecimal() and int(described.get("file_size", 0)) > MOST_BYTES:
                raise Refused("too_large")
            file.seek(0)
            file.truncate()
            sink = _Sink(file)
            try:
                wait_for(
                    self._graph.download(
                        str(described.get("url", "")),
                        access,
                        sink.write,
                        allowed=lambda url: is_allowed(url, self._hosts, self._api_url),
                        seconds=_DOWNLOAD_SECONDS,
                    )
                )
            except NotFound as dead:
                if may_retry:
                    continue
                raise RetryableError("Meta's links to the file are dead", code="link_dead") from dead
            if not sink.size:
                raise Refused("empty")
            return sink, described
        raise AssertionError("unreachable")


class _Sink:
    """Writes on, counts and hashes. Raises Refused for more than a message may bring."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self._file = file
        self._hash = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > MOST_BYTES:
            raise Refused("too_large")
        self._hash.update(piece)
        self._file.write(piece)

    def digest(self) -> str:
        return self._hash.hexdigest()
