"""HTTP to hosts that tenants choose, which must not lead into a network of ours.

The host is resolved here and once. Only when every address that it has may be called, one of them is connected to, by
number: nothing resolves the name a second time, so nobody can change its meaning in between (DNS rebinding). The TLS
handshake and the `Host` header still carry the name, and the certificate is checked against it. Connections are not
kept: httpx pools them by address, and one that was checked for a name must not serve another. No redirect is followed.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import httpx

from shared.domain.webhooks.target import Target, refusal

_DNS_THREADS = 32
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) → addresses; raises OSError."""


class ForbiddenAddress(Exception):
    """The host has an address that must not be called."""


class Resolver:
    """The system's. Its threads are its own: a name server that does not answer holds one of them, not the caller."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="dns")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Addresses, IPv4 first: a Lambda function outside a VPC reaches no other. Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        )
        ordered = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
        return list(dict.fromkeys(str(entry[4][0]) for entry in ordered))


async def checked_addresses(target: Target, resolve: Resolve, *, allow_private: bool) -> list[str]:
    """At least one. Raises ForbiddenAddress, and OSError or UnicodeError when there is none."""
    addresses = await resolve(target.host, target.port)
    if not addresses:
        raise OSError("the host has no address")
    if any(refusal(address, allow_private=allow_private) for address in addresses):
        raise ForbiddenAddress
    return addresses


@asynccontextmanager
async def pinned_request(
    method: str,
    target: Target,
    address: str,
    *,
    tls: ssl.SSLContext,
    timeout: httpx.Timeout,
    headers: Mapping[str, str],
    content: bytes | None = None,
) -> AsyncIterator[httpx.Response]:
    """One request to this address of the target; the response's body is not read yet. Raises httpx.HTTPError."""
    transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
    place = httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode("ascii"))
    sent = {**headers, "host": target.authority, "connection": "close"}
    named = {"sni_hostname": target.host}
    async with (
        httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False, follow_redirects=False) as client,
        client.stream(method, place, content=content, headers=sent, extensions=named) as response,
    ):
        yield response
