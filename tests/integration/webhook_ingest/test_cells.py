"""Two stacks of one Meta app: what Meta tells the control stack of another cell's account is taken in by that cell."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from functions.api.numbers.cell import Cell
from functions.webhook_ingest.receive.oversize import QUEUE_BYTES
from shared.clients.webhook_sender import WebhookSender
from shared.clock import EpochMs
from shared.domain.numbers.cells import FORWARDED_FOR, SIGNATURE
from shared.domain.webhooks.delivery import Attempt, Outcome
from shared.errors import Conflict, RetryableError
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.store.engine.database import Database
from tests.support.dynoxide import running_dynoxide
from tests.support.engine import new_test_database
from tests.support.fake_aws import SECRETS
from tests.support.ingest import Ingest, Stuck, ingesting
from tests.support.webhook_payloads import change, envelope, wire

SECRET = SECRETS["meta_app_secret"]
HERE, THERE = WabaId("1001"), WabaId("2002")
NO = {"user_preferences": [{"wa_id": "16505551234", "value": "stop", "category": "marketing_messages"}]}


@dataclass
class Place:
    """A cell's receiver as others see it: what was posted to it, answered with `status`."""

    url: str = ""
    status: int = 200
    posted: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def place() -> Iterator[Place]:
    here = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            here.posted.append((body, {name.lower(): text for name, text in self.headers.items()}))
            self.send_response(here.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        here.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/meta"
        yield here
        server.shutdown()


@contextmanager
def database() -> Iterator[Database]:
    with running_dynoxide() as url:
        yield new_test_database(url)


@contextmanager
def control(place: Place) -> Iterator[Ingest]:
    """The control stack, with a tenant of its own and one account of the cell at `place`."""
    with database() as tables, ingesting(tables, frozenset({place.url})) as ingest:
        ingest.add_tenant(TenantId("t-here"), HERE, PhoneNumberId("11"), "+15550000001")
        cell_of(place, ingest).join(THERE, SECRET, EpochMs(1))
        yield ingest


def cell_of(place: Place, control: Ingest) -> Cell:
    def send(url: str, body: bytes, headers: Any, now: EpochMs) -> Outcome:
        assert url == "https://control.example.com"
        return Outcome(Attempt(now, control.receive(body, **headers), 1))

    return Cell(place.url, "https://control.example.com", send)


def both(field: str, value: dict[str, Any]) -> bytes:
    """One POST that tells the same of either account."""
    entries = [{"id": waba_id, "time": 1_750_000_000, "changes": [change(field, value)]} for waba_id in (HERE, THERE)]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}, indent=1).encode()


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def accounts_in(ingest: Ingest, queue: str) -> list[str]:
    return [json.loads(body).get("waba_id") for body, _ in ingest.queues[queue].waiting]


def test_what_is_told_of_a_cells_account_reaches_it_as_meta_signed_it(place: Place) -> None:
    body = both("user_preferences", NO)
    with control(place) as ingest:
        assert ingest.receive(body) == 200
        assert place.posted == [], "Meta's answer does not wait for another cell"
        assert accounts_in(ingest, "consent") == [HERE], "its no is heard by the cell"
        assert accounts_in(ingest, "account") == [HERE, THERE]
        ingest.work_off()
        assert ingest.bucket.under("parked/") == []
    ((posted, headers),) = place.posted
    assert posted == body
    assert headers[SIGNATURE] == signature(body)
    assert headers[FORWARDED_FOR] == THERE
    with database() as tables, ingesting(tables) as cell:
        cell.add_tenant(TenantId("t-there"), THERE, PhoneNumberId("22"), "+15550000002")
        assert cell.receive(posted, **{FORWARDED_FOR: THERE}) == 200
        assert accounts_in(cell, "consent") == accounts_in(cell, "account") == [THERE], "and nothing of the other's"
        cell.work_off()
        assert cell.bucket.under("parked/") == []


def test_messages_and_statuses_stay_where_meta_sent_them(place: Place) -> None:
    said = {"from": "16505551234", "id": "wamid.x", "timestamp": "1750000000", "type": "text", "text": {"body": "hi"}}
    value = {"metadata": {"phone_number_id": "22"}, "messages": [said]}
    body = wire(envelope(change("messages", value), waba_id=THERE))
    with control(place) as ingest:
        assert ingest.receive(body) == 200
        assert accounts_in(ingest, "account") == []
        assert len(ingest.queues["inbound"].waiting) == 1
        # Sent on by somebody who has seen it: of it nothing is anybody's a second time.
        assert ingest.receive(body, **{FORWARDED_FOR: THERE}) == 200
        assert len(ingest.queues["inbound"].waiting) == 1


