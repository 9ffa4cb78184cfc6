"""Looking at links that tenants want Meta to fetch: one HEAD each, no redirect, nothing of the body.

As with outgoing webhooks, the host is resolved here and once, and one of its public addresses is connected to by
number, so that no link leads into a network of ours.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

import httpx

from shared.clients.webhook_sender import Resolver
from shared.domain.webhook_target import Target, parse_target, refusal
from shared.errors import InvalidInput

_TOTAL_SECONDS = 5.0
_CONNECT_SECONDS = 3.0
Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """What a link answered. `status` 0: nothing, or it was not asked (`forbidden`: no public place)."""

    status: int = 0
    content_type: str = ""
    forbidden: bool = False


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
    except InvalidInput:
        return LinkSeen(forbidden=True)
    try:
        async with asyncio.timeout(_TOTAL_SECONDS):
            addresses = await resolve(target.host, target.port)
            if any(refusal(address, allow_private=allow_private) for address in addresses):
                return LinkSeen(forbidden=True)
            return await _ask(target, addresses[0], tls) if addresses else LinkSeen()
    except (TimeoutError, OSError, UnicodeError, httpx.HTTPError, httpx.InvalidURL):
        return LinkSeen()


async def _ask(target: Target, address: str, tls: ssl.SSLContext) -> LinkSeen:
    transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)
    timeout = httpx.Timeout(_TOTAL_SECONDS, connect=_CONNECT_SECONDS)
    place = httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode("ascii"))
    headers = {"host": target.authority, "connection": "close", "user-agent": "wasapbos-links/1"}
    async with (
        httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False, follow_redirects=False) as client,
        client.stream("HEAD", place, headers=headers, extensions={"sni_hostname": target.host}) as response,
    ):
        return LinkSeen(response.status_code, response.headers.get("content-type", ""))
