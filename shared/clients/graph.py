"""Meta's Graph API: the one client. No retries inside, but for a proof that is out of date: whether a call may be
repeated is for its caller to say.

httpx's own transport collapses past 80 requests per second against a 300 ms upstream; pyreqwest's holds a thousand
(measured, see tests/bench), so httpx runs over it here. Messages, of which there are millions, are handed to pyreqwest
itself: what httpx does around it costs twice what all else of a request does.
"""

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any, TypeVar

import httpx
from pyreqwest.client import ClientBuilder
from pyreqwest.compatibility.httpx import HttpxTransport
from pyreqwest.exceptions import PyreqwestError

from shared.clients.graph_errors import ProofRefused, check_download, never_left, rejection
from shared.domain.campaigns.outcome import PROOF_REFUSED, Action, Kind, Outcome, from_answer
from shared.domain.json_text import storable
from shared.errors import PermanentError, RetryableError
from shared.failures import failure
from shared.ids import PhoneNumberId
from shared.observability import count, logger

T = TypeVar("T")
_CONNECT_SECONDS = 5
_TOTAL_SECONDS = 30.0
_MOST_REDIRECTS = 3
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True)
class GraphAccess:
    """A token and the proof that we hold the app's secret too (Meta, securing Graph API calls). `secret_anew` reads
    that secret again; whoever uses this access after that uses the new proof."""

    token: str = field(repr=False)
    proof: str = field(repr=False)
    secret_anew: Callable[[], str] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, token: str, app_secret: str, secret_anew: Callable[[], str] | None = None) -> "GraphAccess":
        return cls(token, _proof(token, app_secret), secret_anew)

    async def has_another_proof(self, refused: str) -> bool:
        """Whether there is another one than Meta refused. Raises nothing: without the secret there is none."""
        if self.proof == refused and self.secret_anew is not None:
            try:
                self.proof = _proof(self.token, await asyncio.to_thread(self.secret_anew))
            except Exception as error:  # the refusal is what is told then
                logger.warning("app secret not read anew", extra=failure(error))
        return self.proof != refused


def _proof(token: str, app_secret: str) -> str:
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


