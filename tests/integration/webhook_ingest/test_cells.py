"""Two stacks of one Meta app: what Meta tells the control stack of another cell's account is taken in by that cell."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from functions.api.numbers.cell import Cell, ControlRefused
from functions.webhook_ingest.receive.cells import MOST_ACCOUNTS
from functions.webhook_ingest.receive.oversize import QUEUE_BYTES
from shared.clients.queue import Queue
from shared.clients.webhook_sender import WebhookSender
from shared.clock import EpochMs
from shared.domain.numbers.cells import FORWARDED, SIGNATURE, LeaveCell, asked_by_a_cell, forward_body
from shared.domain.webhooks.delivery import RETRY_MS, Attempt, Outcome, Send
from shared.errors import Conflict, RetryableError
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.store.engine.database import Database
from tests.support.dynoxide import running_dynoxide
from tests.support.engine import new_test_database
from tests.support.fake_aws import SECRETS
from tests.support.ingest import Ingest, MemoryQueue, ingesting
from tests.support.webhook_payloads import change, envelope, wire

SECRET = SECRETS["meta_app_secret"]
SEND = WebhookSender(allow_private=True, total_seconds=60).send
CONTROL = "https://control.example.com"
AT = EpochMs(1_750_000_000_000)
HERE, THERE = WabaId("1001"), WabaId("2002")
NO = {"user_preferences": [{"wa_id": "16505551234", "value": "stop", "category": "marketing_messages"}]}


@dataclass
class Place:
    """A cell's receiver as others see it: what was posted to it, answered with `status`."""

    url: str = ""
    status: int = 200
    before: Callable[[], object] = lambda: None
    posted: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def place() -> Iterator[Place]:
    with listening() as here:
        yield here


@pytest.fixture
def other() -> Iterator[Place]:
    with listening() as here:
        yield here


@contextmanager
def listening() -> Iterator[Place]:
    here = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            here.before()
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
def control(place: Place, **others: Place) -> Iterator[Ingest]:
    """The control stack, with a tenant of its own and one account of the cell `west`, which is at `place`."""
    urls = {"west": place.url, **{name: other.url for name, other in others.items()}}
    send = WebhookSender(allow_private=True, total_seconds=60).send
    with database() as tables, ingesting(tables, urls, send=send) as ingest:
        ingest.add_tenant(TenantId("t-here"), HERE, PhoneNumberId("11"), "+15550000001")
        cell_of(place, ingest).join(THERE, SECRET, EpochMs(1))
        yield ingest


def cell_of(place: Place, control: Ingest) -> Cell:
    return Cell(place.url, CONTROL, answered_by(control), cast("Queue", MemoryQueue()))


def answered_by(control: Ingest) -> Send:
    """What is sent to the control stack is taken in there."""

    def send(url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
        assert url == CONTROL
        return Outcome(Attempt(now, control.receive(body, **headers), 1))

    return send


def told(field: str, value: dict[str, Any], *accounts: str) -> bytes:
    """One POST that tells the same of each of these accounts."""
    entries = [{"id": waba_id, "time": 1_750_000_000, "changes": [change(field, value)]} for waba_id in accounts]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}, indent=1).encode()


def both(field: str, value: dict[str, Any]) -> bytes:
    return told(field, value, HERE, THERE)


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def accounts_in(ingest: Ingest, queue: str) -> list[str]:
    return [json.loads(body).get("waba_id") for body, _ in ingest.queues[queue].waiting]


def partitions(tables: Database, table: str) -> set[str]:
    return {item["pk"]["S"] for item in tables.client.scan(TableName=table)["Items"]}


