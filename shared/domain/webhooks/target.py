"""Where an outgoing webhook may go. A tenant chooses the URL, so it must not lead into a network of ours.

Two checks. The URL's form, when it is stored. And the addresses that its host has, at every delivery, right before
connecting to one of them: what a name means can change, and whoever owns the name decides when (OWASP, Server-Side
Request Forgery Prevention).
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import InvalidInput

MAX_URL = 2048
_NOT_IN_URLS = ' "<>\\^`{|}'
"""RFC 3986, 2: none of these stands in a URI as it is."""
_LOWEST_FREE_PORT = 1024
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All that is handed out as global unicast (IANA, IPv6 address space)."""
_FORBIDDEN = tuple(
    ipaddress.ip_network(network)
    for network in (
        # IANA special-purpose registries, and ranges by which an IPv6 address leads to an IPv4 one.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. `host` is a name or an address without brackets; `path` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The `Host` header: the port only where it is not the scheme's own (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _own_port(self.scheme) else f"{host}:{self.port}"


def parse_target(url: str, *, allow_private: bool) -> Target:
    """Raises InvalidInput, which says what is wrong with the URL.

    `allow_private` is for a local cloud: http and any address and port too.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or any(char in url for char in _NOT_IN_URLS):
        raise _refused(f"is at most {MAX_URL} printable ASCII characters; write other names as xn--…, the rest as %..")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise _refused("is not a URL") from exc
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise _refused("must begin with https://")
    if "@" in parts.netloc:
        raise _refused("must not hold a user name or password; the signature says who sends")
    if parts.fragment:
        raise _refused("must not have a fragment")
    host = (parts.hostname or "").rstrip(".")
    port = _own_port(parts.scheme) if port is None else port
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not allow_private:
        _check_place(host, port)
    elif not host:
        raise _refused("has no host")
    return Target(parts.scheme, host, port, path)


def refusal(address: str, *, allow_private: bool) -> str:
    """Why no webhook goes to an address; "" when it may. Never raises: what is no address is refused too."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "not an address"
    if allow_private:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and (found not in _PUBLIC_IPV6 or found.scope_id is not None):
        return "not a public address"
    if not found.is_global or any(found in network for network in _FORBIDDEN if network.version == found.version):
        return "not a public address"
    return ""


def _check_place(host: str, port: int) -> None:
    if port != _own_port("https") and port < _LOWEST_FREE_PORT:
        raise _refused(f"must use port 443, or one from {_LOWEST_FREE_PORT} on")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        # What ends in a number is an IPv4 address in one of its odd spellings (WHATWG URL, ends in a number).
        if "." not in host or last.isdigit() or last.lower().startswith("0x"):
            raise _refused("must name a public host, such as hooks.example.com") from None
        labels = host.split(".")
        if len(host) > 253 or not all(_is_label(label) for label in labels):
            raise _refused("has a host that is not a domain name") from None
    else:
        if refusal(host, allow_private=False):
            raise _refused("must not lead to a private address")


def _is_label(label: str) -> bool:
    return 0 < len(label) <= 63 and all(char.isalnum() or char in "-_" for char in label)


def _own_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _refused(why: str) -> InvalidInput:
    return InvalidInput(f"the URL {why}", field="url")
