"""Meta's Graph API: the one client. No retries inside: whether a call may be repeated is for its caller to say.

httpx's own transport collapses past 80 requests per second against a 300 ms upstream; pyreqwest's holds a thousand
(measured, see tests/bench), so httpx runs over it here.
"""

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any, TypeVar

import httpx
from pyreqwest.client import ClientBuilder
from pyreqwest.compatibility.httpx import HttpxTransport
from pyreqwest.exceptions import DetailedPyreqwestError, PoolTimeoutError, PyreqwestError

from shared.domain.campaigns.outcome import Action, Kind, Outcome, from_answer
from shared.domain.json_text import storable
from shared.errors import NotFound, PermanentError, ProviderRejected, RetryableError
from shared.ids import PhoneNumberId
from shared.observability import count

T = TypeVar("T")
_CONNECT_SECONDS = 5
_TOTAL_SECONDS = 30.0
_CONNECTING = "client error (Connect)"
_MOST_REDIRECTS = 3
_TOKEN_OVER = 190
"""Meta, error codes of the Graph API: the access token has expired, or was taken back."""


@dataclass(frozen=True, slots=True)
class GraphAccess:
    """A token and the proof that we hold the app's secret too (Meta, securing Graph API calls)."""

    token: str
    proof: str

    @classmethod
    def of(cls, token: str, app_secret: str) -> "GraphAccess":
        return cls(token, hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest())


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
        self._http = httpx.AsyncClient(
            base_url=f"{base_url.rstrip('/')}/{version}/",
            transport=HttpxTransport(builder.build()),
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
        outcome says it."""
        try:
            response = await self._http.post(
                f"{phone_number_id}/{endpoint}",
                content=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
                headers=_headers(access),
                params={"appsecret_proof": access.proof},
                timeout=httpx.Timeout(None, read=seconds),
            )
        except httpx.HTTPError as error:
            if _never_left(error):
                return Outcome(Kind.UNSENT, "connect", Action.SLOW_DOWN)
            return Outcome(Kind.UNKNOWN, "no_answer")
        try:
            answer: object = json.loads(response.content)
        except ValueError:
            answer = None
        outcome = from_answer(response.status_code, answer)
        if outcome.action is Action.TOKEN:
            count("TokenRefused")
        return outcome

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

    async def put_bytes(self, path: str, access: GraphAccess, content: bytes, *, offset: int) -> dict[str, Any]:
        """A piece of a resumable upload, from `offset` on (Meta, resumable upload). Raises like `call`."""
        headers = {"authorization": f"OAuth {access.token}", "file_offset": str(offset)}
        return await self._answer("POST", path, None, params=None, content=content, headers=headers)

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
                        _check_download(response.status_code)
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
        query = dict(params or {})
        if access is not None:
            query["appsecret_proof"] = access.proof
        try:
            response = await self._http.request(method, path, params=query, **request)
        except httpx.HTTPError as exc:
            raise RetryableError("Meta cannot be reached right now; try again in a minute") from exc
        try:
            answer = read_answer(response.content)
        except ValueError as exc:
            raise RetryableError("Meta answered something that is not JSON; try again in a minute") from exc
        error = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(error, dict):
            raise _rejection(error)
        if response.status_code >= 400 or not isinstance(answer, dict):
            raise RetryableError(f"Meta answered with status {response.status_code}; try again in a minute")
        return answer

    async def aclose(self) -> None:
        await self._http.aclose()


def _never_left(error: httpx.HTTPError) -> bool:
    """Whether the request provably was not written: no connection from the pool, or none could be made.

    The class of the error does not tell: pyreqwest 0.15 also calls a reset while waiting for the answer ConnectError,
    and a timeout of the whole request ConnectTimeoutError. Only the chain of causes does, in the words of the
    HTTP client below (hyper-util, `ErrorKind::Connect`).
    """
    cause = error.__cause__
    if isinstance(error, httpx.UnsupportedProtocol) or isinstance(cause, PoolTimeoutError):
        return True
    if not isinstance(cause, DetailedPyreqwestError) or cause.details is None:
        return False
    return any(step["message"] == _CONNECTING for step in cause.details["causes"] or ())


def read_answer(content: bytes) -> Any:
    """Meta's JSON in a form that can be stored. Raises ValueError when it is none."""
    return storable(json.loads(content))


def _headers(access: GraphAccess) -> dict[str, str]:
    return {"authorization": f"Bearer {access.token}", "content-type": "application/json"}


def _check_download(status: int) -> None:
    if status in (404, 410):
        raise NotFound("the media URL is dead")
    if status in (401, 403):
        raise ProviderRejected("Meta refused the file", provider_code=f"http_{status}")
    if not 200 <= status < 300:
        raise RetryableError(f"Meta answered with status {status}; try again in a minute")


def _rejection(error: Mapping[str, Any]) -> ProviderRejected | RetryableError:
    code = error.get("code")
    details = error.get("error_data")
    words = error.get("error_user_msg") or (details or {}).get("details") or error.get("message") or "no reason given"
    if code in (1, 2, 4, 80007, 80008, 130429, 131000, 131016):
        return RetryableError(f"Meta is busy ({code}); try again in a minute")
    if code == _TOKEN_OVER:
        count("TokenRefused")
    return ProviderRejected(f"Meta refused: {words}", provider_code=str(code))


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
