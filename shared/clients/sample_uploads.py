"""Samples of media for the review of templates, by Meta's resumable upload.

Source: Meta, Graph API resumable upload: a session under the app's id, the bytes with `file_offset`, and the offset
that was reached when the connection broke. The id of a session ends in a query, `?sig=…`, which stays with it.
"""

import asyncio
from typing import IO

from shared.clients.graph import GraphAccess, GraphClient
from shared.errors import ProviderRejected, RetryableError

_TRIES = 3
_MOST_SECONDS = 20.0
"""For all of it: the API's function is ended after 29 s, and the file comes from S3 before."""
_CALL_SECONDS = 5.0
_PIECE_SECONDS = 10.0
SAMPLE_TYPES = ("image/jpeg", "image/png", "video/mp4", "application/pdf")


class SampleUploads:
    """`app_id` is ours: any token of the app may begin a session under it."""

    def __init__(self, client: GraphClient, app_id: str) -> None:
        self._client = client
        self._app_id = app_id

    async def upload(self, access: GraphAccess, file: IO[bytes], *, size: int, mime_type: str, name: str) -> str:
        """The handle of a sample; `size` in bytes. Goes on where it was broken off, a few times.

        Raises ProviderRejected with Meta's words, and RetryableError when Meta is out of reach.
        """
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                return await self._upload(access, file, size=size, mime_type=mime_type, name=name)
        except TimeoutError as exc:
            raise RetryableError("Meta was too slow to take the sample; try again in a minute") from exc

    async def _upload(self, access: GraphAccess, file: IO[bytes], *, size: int, mime_type: str, name: str) -> str:
        params = {"file_name": name, "file_length": str(size), "file_type": mime_type}
        begun = await self._client.call("POST", f"{self._app_id}/uploads", access, params=params, seconds=_CALL_SECONDS)
        session = str(begun.get("id", ""))
        if not session:
            raise RetryableError("Meta began no upload; try again in a minute")
        offset = 0
        for attempt in range(_TRIES):
            file.seek(offset)
            try:
                answer = await self._client.put_bytes(
                    f"/{session}", access, file.read(), offset=offset, seconds=_PIECE_SECONDS
                )
            except RetryableError:
                if attempt == _TRIES - 1:
                    raise
                offset = await self._reached(session, access)
                continue
            handle = answer.get("h")
            if isinstance(handle, str) and handle:
                return handle
            raise ProviderRejected("Meta took the sample and gave no handle", provider_code="no_handle")
        raise AssertionError("unreachable")

    async def _reached(self, session: str, access: GraphAccess) -> int:
        answer = await self._client.call("GET", f"/{session}", access, seconds=_CALL_SECONDS)
        reached = answer.get("file_offset")
        if isinstance(reached, bool) or not isinstance(reached, int) or reached < 0:
            raise RetryableError("Meta does not say how much it has; try again in a minute")
        return reached
