"""Outgoing webhooks: one signed POST to a URL that a tenant chose. No retry, no redirect."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Mapping

import httpx

from shared.clients.pinned_http import ForbiddenAddress, Resolve, Resolver, checked_addresses, pinned_request
from shared.clock import EpochMs
from shared.domain.webhooks.delivery import KEPT_RESPONSE, Attempt, Outcome
from shared.domain.webhooks.target import Target, parse_target
from shared.errors import InvalidInput

TOTAL_SECONDS = 10.0
_CONNECT_SECONDS = 4.0
_BODY_BYTES = 64 * 1024
_ADDRESSES_TRIED = 3
_AGENT = "wasapbos-webhooks/1"


class WebhookSender:
    """Safe to use from several threads. `allow_private` lets http and private addresses pass, for a local cloud."""

    def __init__(
        self,
        *,
        allow_private: bool,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._allow_private = allow_private
        self._resolve = resolve or Resolver()
        self._tls = tls or httpx.create_ssl_context(trust_env=False)
        self._total_seconds = total_seconds

    def send(self, url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
        """What became of it; never raises for what the network or the other side does. `now` is epoch ms.

        It has an event loop of its own, because only a task can be ended whatever it waits for: a server that sends a
        byte now and then would outlast every timeout on a single read.
        """
        return asyncio.run(self._timed(url, body, headers, now))

    async def _timed(self, url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
        started = time.monotonic()
        status, error, response, wait_ms = 0, "", "", 0
        try:
            async with asyncio.timeout(self._total_seconds):
                status, response, wait_ms = await self._attempt(url, body, headers)
        except (TimeoutError, httpx.TimeoutException):
            error = "timeout"
        except _Refused as refused:
            error = str(refused)
        except httpx.ConnectError as failed:
            error = "tls" if _is_tls(failed) else "connect"
        except (httpx.HTTPError, httpx.InvalidURL):
            error = "no_answer"
        duration = round((time.monotonic() - started) * 1000)
        return Outcome(Attempt(now, status, duration, error), response, wait_ms)

    async def _attempt(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, int]:
        target = self._target(url)
        addresses = (await self._addresses(target))[:_ADDRESSES_TRIED]
        for address in addresses[:-1]:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self._post(target, address, body, headers)
        return await self._post(target, addresses[-1], body, headers)

    def _target(self, url: str) -> Target:
        try:
            return parse_target(url, allow_private=self._allow_private)
        except InvalidInput as exc:
            raise _Refused("blocked_address") from exc

    async def _addresses(self, target: Target) -> list[str]:
        try:
            return await checked_addresses(target, self._resolve, allow_private=self._allow_private)
        except ForbiddenAddress as exc:
            raise _Refused("blocked_address") from exc
        except (OSError, UnicodeError) as exc:
            raise _Refused("dns") from exc

    async def _post(
        self, target: Target, address: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, str, int]:
        timeout = httpx.Timeout(self._total_seconds, connect=_CONNECT_SECONDS)
        sent = {
            **headers,
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": _AGENT,
        }
        async with pinned_request(
            "POST", target, address, tls=self._tls, timeout=timeout, headers=sent, content=body
        ) as response:
            return response.status_code, await _beginning(response), _wait_ms(response)


class _Refused(Exception):
    """It was not sent; the text is the attempt's error."""


async def _beginning(response: httpx.Response) -> str:
    """The beginning of the body, as text. No more than a bound is read: whoever answers decides how much comes."""
    kept = bytearray()
    taken = 0
    async for part in response.aiter_raw():
        taken += len(part)
        kept += part[: KEPT_RESPONSE - len(kept)]
        if taken >= _BODY_BYTES:
            break
    return kept.decode("utf-8", errors="replace").replace("\x00", "\ufffd")


def _wait_ms(response: httpx.Response) -> int:
    """What `Retry-After` asks for, in its form of seconds (RFC 9110, 10.2.3)."""
    asked = response.headers.get("retry-after", "")
    return int(asked) * 1000 if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 0


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