class GraphClient:
    """Belongs to the event loop it is first used in."""

    def __init__(self, base_url: str, version: str, max_connections: int = 200) -> None:
        builder = (
            ClientBuilder()
            .connect_timeout(timedelta(seconds=_CONNECT_SECONDS))
            .max_connections(max_connections)
            .pool_idle_timeout(timedelta(seconds=50))
            .follow_redirects(False)
            .http1_only()
        )
        self._url = f"{base_url.rstrip('/')}/{version}/"
        self._client = builder.build()
        self._http = httpx.AsyncClient(
            base_url=self._url,
            transport=HttpxTransport(self._client),
            timeout=httpx.Timeout(None, read=_TOTAL_SECONDS),
        )

    async def send(
        self,
        phone_number_id: PhoneNumberId,
        access: GraphAccess,
        body: Mapping[str, object],
        endpoint: str = "messages",
        *,
        seconds: float = _TOTAL_SECONDS,
    ) -> Outcome:
        """Send one message, waiting `seconds` for the answer; never raises for what the network or Meta does, the
        outcome says it. One whose proof Meta refused leaves again, once, if there is another."""
        proof = access.proof
        outcome = await self._sent(phone_number_id, access, body, endpoint, seconds)
        if outcome.code == PROOF_REFUSED and await access.has_another_proof(proof):
            outcome = await self._sent(phone_number_id, access, body, endpoint, seconds)
        if outcome.action is Action.TOKEN:
            count("TokenRefused")
        return outcome

    async def _sent(
        self,
        phone_number_id: PhoneNumberId,
        access: GraphAccess,
        body: Mapping[str, object],
        endpoint: str,
        seconds: float,
    ) -> Outcome:
        request = (
            self._client.post(f"{self._url}{phone_number_id}/{endpoint}")
            .query({"appsecret_proof": access.proof})
            .headers(_headers(access))
            .body_bytes(_ENCODER.encode(body).encode())
            .timeout(timedelta(seconds=seconds))
            .build()
        )
        try:
            response = await request.send()
            content = bytes(await response.bytes())
        except PyreqwestError as error:
            if never_left(error):
                return Outcome(Kind.UNSENT, "connect", Action.SLOW_DOWN)
            return Outcome(Kind.UNKNOWN, "no_answer")
        try:
            answer: object = json.loads(content)
        except ValueError:
            answer = None
        return from_answer(response.status, answer)

    async def call(
        self,
        method: str,
        path: str,
        access: GraphAccess | None = None,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        seconds: float = _TOTAL_SECONDS,
    ) -> dict[str, Any]:
        """Any other Graph call, waiting `seconds` for the answer. Raises ProviderRejected with Meta's words, and
        RetryableError when Meta is out of reach."""
        return await self._answer(
            method,
            path,
            access,
            params=params,
            content=json.dumps(body).encode() if body is not None else None,
            headers=_headers(access) if access is not None else {},
            timeout=httpx.Timeout(None, read=seconds),
        )

    async def put_bytes(
        self, path: str, access: GraphAccess, content: bytes, *, offset: int, seconds: float
    ) -> dict[str, Any]:
        """A piece of a resumable upload, from `offset` on (Meta, resumable upload). Raises like `call`."""
        headers = {"authorization": f"OAuth {access.token}", "file_offset": str(offset)}
        timeout = httpx.Timeout(None, read=seconds)
        return await self._answer("POST", path, access, params=None, content=content, headers=headers, timeout=timeout)

    async def upload(
        self,
        phone_number_id: PhoneNumberId,
        access: GraphAccess,
        file: IO[bytes],
        mime_type: str,
        *,
        name: str,
        seconds: float,
    ) -> str:
        """Give Meta a file, read in pieces from its beginning; returns the media id, which lives for 30 days (Meta,
        media). `name` is ASCII and ends as the type does. Raises like `call`."""
        answer = await self._answer(
            "POST",
            f"{phone_number_id}/media",
            access,
            params=None,
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (name, file, mime_type)},
            headers={"authorization": f"Bearer {access.token}"},
            timeout=httpx.Timeout(None, read=seconds),
        )
        media_id = answer.get("id")
        if not isinstance(media_id, str | int) or not media_id:
            raise RetryableError("Meta took the file and gave no id; try again in a minute")
        return str(media_id)

    async def download(
        self,
        url: str,
        access: GraphAccess,
        write: Callable[[bytes], object],
        *,
        allowed: Callable[[str], bool],
        seconds: float,
    ) -> None:
        """Fetch a media URL and write it in pieces; what `write` raises ends it. Redirects are followed to where the
        token may go.

        Raises PermanentError (`media_host`) before anything is sent to a URL that is not `allowed`, NotFound for a
        dead URL, ProviderRejected, and RetryableError.
        """
        headers = {"authorization": f"Bearer {access.token}", "accept-encoding": "identity", "user-agent": "wasapbos"}
        timeout = httpx.Timeout(None, read=seconds)
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                if not allowed(url):
                    raise PermanentError("the media URL leads away from Meta", code="media_host")
                async with self._http.stream("GET", url, headers=headers, timeout=timeout) as response:
                    if not response.has_redirect_location:
                        check_download(response.status_code)
                        async for piece in response.aiter_raw():
                            write(piece)
                        return
                    url = str(response.url.join(response.headers["location"]))
        except (httpx.HTTPError, httpx.InvalidURL, PyreqwestError) as exc:
            # Errors in the middle of a body come as pyreqwest's own.
            raise RetryableError("the file could not be fetched from Meta; try again in a minute") from exc
        raise RetryableError("the media URL leads in circles")

    async def _answer(
        self, method: str, path: str, access: GraphAccess | None, *, params: Mapping[str, str] | None, **request: Any
    ) -> dict[str, Any]:
        """As `call`. A request whose proof Meta refused is made again, once, if there is another: it did nothing."""
        if access is None:
            return await self._asked(method, path, params or {}, request)
        may_retry = True
        while True:
            proof = access.proof
            try:
                return await self._asked(method, path, {**(params or {}), "appsecret_proof": proof}, request)
            except ProofRefused:
                if not may_retry or not await access.has_another_proof(proof):
                    count("TokenRefused")
                    raise
            may_retry = False
            for _, file, _ in request.get("files", {}).values():
                file.seek(0)

    async def _asked(
        self, method: str, path: str, query: Mapping[str, str], request: Mapping[str, Any]
    ) -> dict[str, Any]:
        # What stands in the path already stays, such as the signature of an upload: `params` would replace it.
        url = httpx.URL(path).copy_merge_params(query) if query else httpx.URL(path)
        try:
            response = await self._http.request(method, url, **request)
        except httpx.HTTPError as exc:
            raise RetryableError("Meta cannot be reached right now; try again in a minute") from exc
        try:
            answer = read_answer(response.content)
        except ValueError as exc:
            raise RetryableError("Meta answered something that is not JSON; try again in a minute") from exc
        error = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(error, dict):
            raise rejection(error)
        if response.status_code >= 400 or not isinstance(answer, dict):
            raise RetryableError(f"Meta answered with status {response.status_code}; try again in a minute")
        return answer

    async def aclose(self) -> None:
        await self._http.aclose()


def read_answer(content: bytes) -> Any:
    """Meta's JSON in a form that can be stored. Raises ValueError when it is none."""
    return storable(json.loads(content))


def _headers(access: GraphAccess) -> dict[str, str]:
    return {"authorization": f"Bearer {access.token}", "content-type": "application/json"}


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a call from synchronous code, in whichever thread: always on the same loop, so that connections stay open
    between calls, and the calls of several threads wait for none of each other."""
    return asyncio.run_coroutine_threadsafe(coroutine, _running_loop()).result()


_making = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def _running_loop() -> asyncio.AbstractEventLoop:
    global _loop
    with _making:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="graph", daemon=True).start()
        return _loop