def test_what_is_told_of_a_cells_account_reaches_it_and_nothing_else_does(place: Place) -> None:
    with control(place) as ingest:
        assert ingest.receive(both("user_preferences", NO)) == 200
        assert place.posted == [], "Meta's answer does not wait for another cell"
        assert accounts_in(ingest, "consent") == accounts_in(ingest, "account") == [HERE]
        ingest.work_off()
        assert ingest.bucket.under("parked/") == []
    ((posted, headers),) = place.posted
    assert headers[SIGNATURE] == signature(posted)
    assert [entry["id"] for entry in json.loads(posted)["entry"]] == [THERE]
    with database() as tables, ingesting(tables) as cell:
        cell.add_tenant(TenantId("t-there"), THERE, PhoneNumberId("22"), "+15550000002")
        assert cell.receive(posted) == 200
        assert accounts_in(cell, "consent") == accounts_in(cell, "account") == [THERE]
        cell.work_off()
        assert cell.bucket.under("parked/") == []
        assert [one.split("#")[1] for one in partitions(tables, tables.contacts) if "OPT" in one] == ["t-there"]


@pytest.mark.parametrize("more", [{}, {"changes": [{"field": "messages", "value": "stop"}]}, {"changes": "stop"}])
def test_what_is_not_understood_of_a_cells_account_is_put_aside_there(place: Place, more: dict[str, Any]) -> None:
    """Who puts it aside hears a no in it first."""
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": THERE, **more}]}).encode()
    with control(place) as ingest:
        assert ingest.receive(body) == 200
        ingest.work_off()
        assert ingest.bucket.under("parked/") == []
    ((posted, _),) = place.posted
    assert json.loads(posted)["entry"] == [{"id": THERE, **more}]
    with database() as tables, ingesting(tables) as cell:
        assert cell.receive(posted) == 200
        assert len(cell.bucket.under("parked/")) == 1


def test_messages_and_statuses_stay_where_meta_sent_them(place: Place) -> None:
    said = {"from": "16505551234", "id": "wamid.x", "timestamp": "1750000000", "type": "text", "text": {"body": "hi"}}
    value = {"metadata": {"phone_number_id": "22"}, "messages": [said]}
    changes = envelope(change("messages", value), waba_id=THERE)
    with control(place) as ingest:
        assert ingest.receive(wire(changes)) == 200
        assert not ingest.queues["forward"].waiting
        assert len(ingest.queues["inbound"].waiting) == 1
        # Sent on all the same, by whoever: of it nothing is anybody's a second time.
        assert ingest.receive(wire({**changes, "object": FORWARDED})) == 200
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
    """As between two stacks that take each other for a cell."""
    body = told("account_update", {"event": "VERIFIED_ACCOUNT"}, THERE)
    with control(place) as ingest:
        assert ingest.receive(forward_body([json.dumps(json.loads(body)["entry"][0])], AT)) == 200
        ((queued, _),) = ingest.queues["account"].waiting
        assert json.loads(queued)["received_at"] == AT
        ingest.work_off()
        assert len(ingest.bucket.under("parked/")) == 1
    assert place.posted == []


def test_only_what_is_signed_can_say_that_it_was_sent_on(place: Place) -> None:
    body = told("user_preferences", NO, THERE)
    with control(place) as ingest:
        assert ingest.receive(body, **{"x-wasapbos-forwarded-for": THERE}) == 200
        assert accounts_in(ingest, "account") == accounts_in(ingest, "consent") == [], "it is the cell's all the same"
        forged = forward_body([], AT)
        assert ingest.receive(forged, **{SIGNATURE: signature(b"another")}) == 401


def test_an_event_that_was_received_before_its_account_joined_is_sent_on(place: Place) -> None:
    late = WabaId("3003")
    with database() as tables, ingesting(tables, {"west": place.url}, send=SEND) as ingest:
        assert ingest.receive(told("user_preferences", NO, late)) == 200
        cell_of(place, ingest).join(late, SECRET, EpochMs(1))
        ingest.work_off()
        assert ingest.bucket.under("parked/") == []
        assert partitions(tables, tables.contacts) == set(), "the cell is nobody's tenant"
        assert ingest.deps.accounts.tenant_of_waba(late) is None
    ((posted, _),) = place.posted
    (entry,) = json.loads(posted)["entry"]
    assert (entry["id"], entry["time"]) == (late, 1_750_000_000)
    assert entry["changes"] == [{"field": "user_preferences", "value": NO}]