def test_echoes_of_a_cells_number_are_sent_on_too(place: Place) -> None:
    echo = {"from": "15550000002", "to": "16505551234", "id": "wamid.e", "timestamp": "1750000000", "type": "text"}
    value = {"metadata": {"phone_number_id": "22"}, "message_echoes": [{**echo, "text": {"body": "hi"}}]}
    with control(place) as ingest:
        assert ingest.receive(wire(envelope(change("smb_message_echoes", value), waba_id=THERE))) == 200
        assert not ingest.queues["inbound"].waiting
        ingest.work_off()
    assert len(place.posted) == 1


def test_what_was_sent_on_is_never_sent_on_again(place: Place) -> None:
    body = both("account_update", {"event": "VERIFIED_ACCOUNT"})
    with control(place) as ingest:
        assert ingest.receive(body, **{FORWARDED_FOR: THERE}) == 200
        ((queued, _),) = ingest.queues["account"].waiting
        assert json.loads(queued)["field"] == "account_update"
    assert place.posted == []


def test_the_mark_opens_nothing_without_a_signature(place: Place) -> None:
    body = both("account_update", {"event": "VERIFIED_ACCOUNT"})
    with control(place) as ingest:
        assert ingest.receive(body, **{FORWARDED_FOR: THERE, SIGNATURE: signature(b"another")}) == 401


def test_a_cell_that_does_not_answer_is_asked_again_until_it_lies_in_the_dead_letters(place: Place) -> None:
    place.status = 500
    with control(place) as ingest:
        assert ingest.receive(both("account_update", {"event": "VERIFIED_ACCOUNT"})) == 200
        with pytest.raises(Stuck, match=":forward"):
            ingest.work_off()
    assert len(place.posted) == 5
    assert len({body for body, _ in place.posted}) == 1


def test_a_body_that_no_queue_holds_is_sent_on_whole(place: Place) -> None:
    body = both("account_update", {"event": "VERIFIED_ACCOUNT", "note": "x" * (QUEUE_BYTES // 2 - 1_000)})
    assert len(body) < QUEUE_BYTES, "as Base64 it has more"
    with control(place) as ingest:
        assert ingest.receive(body) == 200
        ingest.work_off()
    assert [posted for posted, _ in place.posted] == [body]


def test_an_account_is_connected_in_one_stack_only(place: Place) -> None:
    with control(place) as ingest:
        cell = cell_of(place, ingest)
        cell.join(THERE, SECRET, EpochMs(2))
        with pytest.raises(Conflict) as caught:
            cell.join(HERE, SECRET, EpochMs(2))
        assert (caught.value.code, caught.value.field) == ("already_claimed", "waba_id")
        with pytest.raises(Conflict):
            ingest.add_tenant(TenantId("t-thief"), THERE, PhoneNumberId("33"), "+15550000003")


def test_only_a_cell_that_the_control_stack_knows_and_that_has_the_secret_may_join(place: Place) -> None:
    with control(place) as ingest:
        stranger = Place("http://stranger.example.com")
        with pytest.raises(RetryableError, match="403"):
            cell_of(stranger, ingest).join(WabaId("3003"), SECRET, EpochMs(2))
        with pytest.raises(RetryableError, match="401"):
            cell_of(place, ingest).join(WabaId("3003"), "another secret", EpochMs(2))


def test_a_stack_without_other_cells_takes_in_all_and_lets_nobody_join(place: Place) -> None:
    with database() as tables, ingesting(tables) as ingest:
        assert ingest.receive(both("account_update", {"event": "VERIFIED_ACCOUNT"})) == 200
        assert accounts_in(ingest, "account") == [HERE, THERE]
        with pytest.raises(RetryableError, match="403"):
            cell_of(place, ingest).join(THERE, SECRET, EpochMs(2))


def test_a_control_stack_out_of_reach_is_said_to_be() -> None:
    send = WebhookSender(allow_private=True, total_seconds=2).send
    with pytest.raises(RetryableError, match="connect"):
        Cell("https://cell.example.com", "http://127.0.0.1:9/", send).join(THERE, SECRET, EpochMs(1))
