"""Links are asked once, where they lead to a public place; what comes back is their status and type."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shared.clients.link_probe import LinkSeen, look_at_links


class Names:
    """A name server of our own."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.addresses


@contextmanager
def serving() -> Iterator[tuple[int, list[str]]]:
    """A server whose paths begin with the status they answer; its port and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(f"{self.headers['host']}{self.path}")
            self.send_response(int(self.path[1:4]))
            self.send_header("content-type", "image/png")
            self.send_header("location", "/200/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("status", [200, 302, 403, 404, 500])
def test_a_link_is_asked_once_and_not_followed(status: int) -> None:
    with serving() as (port, asked):
        url = f"http://cdn.example.com:{port}/{status}/a%20b.png?x=1#part"
        seen = look_at_links([url], resolve=Names("127.0.0.1"), allow_private=True)
    assert seen == {url: LinkSeen(status, "image/png")}
    assert asked == [f"cdn.example.com:{port}/{status}/a%20b.png?x=1"]


@pytest.mark.parametrize(
    ("url", "address", "why"),
    [
        ("https://cdn.example.com/a.png", "10.0.0.1", "does not lead to a public place"),
        ("https://cdn.example.com/a.png", "169.254.169.254", "does not lead to a public place"),
        ("https://cdn.example.com/a.png", "::1", "does not lead to a public place"),
        ("https://127.0.0.1/a.png", "127.0.0.1", "must not lead to a private address"),
        ("https://localhost/a.png", "127.0.0.1", "must name a public host, such as hooks.example.com"),
        ("https://cdn.example.com:22/a.png", "1.1.1.1", "must use port 443, or one from 1024 on"),
        ("http://cdn.example.com/a.png", "127.0.0.1", "must begin with https://"),
    ],
)
def test_a_link_into_a_private_place_is_not_asked_and_why_is_said(url: str, address: str, why: str) -> None:
    assert look_at_links([url], resolve=Names(address)) == {url: LinkSeen(forbidden=f"the link {why}")}


def test_what_does_not_answer_says_nothing() -> None:
    async def lost(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    url = "https://cdn.example.com/a.png"
    assert look_at_links([url], resolve=lost) == {url: LinkSeen()}
    assert look_at_links([url], resolve=Names()) == {url: LinkSeen()}
    closed = "http://cdn.example.com:9/a.png"
    assert look_at_links([closed], resolve=Names("127.0.0.1"), allow_private=True) == {closed: LinkSeen()}