def test_a_claim_of_before_cells_had_names_is_no_tenants(place: Place) -> None:
    with control(place) as ingest:
        old = TenantId("cell:https://west.example.com/webhooks/meta")
        ingest.deps.accounts.reserve(old, WabaId("3003"))
        ingest.receive(told("user_preferences", NO, "3003"))
        ingest.work_off()
        assert [one["reason"][:13] for one in ingest.bucket.under("parked/")] == ["invalid_input"]
        assert ingest.deps.accounts.tenant_of_waba(WabaId("3003")) is None


def test_without_the_names_of_cells_what_is_theirs_is_parked_and_applied_to_nobody(place: Place) -> None:
    with database() as tables:
        with ingesting(tables, {"west": place.url}) as ingest:
            cell_of(place, ingest).join(THERE, SECRET, EpochMs(1))
        with ingesting(tables) as ingest:
            assert ingest.receive(told("user_preferences", NO, THERE)) == 200
            ingest.work_off()
            (parked,) = ingest.bucket.under("parked/")
        assert parked["reason"].startswith("unknown_cell")
        assert partitions(tables, tables.contacts) == set()
    assert place.posted == []


def test_a_cell_keeps_its_accounts_under_a_new_url(place: Place, other: Place) -> None:
    with database() as tables:
        with ingesting(tables, {"west": other.url}) as ingest:
            cell_of(other, ingest).join(THERE, SECRET, EpochMs(1))
        with ingesting(tables, {"west": place.url}, send=SEND) as ingest:
            cell_of(place, ingest).join(THERE, SECRET, EpochMs(2))
            ingest.receive(told("user_preferences", NO, THERE))
            ingest.work_off()
    assert (len(place.posted), len(other.posted)) == (1, 0)


def test_a_no_outlasts_an_outage_of_its_cell_and_waits_a_minute_at_most_afterwards(place: Place) -> None:
    place.status = 500
    with control(place) as ingest:
        ingest.receive(told("user_preferences", NO, THERE))
        ingest.receive(told("account_update", {"event": "VERIFIED_ACCOUNT"}, THERE))
        for _ in range(6 * 60):
            ingest.work_off()
            ingest.passed_ms += 60_000
        assert len(place.posted) <= 6 * 60 + 10, "it is not asked for more than once a minute"
        place.status, asked = 200, len(place.posted)
        for _ in range(2):
            ingest.work_off()
            ingest.passed_ms += 75_000
        assert b"stop" in b"".join(body for body, _ in place.posted[asked:])
        for _ in range(20):
            ingest.work_off()
            ingest.passed_ms += 60_000
        assert not ingest.queues["forward"].waiting
        assert ingest.bucket.under("parked/") == []
    assert len(place.posted) == asked + 2


def test_a_cell_that_only_asked_for_patience_is_asked_again_within_seconds(place: Place) -> None:
    place.status = 429
    with control(place) as ingest:
        ingest.receive(told("user_preferences", NO, THERE))
        ingest.work_off()
        place.status = 200
        ingest.passed_ms += 6_000
        ingest.work_off()
    assert len(place.posted) == 2


def test_what_a_cell_has_not_taken_for_three_days_is_parked(place: Place) -> None:
    place.status = 500
    with control(place) as ingest:
        ingest.receive(told("user_preferences", NO, THERE))
        ingest.work_off()
        ingest.passed_ms += RETRY_MS + 1
        ingest.work_off()
        (parked,) = ingest.bucket.under("parked/")
    assert parked["reason"].startswith("not_taken")
    assert "stop" in parked["raw"]
    assert len(place.posted) == 2


def test_no_cell_waits_for_another_and_a_no_goes_first(place: Place, other: Place) -> None:
    """Both answer once both have been asked."""
    meeting = threading.Barrier(2, timeout=30)
    place.before = other.before = meeting.wait
    with control(place, east=other) as ingest:
        cell_of(other, ingest).join(WabaId("4004"), SECRET, EpochMs(1))
        entries = [json.loads(told("account_update", {"event": "VERIFIED_ACCOUNT"}, THERE))["entry"][0]]
        entries += json.loads(told("user_preferences", NO, "4004"))["entry"]
        ingest.receive(json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode())
        assert [group for _, group in ingest.queues["forward"].waiting] == ["east.consent", "west"]
        ingest.work_off()
    assert len(place.posted) == len(other.posted) == 1


