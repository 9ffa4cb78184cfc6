"""Files to and from Meta, against the simulator and against servers that cheat."""

import asyncio
import base64
import io
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from shared.clients.graph import GraphAccess, GraphClient
from shared.errors import NotFound, PermanentError, ProviderRejected, RetryableError
from tests.integration.clients.test_graph_outcomes import Upstream
from tests.support.meta_simulator import APP_SECRET, Json, Sim, receiving, simulating

T = TypeVar("T")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2048


@pytest.fixture(scope="module")
def sim() -> Iterator[Sim]:
    with receiving() as receiver, simulating(receiver) as running:
        yield running


def with_graph(url: str, work: Callable[[GraphClient], Awaitable[T]]) -> T:
    async def run() -> T:
        graph = GraphClient(url, "v26.0")
        try:
            return await work(graph)
        finally:
            await graph.aclose()

    return asyncio.run(run())


def base_url(sim: Sim) -> str:
    return str(sim.http.base_url)


def access(sim: Sim) -> GraphAccess:
    return GraphAccess.of(sim.token, APP_SECRET)


def received(sim: Sim) -> Json:
    """A file that a person sent, as GET /{media_id} describes it."""
    wanted = {"phone_number_id": sim.number_id, "data": base64.b64encode(PNG).decode()}
    media_id = sim.script(create_media=wanted)["create_media"]["id"]
    found: Json = sim.get(media_id).json()
    return found


def download(
    url: str, file_url: str, given: GraphAccess, allowed: Callable[[str], bool] = lambda url: True
) -> list[bytes]:
    pieces: list[bytes] = []
    with_graph(url, lambda graph: graph.download(file_url, given, pieces.append, allowed=allowed, seconds=5))
    return pieces


def test_a_file_comes_in_pieces(sim: Sim) -> None:
    pieces = download(base_url(sim), received(sim)["url"], access(sim))
    assert b"".join(pieces) == PNG
    assert len(pieces) > 1


def test_what_the_writer_raises_ends_the_download(sim: Sim) -> None:
    written = io.BytesIO()

    def write(piece: bytes) -> None:
        written.write(piece)
        raise PermanentError("enough")

    url = received(sim)["url"]
    with pytest.raises(PermanentError, match="enough"):
        with_graph(
            base_url(sim), lambda graph: graph.download(url, access(sim), write, allowed=lambda _: True, seconds=5)
        )
    assert 0 < len(written.getvalue()) < len(PNG)


def test_a_dead_link_and_a_strangers_token(sim: Sim) -> None:
    found = received(sim)
    with pytest.raises(ProviderRejected) as refused:
        download(base_url(sim), found["url"], GraphAccess.of("nobody", "x"))
    assert refused.value.provider_code == "http_401"
    sim.script(media={"id": found["id"], "expire_links": True})
    with pytest.raises(NotFound):
        download(base_url(sim), found["url"], access(sim))


def answering(*answers: bytes) -> Upstream:
    """A server that keeps what it is asked, and gives each answer once."""

    def answer(connection: object, before: int) -> None:
        connection.sendall(answers[min(before, len(answers) - 1)])  # type: ignore[attr-defined]
        connection.close()  # type: ignore[attr-defined]

    return Upstream(answer)


def test_the_token_goes_nowhere_else() -> None:
    elsewhere = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    first = answering(f"HTTP/1.1 302 Found\r\nlocation: {elsewhere.url}/x\r\ncontent-length: 0\r\n\r\n".encode())
    given = GraphAccess.of("token", "secret")
    try:
        for allowed in (lambda url: False, lambda url: url.startswith(first.url)):
            with pytest.raises(PermanentError) as refused:
                download(first.url, f"{first.url}/y", given, allowed)
            assert refused.value.code == "media_host"
        assert (first.requests, elsewhere.requests) == (1, 0)
        assert download(first.url, f"{first.url}/y", given) == [b"ok"]
    finally:
        first.close()
        elsewhere.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nonly",
        b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n",
        b"nonsense",
    ],
)
def test_what_may_be_better_next_time(answer: bytes) -> None:
    server = answering(answer)
    try:
        with pytest.raises(RetryableError):
            download(server.url, f"{server.url}/x", GraphAccess.of("token", "secret"))
    finally:
        server.close()


def test_an_uploaded_file_is_the_file(sim: Sim) -> None:
    file = io.BytesIO(PNG)
    media_id = with_graph(
        base_url(sim),
        lambda graph: graph.upload(sim.number_id, access(sim), file, "image/png", name="a.png", seconds=5),
    )
    found = sim.get(media_id).json()
    assert (found["mime_type"], found["file_size"]) == ("image/png", str(len(PNG)))
    assert b"".join(download(base_url(sim), found["url"], access(sim))) == PNG


def test_a_refused_upload_says_why(sim: Sim) -> None:
    with pytest.raises(ProviderRejected) as refused:
        with_graph(
            base_url(sim),
            lambda graph: graph.upload(
                sim.number_id, access(sim), io.BytesIO(b"<svg/>"), "image/png", name="a.png", seconds=5
            ),
        )
    assert refused.value.provider_code == "100"
