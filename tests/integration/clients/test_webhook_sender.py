"""One outgoing webhook against real servers on this machine: pinning, TLS, bounds, and what is never sent."""

import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.clients.webhook_sender import WebhookSender
from shared.clock import EpochMs
from shared.domain.webhooks.delivery import KEPT_RESPONSE, Outcome

NAME = "hooks.example.com"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Server:
    """Answers each connection with what `answer` writes to it; keeps what it was sent."""

    answer: Callable[[socket.socket], None]
    tls: ssl.SSLContext | None = None
    requests: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            stream = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with stream:
                self.requests.append(_request(stream))
                self.answer(stream)
                with contextlib.suppress(OSError):
                    stream.shutdown(socket.SHUT_WR)


def _request(stream: socket.socket) -> bytes:
    taken = b""
    while b"\r\n\r\n" not in taken:
        part = stream.recv(65_536)
        if not part:
            return taken
        taken += part
    head, _, body = taken.partition(b"\r\n\r\n")
    length = int(
        next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    )
    while len(body) < length:
        body += stream.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def serving(answer: Callable[[socket.socket], None] | bytes, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    def write(stream: socket.socket) -> None:
        if isinstance(answer, bytes):
            stream.sendall(answer)
        else:
            answer(stream)

    server = Server(write, tls)
    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: server.names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


class Names:
    """A name server of our own; each look-up gives the next answer, the last for good."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def sender(names: Names | None = None, *, private: bool = True, tls: ssl.SSLContext | None = None,
           seconds: float = 60.0) -> WebhookSender:  # fmt: skip
    return WebhookSender(allow_private=private, resolve=names or Names(["127.0.0.1"]), tls=tls, total_seconds=seconds)


def send(which: WebhookSender, url: str) -> Outcome:
    return which.send(url, b'{"a":1}', {"webhook-id": "evt_1"}, EpochMs(77))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]]:
    """For a name: what a server with a certificate for it uses, and what trusts the certificate."""

    def issue(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        folder = tmp_path_factory.mktemp("tls")
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = folder / "both.pem"
        pem.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return _server_side(pem), ssl.create_default_context(cafile=str(pem))

    return issue


def _server_side(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_the_request_is_a_signed_post_to_the_name() -> None:
    with serving(OK) as server:
        outcome = send(sender(), f"http://{NAME}:{server.port}/in?a=%2F&b")
    assert (outcome.attempt.status_code, outcome.attempt.error, outcome.attempt.at) == (200, "", 77)
    assert outcome.response == "ok"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /in?a=%2F&b HTTP/1.1"
    sent = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in lines[1:]}
    assert sent["host"] == f"{NAME}:{server.port}"
    assert (sent["webhook-id"], sent["content-type"]) == ("evt_1", "application/json")
    assert body == b'{"a":1}'


def test_tls_carries_the_name_while_the_connection_goes_to_the_checked_address(
    authority: Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]],
) -> None:
    at_server, trusting = authority(NAME)
    with serving(OK, at_server) as server:
        outcome = send(sender(tls=trusting), f"https://{NAME}:{server.port}/")
    assert outcome.attempt.status_code == 200, outcome
    assert server.names == [NAME]


def test_a_certificate_for_another_name_is_refused(
    authority: Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]],
) -> None:
    at_server, trusting = authority("other.example.com")
    with serving(OK, at_server) as server:
        outcome = send(sender(tls=trusting), f"https://{NAME}:{server.port}/")
        untrusted = send(sender(), f"https://other.example.com:{server.port}/")
    assert (outcome.attempt.status_code, outcome.attempt.error) == (0, "tls")
    assert (untrusted.attempt.status_code, untrusted.attempt.error) == (0, "tls")
    assert server.requests == []


def test_the_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns a name may change its meaning between two look-ups (DNS rebinding)."""
    looked_up: list[object] = []
    real: Any = socket.getaddrinfo

    def getaddrinfo(host: object, *rest: object, **more: object) -> object:
        looked_up.append(host)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    with serving(OK) as server:
        assert send(sender(names), f"http://{NAME}:{server.port}/").attempt.ok
    assert names.asked == [NAME]
    assert {host.decode() if isinstance(host, bytes) else host for host in looked_up} <= {"127.0.0.1"}


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["169.254.169.254"], ["10.1.2.3"], ["::1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"],
     ["93.184.215.14", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"]],
)  # fmt: skip
def test_nothing_is_sent_to_a_private_address(answer: list[str]) -> None:
    """Not when it is one of several either. A server listens where the name leads."""
    with serving(OK) as server:
        outcome = send(sender(Names(answer), private=False), f"https://{NAME}:{server.port}/")
        assert (outcome.attempt.status_code, outcome.attempt.error) == (0, "blocked_address")
        time.sleep(0.05)
    assert server.requests == []


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://hooks.example.com/", "https://user@hooks.example.com/"])
def test_a_url_that_was_stored_under_other_rules_is_checked_again(url: str) -> None:
    names = Names(["93.184.215.14"])
    assert send(sender(names, private=False), url).attempt.error == "blocked_address"
    assert names.asked == []


def test_the_systems_resolver_is_checked_too() -> None:
    which = WebhookSender(allow_private=False, total_seconds=20)
    assert send(which, "https://localhost.localdomain/").attempt.error in ("blocked_address", "dns", "timeout")
    assert send(which, "https://nothing.invalid/").attempt.error in ("dns", "timeout")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with serving(OK) as inside:
        place = f"HTTP/1.1 {status} x\r\nlocation: http://127.0.0.1:{inside.port}/\r\ncontent-length: 0\r\n\r\n"
        with serving(place.encode()) as outside:
            outcome = send(sender(), f"http://{NAME}:{outside.port}/")
    assert (outcome.attempt.status_code, outcome.attempt.ok) == (status, False)
    assert inside.requests == []


def test_a_server_that_never_ends_is_left() -> None:
    """A byte now and then, first of the head, then of the body: no single read waits long."""

    def drip(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            stream.sendall(b"x-a: b\r\n")
            time.sleep(0.05)

    def drip_body(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        for _ in range(200):
            stream.sendall(b"x")
            time.sleep(0.05)

    for answer in (drip, drip_body, lambda _stream: time.sleep(5)):
        with serving(answer) as server:
            outcome = send(sender(seconds=0.5), f"http://{NAME}:{server.port}/")
            assert (outcome.attempt.status_code, outcome.attempt.error) == (0, "timeout")


def test_only_the_beginning_of_a_body_is_read_and_kept() -> None:
    written = 0

    def pour(stream: socket.socket) -> None:
        nonlocal written
        stream.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        for _ in range(1_000):
            stream.sendall(b"y" * 100_000)
            written += 100_000

    with serving(pour) as server:
        outcome = send(sender(), f"http://{NAME}:{server.port}/")
        time.sleep(0.1)
    assert outcome.attempt.ok
    assert outcome.response == "y" * KEPT_RESPONSE
    assert written < 50_000_000


def test_a_body_that_is_no_text_is_kept_as_far_as_it_is() -> None:
    with serving(b"HTTP/1.1 500 x\r\ncontent-length: 5\r\n\r\n\xff\x00ab\xc3") as server:
        outcome = send(sender(), f"http://{NAME}:{server.port}/")
    assert outcome.attempt.status_code == 500
    assert "ab" in outcome.response
    assert "\x00" not in outcome.response
    assert outcome.response.encode()


@pytest.mark.parametrize(
    ("header", "wait_ms"),
    [("120", 120_000), ("0", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("-5", 0), ("9" * 30, 0), ("٣", 0)],
)
def test_what_a_server_asks_to_wait(header: str, wait_ms: int) -> None:
    answer = b"HTTP/1.1 429 x\r\nretry-after: " + header.encode() + b"\r\ncontent-length: 0\r\n\r\n"
    with serving(answer) as server:
        outcome = send(sender(), f"http://{NAME}:{server.port}/")
    assert (outcome.attempt.status_code, outcome.wait_ms) == (429, wait_ms)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_answer(answer: bytes) -> None:
    with serving(answer) as server:
        outcome = send(sender(), f"http://{NAME}:{server.port}/")
    assert (outcome.attempt.status_code, outcome.attempt.error) == (0, "no_answer")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert send(sender(), f"http://{NAME}:{port}/").attempt.error == "connect"


def test_another_address_of_the_name_is_tried() -> None:
    with serving(OK) as server:
        outcome = send(sender(Names(["127.0.0.9", "127.0.0.1"])), f"http://{NAME}:{server.port}/")
    assert outcome.attempt.ok


def test_one_sender_serves_many_threads() -> None:
    with serving(OK) as server:
        which = sender()
        found: list[Outcome] = []
        threads = [
            threading.Thread(target=lambda: found.append(send(which, f"http://{NAME}:{server.port}/")))
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [outcome.attempt.ok for outcome in found] == [True] * 10