def test_many_accounts_in_one_post_cost_a_few_reads_and_no_copy_of_it(place: Place) -> None:
    accounts = [str(50_000 + n) for n in range(250)]
    body = told("account_update", {"event": "VERIFIED_ACCOUNT", "note": "x" * 200}, *accounts)
    with database() as tables, ingesting(tables, {"west": place.url}, send=SEND) as ingest:
        for waba_id in accounts:
            ingest.deps.cells.claim(WabaId(waba_id), "west", EpochMs(1))
        calls: list[str] = []
        tables.client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
        assert ingest.receive(body) == 200
        assert calls == ["BatchGetItem"] * 3
        assert sum(len(queued) for queued, _ in ingest.queues["forward"].waiting) < 2 * len(body)
        assert accounts_in(ingest, "account") == []
        ingest.work_off()
    posted = [entry["id"] for sent, _ in place.posted for entry in json.loads(sent)["entry"]]
    assert sorted(posted) == sorted(accounts)


def test_more_accounts_than_meta_puts_into_a_post_are_not_all_looked_up_at_once(place: Place) -> None:
    accounts = [str(50_000 + n) for n in range(MOST_ACCOUNTS + 1)]
    with control(place) as ingest:
        calls: list[str] = []
        client = ingest.deps.cells._client()
        client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
        last = max(accounts)
        ingest.deps.cells.claim(WabaId(last), "west", EpochMs(1))
        calls.clear()
        assert ingest.receive(told("account_update", {"event": "VERIFIED_ACCOUNT"}, *accounts)) == 200
        assert len(calls) == MOST_ACCOUNTS // 100
        ingest.work_off()
    ((posted, _),) = place.posted
    assert [entry["id"] for entry in json.loads(posted)["entry"]] == [last], "found out by whoever took it in"


