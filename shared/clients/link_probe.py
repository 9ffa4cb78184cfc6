"""Looking at links that tenants want Meta to fetch: one HEAD each, no redirect, nothing of the body."""

import asyncio
import ssl
from collections.abc import Collection
from dataclasses import dataclass

import httpx

from shared.clients.pinned_http import ForbiddenAddress, Resolve, Resolver, checked_addresses, pinned_request
from shared.domain.webhooks.target import Target, parse_target
from shared.errors import InvalidInput

_TOTAL_SECONDS = 5.0
_CONNECT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """What a link answered. `status` 0: nothing, or it was not asked, and `forbidden` says why."""

    status: int = 0
    content_type: str = ""
    forbidden: str = ""


def look_at_links(
    urls: Collection[str], *, resolve: Resolve | None = None, allow_private: bool = False
) -> dict[str, LinkSeen]:
    """All at once, for five seconds at most; never raises for what the network or the other side does.

    `allow_private` lets http and addresses of this machine pass.
    """
    return asyncio.run(_look(list(urls), resolve or Resolver(), allow_private=allow_private))


async def _look(urls: list[str], resolve: Resolve, *, allow_private: bool) -> dict[str, LinkSeen]:
    tls = httpx.create_ssl_context(trust_env=False)
    seen = await asyncio.gather(*(_look_at(url, resolve, tls, allow_private=allow_private) for url in urls))
    return dict(zip(urls, seen, strict=True))


async def _look_at(url: str, resolve: Resolve, tls: ssl.SSLContext, *, allow_private: bool) -> LinkSeen:
    try:
        target = parse_target(url.partition("#")[0], allow_private=allow_private)
    except InvalidInput as refused:
        return LinkSeen(forbidden=refused.message.replace("the URL", "the link", 1))
    try:
        async with asyncio.timeout(_TOTAL_SECONDS):
            addresses = await checked_addresses(target, resolve, allow_private=allow_private)
            return await _ask(target, addresses[0], tls)
    except ForbiddenAddress:
        return LinkSeen(forbidden="the link does not lead to a public place")
    except (TimeoutError, OSError, UnicodeError, httpx.HTTPError, httpx.InvalidURL):
        return LinkSeen()


async def _ask(target: Target, address: str, tls: ssl.SSLContext) -> LinkSeen:
    timeout = httpx.Timeout(_TOTAL_SECONDS, connect=_CONNECT_SECONDS)
    headers = {"user-agent": "wasapbos-links/1"}
    async with pinned_request("HEAD", target, address, tls=tls, timeout=timeout, headers=headers) as response:
        return LinkSeen(response.status_code, response.headers.get("content-type", ""))
