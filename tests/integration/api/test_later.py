"""Events that a tenant could not be told of when they came, over a real DynamoDB."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.api import deliver_handler
from functions.api.events.later import GIVE_UP_MS, read_work, tell_late
from functions.api.events.publish import Publisher, delivery_of
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.webhooks.endpoint import WebhookEndpoint
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.errors import InvalidInput, RetryableError
from shared.ids import TenantId, new_ulid
from shared.observability import show_counts
from shared.queue_messages import TellTenant
from shared.services.tell_later import put_off
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed
from tests.support.engine import open_test_database
from tests.support.fake_aws import Context

NOW = EpochMs(1_800_000_000_123)


@pytest.fixture(scope="module")
def database(dynoxide: str) -> Database:
    return open_test_database(dynoxide)


@dataclass
class Sent:
    """A queue that notes what it was given."""

    outgoing: list[Outgoing] = field(default_factory=list)

    def send_all(self, messages: Iterable[Outgoing]) -> None:
        self.outgoing.extend(messages)

    def taken(self) -> list[TellTenant]:
        found = [read_work(outgoing.message.to_json()) for outgoing in self.outgoing]
        self.outgoing.clear()
        return cast("list[TellTenant]", found)


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


@pytest.fixture
def sent() -> Any:
    return Sent()


@pytest.fixture
def feed(database: Database) -> EventFeed:
    return EventFeed(database)


@pytest.fixture
def publisher(database: Database, feed: EventFeed, sent: Any) -> Publisher:
    return Publisher(WebhookEndpoints(Directory(database)), sent, feed)


def happened(name: str, text: str = "half a pair: \ud83d") -> TenantEvent:
    data = {"text": text, "message": {"n": 1}}
    return TenantEvent(f"evt_{name}", EventType.MESSAGE_RECEIVED, EpochMs(NOW + 1), data)


def test_what_was_put_off_is_told_later_as_it_would_have_been(
    feed: EventFeed, publisher: Publisher, sent: Any, tenant: TenantId
) -> None:
    events = [happened("1"), happened("2")]
    put_off(sent, {tenant: events}, NOW)
    ((message,), start) = sent.taken(), feed.end(tenant, NOW)
    assert tell_late(publisher, sent, message, EpochMs(NOW + 10_000)) == "TenantToldLate"
    assert feed.read(tenant, start, EpochMs(NOW + 10_000)).events == [event.to_json() for event in events]
    assert sent.outgoing == []


def test_the_webhooks_get_the_same_deliveries_as_at_once(
    database: Database, publisher: Publisher, sent: Any, tenant: TenantId
) -> None:
    endpoint = WebhookEndpoint(new_ulid(), "https://a.example.com/", ("*",), "", (), EpochMs(1))
    WebhookEndpoints(Directory(database)).create(tenant, endpoint)
    publisher.publish(tenant, [happened("1")], NOW)
    (at_once,) = [outgoing.message for outgoing in sent.outgoing]
    sent.outgoing.clear()
    tell_late(publisher, sent, TellTenant(tenant, [happened("1").to_json()], NOW), EpochMs(NOW + 10_000))
    assert [outgoing.message for outgoing in sent.outgoing] == [at_once]


def test_what_always_goes_by_the_queue_is_late_only_when_it_could_not_be_told_at_first(
    publisher: Publisher, sent: Any, tenant: TenantId, capsys: pytest.CaptureFixture[str]
) -> None:
    put_off(sent, {tenant: [happened("1")]}, NOW, planned=True)
    assert [outgoing.delay_seconds for outgoing in sent.outgoing] == [0]
    (message,) = sent.taken()
    assert tell_late(publisher, sent, message, EpochMs(NOW + 10_000)) == "TenantTold"
    show_counts()
    assert "FeedLag" not in capsys.readouterr().out
    assert tell_late(failing(RetryableError("busy")), sent, message, EpochMs(NOW + 10_000)) == "TenantPutOff"
    assert [outgoing.delay_seconds for outgoing in sent.outgoing] == [20]
    (message,) = sent.taken()
    assert tell_late(publisher, sent, message, EpochMs(NOW + 30_000)) == "TenantToldLate"
    show_counts()
    assert '"FeedLag":[30000.0]' in capsys.readouterr().out.replace(" ", "")


def failing(error: Exception) -> Any:
    def publish(*_: object) -> None:
        raise error

    return SimpleNamespace(publish=publish)


def test_it_is_tried_for_half_a_day_at_longer_and_longer_intervals(sent: Any, tenant: TenantId) -> None:
    put_off(sent, {tenant: [happened("1")]}, NOW)
    pauses: list[int] = []
    now = int(NOW)
    busy = failing(RetryableError("busy"))
    while True:
        (outgoing,) = sent.outgoing
        assert outgoing.group == tenant
        pauses.append(outgoing.delay_seconds)
        now += outgoing.delay_seconds * 1000
        (message,) = sent.taken()
        if now - NOW >= GIVE_UP_MS:
            break
        assert tell_late(busy, sent, message, EpochMs(now)) == "TenantPutOff"
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1], len(pauses) < 100) == (10, 900, True)
    with pytest.raises(RetryableError):
        tell_late(busy, sent, message, EpochMs(now))
    assert sent.outgoing == []


def test_many_events_are_several_messages_that_the_queue_takes(sent: Any, tenant: TenantId) -> None:
    other = TenantId(new_ulid())
    events = [happened(str(i), '"' * 7_000) for i in range(100)]
    put_off(sent, {tenant: events, other: [happened("1")]}, NOW)
    sizes = [len(outgoing.message.to_json().encode()) for outgoing in sent.outgoing]
    assert max(sizes) < 900_000
    found = sent.taken()
    assert [text for message in found if message.tenant_id == tenant for text in message.events] == [
        event.to_json() for event in events
    ]
    assert [message.tenant_id for message in found].count(other) == 1


def test_the_consumer_of_webhooks_tells_it(
    monkeypatch: pytest.MonkeyPatch, feed: EventFeed, publisher: Publisher, sent: Any, tenant: TenantId
) -> None:
    """One that cannot be read comes again, and ends in the dead-letter queue; a delivery goes to the courier."""
    endpoint = WebhookEndpoint(new_ulid(), "https://a.example.com/", ("*",), "", (), EpochMs(1))
    delivery = delivery_of(tenant, endpoint, happened("1"), "{}")
    delivered: list[object] = []

    def deliver(message: object) -> str:
        delivered.append(message)
        return "WebhookDelivered"

    courier = SimpleNamespace(publisher=publisher, queue=sent, clock=lambda: NOW, deliver=deliver)
    monkeypatch.setattr(deliver_handler, "deliver_deps", lambda: courier)
    late = TellTenant(tenant, [happened("1").to_json()], NOW)
    broken = TellTenant(tenant, ["{"], NOW)
    start = feed.end(tenant, NOW)
    records = [{"messageId": f"m{i}", "body": m.to_json()} for i, m in enumerate((late, broken, delivery))]
    answer = deliver_handler.lambda_handler({"Records": records}, Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert [json.loads(text)["id"] for text in feed.read(tenant, start, NOW).events] == ["evt_1"]
    assert delivered == [delivery]


def test_what_is_neither_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read_work('{"tenant_id": "t"}')
