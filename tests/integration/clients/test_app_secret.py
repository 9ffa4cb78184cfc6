"""The app's secret was changed while functions keep the one before: it is read anew when Meta refuses it, not sooner
and not for each message."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar, cast

import pytest

from shared import observability
from shared.clients.graph import GraphAccess, GraphClient
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clock import EpochMs
from shared.domain.campaigns.outcome import PROOF_REFUSED, Action, Kind, Outcome
from shared.errors import RetryableError
from shared.ids import PhoneNumberId
from tests.support.meta_simulator import APP_SECRET, Sim, receiving, simulating

T = TypeVar("T")
MANY = 30


@pytest.fixture(scope="module")
def sim() -> Iterator[Sim]:
    with receiving() as receiver, simulating(receiver) as running:
        yield running


class Stored:
    """Secrets Manager with one secret, and how often it was read."""

    def __init__(self, app_secret: str) -> None:
        self.app_secret = app_secret
        self.reads = 0

    def get_secret_value(self, **_asked: object) -> dict[str, str]:
        self.reads += 1
        return {"SecretString": json.dumps({"meta_app_secret": self.app_secret, "meta_verify_token": "verify"})}


class Rotated:
    """A function that keeps a secret of before. `now` is its clock (epoch ms)."""

    def __init__(self, sim: Sim, stored: str) -> None:
        self.sim, self.now = sim, EpochMs(1_000_000)
        self.store = Stored("the-one-before")
        self.reader = SecretReader(cast("Any", self.store), "arn", MetaSecrets)
        kept = self.reader.read(self.now).meta_app_secret
        self.access = GraphAccess.of(sim.token, kept, lambda: self.reader.read_anew(self.now).meta_app_secret)
        self.store.app_secret = stored

    def ask(self, work: Callable[[GraphClient], Awaitable[T]]) -> T:
        async def run() -> T:
            graph = GraphClient(str(self.sim.http.base_url), "v26.0")
            try:
                return await work(graph)
            finally:
                await graph.aclose()

        return asyncio.run(run())

    def send(self, many: int) -> list[Outcome]:
        number = PhoneNumberId(self.sim.number_id)
        body = {"messaging_product": "whatsapp", "to": "+34600000001", "type": "text", "text": {"body": "hi"}}

        async def all_at_once(graph: GraphClient) -> list[Outcome]:
            return list(await asyncio.gather(*(graph.send(number, self.access, body) for _ in range(many))))

        return self.ask(all_at_once)


def refused(outcomes: list[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.code == PROOF_REFUSED]


def test_however_many_are_refused_at_once_it_is_read_once_and_none_stays_refused(sim: Sim) -> None:
    rotated = Rotated(sim, APP_SECRET)
    assert refused(rotated.send(MANY)) == []
    assert rotated.store.reads == 2
    assert rotated.access == GraphAccess.of(sim.token, APP_SECRET), "the next ones leave with the new proof at once"


def test_while_the_stored_one_is_wrong_it_is_read_once_in_ten_seconds_and_it_is_counted(
    sim: Sim, capsys: pytest.CaptureFixture[str]
) -> None:
    observability.show_counts()
    capsys.readouterr()
    rotated = Rotated(sim, "mistyped")
    assert rotated.send(MANY) == [Outcome(Kind.THROTTLED, PROOF_REFUSED, Action.TOKEN)] * MANY
    assert rotated.send(MANY) == [Outcome(Kind.THROTTLED, PROOF_REFUSED, Action.TOKEN)] * MANY
    assert rotated.store.reads == 2
    observability.show_counts()
    said = capsys.readouterr().out.replace(" ", "")
    assert f'"TokenRefused":[{2 * MANY}.0]' in said
    rotated.store.app_secret = APP_SECRET
    rotated.now = EpochMs(rotated.now + 10_000)
    assert refused(rotated.send(1)) == []
    assert rotated.store.reads == 3


def test_whatever_else_is_asked_is_asked_again_with_the_new_one_files_too(sim: Sim) -> None:
    def upload(graph: GraphClient) -> Awaitable[str]:
        file, number = io.BytesIO(b"%PDF-1.4 and so on"), PhoneNumberId(sim.number_id)
        return graph.upload(number, rotated.access, file, "application/pdf", name="file.pdf", seconds=5)

    rotated = Rotated(sim, APP_SECRET)
    media_id = rotated.ask(upload)
    assert sim.get(media_id).json()["file_size"] == str(len(b"%PDF-1.4 and so on"))
    rotated = Rotated(sim, APP_SECRET)
    assert rotated.ask(lambda graph: graph.call("GET", sim.waba_id, rotated.access))["id"] == sim.waba_id


def test_a_wrong_one_is_no_fault_of_what_was_asked(sim: Sim, capsys: pytest.CaptureFixture[str]) -> None:
    observability.show_counts()
    capsys.readouterr()
    rotated = Rotated(sim, "mistyped")
    with pytest.raises(RetryableError, match="app secret"):
        rotated.ask(lambda graph: graph.call("GET", sim.waba_id, rotated.access))
    assert rotated.store.reads == 2
    observability.show_counts()
    assert '"TokenRefused":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_the_refusal_is_what_is_told_when_the_secret_cannot_be_read(sim: Sim) -> None:
    def broken() -> str:
        raise ConnectionError

    rotated = Rotated(sim, APP_SECRET)
    rotated.access = GraphAccess.of(sim.token, "the-one-before", broken)
    assert rotated.send(1) == [Outcome(Kind.THROTTLED, PROOF_REFUSED, Action.TOKEN)]
