"""What the Graph client makes of a network that fails: only what provably never left may be called unsent."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from shared import observability
from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.campaigns.outcome import Kind
from shared.errors import ProviderRejected
from shared.ids import PhoneNumberId

ACCEPTED = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 25\r\n\r\n{"messages":[{"id":"w1"}]'
Answer = Callable[[socket.socket, int], None]


class Upstream:
    """A server that reads requests and answers each with `answer(connection, how many it has read before)`."""

    def __init__(self, answer: Answer) -> None:
        self.requests = 0
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while connection.recv(65_536):
                self.requests += 1
                self._answer(connection, self.requests - 1)
        except OSError:
            return

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()


def reset(connection: socket.socket, before: int) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def refuse_the_token(connection: socket.socket, before: int) -> None:
    body = b'{"error":{"code":190,"message":"over"}}'
    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))


def hang_up(connection: socket.socket, before: int) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def stay_silent(connection: socket.socket, before: int) -> None:
    return


def cut_short(connection: socket.socket, before: int) -> None:
    connection.sendall(ACCEPTED)
    connection.shutdown(socket.SHUT_RDWR)


def accept_then_reset(connection: socket.socket, before: int) -> None:
    if before:
        reset(connection, before)
    else:
        connection.sendall(ACCEPTED.replace(b"length: 25", b"length: 26") + b"}")


@pytest.fixture
def upstream(request: pytest.FixtureRequest) -> Iterator[Upstream]:
    server = Upstream(request.param)
    yield server
    server.close()


def outcomes(url: str, times: int = 1, seconds: float = 30.0) -> list[Kind]:
    async def run() -> list[Kind]:
        graph = GraphClient(url, "v26.0")
        access = GraphAccess("token", "proof")
        try:
            return [
                (await graph.send(PhoneNumberId("1"), access, {"to": "x"}, seconds=seconds)).kind for _ in range(times)
            ]
        finally:
            await graph.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("upstream", [reset, hang_up, cut_short], indirect=True)
def test_a_lost_answer_is_unknown_and_is_not_asked_for_again(upstream: Upstream) -> None:
    assert outcomes(upstream.url) == [Kind.UNKNOWN]
    assert upstream.requests == 1


@pytest.mark.parametrize("upstream", [refuse_the_token], indirect=True)
def test_a_token_that_meta_refuses_is_counted_whatever_is_asked_with_it(
    upstream: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    async def ask() -> None:
        graph = GraphClient(upstream.url, "v26.0")
        try:
            with pytest.raises(ProviderRejected):
                await graph.call("GET", "me", GraphAccess("token", "proof"))
        finally:
            await graph.aclose()

    observability.show_counts()
    capsys.readouterr()
    assert outcomes(upstream.url) == [Kind.THROTTLED], "the person is tried again"
    asyncio.run(ask())
    observability.show_counts()
    assert '"TokenRefused":[2.0]' in capsys.readouterr().out.replace(" ", "")


@pytest.mark.parametrize("upstream", [accept_then_reset], indirect=True)
def test_a_kept_connection_that_is_reset_after_the_request_is_unknown(upstream: Upstream) -> None:
    assert outcomes(upstream.url, times=2) == [Kind.ACCEPTED, Kind.UNKNOWN]
    assert upstream.requests == 2


@pytest.mark.parametrize("upstream", [stay_silent], indirect=True)
def test_a_request_that_is_not_answered_in_time_is_unknown(upstream: Upstream) -> None:
    assert outcomes(upstream.url, seconds=0.3) == [Kind.UNKNOWN]
    assert upstream.requests == 1


def test_a_refused_connection_is_unsent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert outcomes(f"http://127.0.0.1:{port}") == [Kind.UNSENT]


def test_a_name_that_does_not_resolve_is_unsent() -> None:
    assert outcomes("http://graph.invalid") == [Kind.UNSENT]


@pytest.mark.parametrize("upstream", [hang_up], indirect=True)
def test_a_failed_tls_handshake_is_unsent(upstream: Upstream) -> None:
    assert outcomes(upstream.url.replace("http:", "https:")) == [Kind.UNSENT]
