"""Ports for servers that have to be told theirs before they start."""

import os
import random
import socket
from pathlib import Path

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 10_000
HERE = ("127.0.0.1", "localhost")


def past_proxies() -> None:
    """Has this process and its children call this machine itself, whatever proxy they reach others by."""
    for name in ("NO_PROXY", "no_proxy"):
        known = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join([*known, *(host for host in HERE if host not in known)])


def free_port() -> int:
    """A port that nobody listens at, below those that the system gives to outgoing connections: of these one or another
    would take it before the server is up."""
    try:
        end = int(_RANGE.read_text().split()[0])
    except OSError:
        end = 32_768
    while True:
        port = random.randrange(_LOWEST, max(end, _LOWEST + 1))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