def test_what_no_queue_holds_is_sent_on_whole(place: Place) -> None:
    with control(place) as ingest:
        for size in (QUEUE_BYTES + 1_000, QUEUE_BYTES // 2 + 1_000):
            body = told("account_update", {"event": "VERIFIED_ACCOUNT", "note": '\u00e9"' * (size // 3)}, THERE)
            assert ingest.receive(body) == 200
            ingest.work_off()
            assert json.loads(place.posted[-1][0])["entry"] == json.loads(body)["entry"]


def test_no_field_of_a_webhook_has_anything_sent_anywhere(place: Place) -> None:
    value = {"callback": place.url, "signature": "x", "body": "e30=", "cell": "west", "entries": ["{}"]}
    with control(place) as ingest:
        assert ingest.receive(told(":forward", value, HERE)) == 200
        ingest.work_off()
        assert not ingest.queues["forward"].waiting
    assert place.posted == []


@pytest.mark.parametrize(
    "asked",
    [
        b'{"object":"wasapbos_cell_join","waba_id":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"object":"wasapbos_cell_join","waba_id":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"object":"wasapbos_cell_join"}',
        b'{"object":"wasapbos_cell_join","waba_id":"1#2","callback":"https://west","at":1}',
        b'{"object":"wasapbos_cell_of_tomorrow","waba_id":"1","callback":"https://west","at":1}',
        b'{"object":"wasapbos_cell_join","waba_id"',
    ],
)
def test_what_cannot_be_understood_of_a_cell_is_refused(place: Place, asked: bytes) -> None:
    with control(place) as ingest:
        assert ingest.receive(asked) == 400


def test_an_account_is_connected_in_one_stack_only(place: Place, other: Place) -> None:
    with control(place, east=other) as ingest:
        cell = cell_of(place, ingest)
        cell.join(THERE, SECRET, EpochMs(2))
        with pytest.raises(Conflict) as caught:
            cell.join(HERE, SECRET, EpochMs(2))
        assert (caught.value.code, caught.value.field) == ("already_claimed", "waba_id")
        with pytest.raises(Conflict):
            cell_of(other, ingest).join(THERE, SECRET, EpochMs(2))
        with pytest.raises(Conflict):
            ingest.add_tenant(TenantId("t-thief"), THERE, PhoneNumberId("33"), "+15550000003")
        assert ingest.deps.accounts.wabas(TenantId("t-thief")) == []
        with pytest.raises(Conflict):
            ingest.deps.accounts.reserve(TenantId("t-thief"), THERE)


def test_of_a_tenant_and_a_cell_that_take_an_account_at_once_one_gets_it(place: Place) -> None:
    with control(place) as ingest:
        accounts, cells = ingest.deps.accounts, ingest.deps.cells
        for n in range(8):
            waba_id = WabaId(f"70{n}")
            with ThreadPoolExecutor(2) as pool:
                tenants = pool.submit(accounts.reserve, TenantId("t-here"), waba_id)
                cell = pool.submit(cells.claim, waba_id, "west", EpochMs(1))
            lost = [type(one.exception()) for one in (tenants, cell)]
            assert (accounts.tenant_of_waba(waba_id) is None) or not cells.cell_of(waba_id), "never both"
            assert lost.count(type(None)) <= 1
            assert set(lost) <= {type(None), Conflict, RetryableError}


def test_what_a_cell_gives_up_is_free_unless_it_joined_again_since(place: Place, other: Place) -> None:
    with control(place, east=other) as ingest:
        cell = cell_of(place, ingest)

        def leave(at: int, callback: str = place.url) -> int:
            return ingest.receive(LeaveCell(THERE, callback, EpochMs(at)).to_json())

        cell.join(THERE, SECRET, EpochMs(20))
        assert (leave(19), leave(30, other.url)) == (200, 200)
        assert ingest.deps.cells.cell_of(THERE) == "west", "it joined later, and is not the other cell's"
        assert (leave(20), leave(20)) == (200, 200)
        ingest.add_tenant(TenantId("t-next"), THERE, PhoneNumberId("33"), "+15550000003")


def test_a_cell_whose_account_was_disconnected_at_meta_gives_it_up(place: Place) -> None:
    with control(place) as ingest, database() as tables:
        removed = told("account_update", {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": THERE}}, THERE)
        ingest.receive(removed)
        ingest.work_off()
        ((posted, _),) = place.posted
        sent: list[tuple[str, bytes, Mapping[str, str]]] = []

        def send(url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
            sent.append((url, body, headers))
            return Outcome(Attempt(now, 200, 1))

        with ingesting(tables, control=CONTROL, send=send) as cell:
            cell.add_tenant(TenantId("t-there"), THERE, PhoneNumberId("22"), "+15550000002")
            cell.receive(posted)
            cell.work_off()
    ((url, body, headers),) = sent
    asked = asked_by_a_cell(body)
    assert isinstance(asked, LeaveCell)
    assert (url, asked.waba_id, headers[SIGNATURE]) == (CONTROL, THERE, signature(body))


def test_only_a_cell_that_the_control_stack_knows_and_that_has_the_secret_may_join(place: Place) -> None:
    with control(place) as ingest:
        stranger = Place("http://stranger.example.com")
        with pytest.raises(ControlRefused) as unknown:
            cell_of(stranger, ingest).join(WabaId("3003"), SECRET, EpochMs(2))
        with pytest.raises(ControlRefused) as distrusted:
            cell_of(place, ingest).join(WabaId("3003"), "another secret", EpochMs(2))
    assert (unknown.value.code, distrusted.value.code) == ("cell_unknown", "cell_not_trusted")


def test_a_stack_without_other_cells_takes_in_all_and_lets_nobody_join(place: Place) -> None:
    with database() as tables, ingesting(tables) as ingest:
        assert ingest.receive(both("account_update", {"event": "VERIFIED_ACCOUNT"})) == 200
        assert accounts_in(ingest, "account") == [HERE, THERE]
        with pytest.raises(ControlRefused):
            cell_of(place, ingest).join(THERE, SECRET, EpochMs(2))


def test_a_control_stack_out_of_reach_is_said_to_be() -> None:
    cell = Cell("https://cell.example.com", "http://127.0.0.1:9/", SEND, cast("Queue", MemoryQueue()))
    with pytest.raises(RetryableError, match="connect"):
        cell.join(THERE, SECRET, EpochMs(1))
