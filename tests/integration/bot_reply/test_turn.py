"""A bot's turn against a Meta that answers on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from functions.bot_reply import handler
from functions.bot_reply.bootstrap import build
from functions.bot_reply.parts import BotParts
from shared.clients.aws import AwsClients
from shared.clients.vault import META_TOKEN, Vault
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.bots.bot import Bot, Rule
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.numbers.number import Number, Waba
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, WabaId
from shared.queue_messages import BotTurn
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Head
from shared.store.conversations.messages import Messages
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from tests.support.fake_aws import Context, FakeAws, sqs_event

TENANT, PHONE_ID = TenantId("01TENANT"), PhoneNumberId("106")
CONTACT, CONVERSATION = ContactId("0" * 32), ConversationId("c0ffee")
Json = dict[str, Any]


class Meta(ThreadingHTTPServer):
    """Accepts every message and remembers it; `before` is what it does first, with the person's number."""

    def __init__(self) -> None:
        self.sent: list[Json] = []
        self.before: Callable[[str], object] = lambda _to: None
        super().__init__(("127.0.0.1", 0), MetaHandler)


class MetaHandler(BaseHTTPRequestHandler):
    server: Meta

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.before(body["to"])
        self.server.sent.append({"path": self.path.partition("?")[0], **body})
        answer = json.dumps({"messages": [{"id": f"wamid.{len(self.server.sent)}"}]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def meta() -> Iterator[Meta]:
    server = Meta()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def deps(aws: FakeAws, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> BotParts:
    env = {**aws.env, "GRAPH_API_URL": f"http://127.0.0.1:{meta.server_address[1]}"}
    database = aws.database()
    made = build(database, env)
    accounts = Accounts(Directory(database))
    accounts.create(Tenant(TENANT, "Shop", "US"), Member("m", "s", "owner@example.com", Role.OWNER))
    token = Vault(AwsClients(database.session).kms, aws.env["KMS_KEY_ID"]).seal(TENANT, META_TOKEN, "EAAtoken")
    accounts.connect(
        TENANT,
        Waba(WabaId("w"), "Shop", "USD", token),
        [Number(PHONE_ID, WabaId("w"), "+15550783881", "Shop")],
    )
    Contacts(database).upsert(TENANT, CONTACT, {"phone": "+16505551234"}, {}, frozenset(), EpochMs(1))
    made.bots.put(TENANT, Bot("b1", "hours", PhoneNumberId(""), True, (Rule("contains", ("hours",), "9 to 5"),)))
    monkeypatch.setattr(handler, "deps", lambda: made)
    return made


def receive(deps: BotParts, text: str, at: EpochMs) -> str:
    """Store a message of the person; returns the queue message for the bot."""
    message_id = message_key(at, f"in-{text}")
    message = Message(message_id, CONVERSATION, "in", "contact", "text", text, at, {"body": text})
    deps.conversations.append(TENANT, Head(CONVERSATION, PHONE_ID, CONTACT, ""), message)
    return BotTurn(TENANT, PHONE_ID, CONTACT, CONVERSATION, message_id).to_json()


def deliver(*bodies: str) -> list[str]:
    answer = handler.lambda_handler(sqs_event(*bodies, group=CONVERSATION), Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def fail(*_args: object, **_more: object) -> None:
    raise RuntimeError("throttled")


def test_a_bot_answers_once_however_often_the_turn_comes(deps: BotParts, meta: Meta) -> None:
    turn = receive(deps, "Your hours?", epoch_ms())
    assert deliver(turn, turn) == []
    assert deliver(turn) == []
    (sent,) = meta.sent
    assert sent["path"] == f"/v26.0/{PHONE_ID}/messages"
    assert (sent["to"], sent["type"], sent["text"]["body"]) == ("+16505551234", "text", "9 to 5")
    reply, _ = deps.conversations.messages.page(TENANT, CONVERSATION, 9, None).items
    assert (reply.author, reply.author_id, reply.status, reply.wamid) == ("bot", "b1", "sent", "wamid.1")
    assert sent["biz_opaque_callback_data"] == f"m1|{TENANT}|{CONVERSATION}|{reply.message_id}"


def test_an_answer_that_failed_before_it_was_sent_is_sent_by_the_next_delivery(
    deps: BotParts, meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = receive(deps, "hours", epoch_ms())
    with monkeypatch.context() as patch:
        patch.setattr(Vault, "open", fail)
        assert len(deliver(turn)) == 1
    assert (deliver(turn), len(meta.sent)) == ([], 1)


@pytest.mark.parametrize(("age_ms", "status"), [(1_000, "queued"), (61_000, "unknown")])
def test_an_answer_whose_outcome_was_lost_is_not_sent_again(
    deps: BotParts, meta: Meta, monkeypatch: pytest.MonkeyPatch, age_ms: int, status: str
) -> None:
    turn = receive(deps, "hours", EpochMs(epoch_ms() - age_ms))
    with monkeypatch.context() as patch:
        patch.setattr(Messages, "record_status", fail)
        assert len(deliver(turn)) == 1
    assert len(deliver(turn)) == (1 if status == "queued" else 0)
    reply, _ = deps.conversations.messages.page(TENANT, CONVERSATION, 9, None).items
    assert (reply.status, len(meta.sent)) == (status, 1)


def people(deps: BotParts, database: Database, count: int) -> list[str]:
    """The turns of so many people who ask at the same time; their numbers end with 00, 01, …"""
    turns = []
    for i in range(count):
        contact, conversation = ContactId(f"{i + 1:032d}"), ConversationId(f"c{i}")
        Contacts(database).upsert(TENANT, contact, {"phone": f"+165055500{i:02d}"}, {}, frozenset(), EpochMs(1))
        at = epoch_ms()
        message_id = message_key(at, f"in-{i}")
        message = Message(message_id, conversation, "in", "contact", "text", "hours", at, {"body": "hours"})
        deps.conversations.append(TENANT, Head(conversation, PHONE_ID, contact, ""), message)
        turns.append(BotTurn(TENANT, PHONE_ID, contact, conversation, message_id).to_json())
    return turns


def test_ten_answers_wait_for_a_slow_meta_at_the_same_time(deps: BotParts, aws: FakeAws, meta: Meta) -> None:
    """Meta answers nobody before all ten have asked."""
    all_there = threading.Barrier(10, timeout=60)
    meta.before = lambda _to: all_there.wait()
    assert deliver(*people(deps, aws.database(), 10)) == []
    assert len(meta.sent) == 10
    assert not all_there.broken


def test_one_whom_meta_lets_wait_keeps_nobody_else_of_the_batch(deps: BotParts, aws: FakeAws, meta: Meta) -> None:
    """The first is answered only once nine others are."""
    through: list[str] = []
    nine = threading.Event()

    def before(to: str) -> None:
        if to.endswith("00"):
            assert nine.wait(60)
        through.append(to)
        if len(through) == 9:
            nine.set()

    meta.before = before
    assert deliver(*people(deps, aws.database(), 10)) == []
    assert through[-1] == "+16505550000"
    assert len(through) == 10


def test_answers_in_one_conversation_keep_their_order_while_meta_is_slow(
    deps: BotParts, aws: FakeAws, meta: Meta
) -> None:
    (other,) = people(deps, aws.database(), 1)
    first, second = (receive(deps, f"{said} hours", EpochMs(epoch_ms() + i)) for i, said in enumerate("ab"))
    others_turn = threading.Event()
    at_once: list[int] = []

    def before(to: str) -> None:
        if to.endswith("00"):
            others_turn.set()
        else:
            at_once.append(len(meta.sent))
            assert others_turn.wait(15)

    meta.before = before
    assert deliver(first, second, other) == []
    assert (len(at_once), len(meta.sent)) == (2, 3)
    assert at_once[1] >= 1, "the second began when the first was sent"


def test_what_no_rule_knows_stays_unanswered(deps: BotParts, meta: Meta) -> None:
    assert deliver(receive(deps, "Shoes", epoch_ms())) == []
    assert meta.sent == []


def test_a_message_of_yesterday_is_not_answered(deps: BotParts, meta: Meta) -> None:
    assert deliver(receive(deps, "hours", EpochMs(epoch_ms() - 25 * 3600 * 1000))) == []
    assert meta.sent == []


def test_who_said_no_meanwhile_gets_no_answer(
    aws: FakeAws, deps: BotParts, meta: Meta, capsys: pytest.CaptureFixture[str]
) -> None:
    turn = receive(deps, "hours", epoch_ms())
    Contacts(aws.database()).consent.record(
        TENANT,
        CONTACT,
        opted_out=True,
        source="keyword",
        at=EpochMs(epoch_ms() + 1),
        event_id="e",
        now=epoch_ms(),
    )
    assert deliver(turn) == []
    assert meta.sent == []
    assert '"BotRefused":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize(
    "body",
    [
        "{",
        BotTurn(TENANT, PHONE_ID, CONTACT, CONVERSATION, "0-nothing").to_json(),
    ],
)
def test_a_turn_about_nothing_is_parked(aws: FakeAws, deps: BotParts, meta: Meta, body: str) -> None:
    good = receive(deps, "hours", epoch_ms())
    assert deliver(body, good) == []
    assert len(aws.objects("parked/")) == 1
    assert len(meta.sent) == 1
