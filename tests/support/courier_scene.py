"""A tenant with a webhook endpoint, over a real DynamoDB, in a time of its own."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from functions.api.events.courier import Courier
from functions.api.events.host_gate import HostGate
from functions.api.events.publish import Publisher
from functions.api.events.room import Room
from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs
from shared.domain.webhooks.backlog import MOST_WAITING
from shared.domain.webhooks.delivery import Attempt, Delivery, Outcome, delivery_id
from shared.domain.webhooks.endpoint import SealedSecret, WebhookEndpoint
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.ids import TenantId, new_ulid
from shared.queue_messages import DeliverWebhook, QueueMessage
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.webhooks.backlog import WebhookBacklog
from shared.store.webhooks.deliveries import WebhookDeliveries
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed
from shared.store.webhooks.slow_hosts import SlowHosts
from tests.support.faults import Crash, crash_at_write

NOW = EpochMs(1_800_000_000_000)
MINUTE = 60_000
DAY = 24 * 60 * MINUTE


@dataclass
class DelayQueue:
    """SQS in a time of its own: a message shows once its delay is over; at most 15 minutes of it."""

    now: int = NOW
    waiting: list[tuple[int, int, DeliverWebhook]] = field(default_factory=list)
    hops: int = 0
    groups: set[str] = field(default_factory=set)
    _serial: "itertools.count[int]" = field(default_factory=itertools.count)

    def send(self, message: QueueMessage, *, group: str = "", delay_seconds: int = 0, dedupe: str = "") -> None:
        assert 0 <= delay_seconds <= 900
        assert not dedupe
        self.hops += 1
        self.groups.add(group)
        copy = DeliverWebhook.from_json(message.to_json())
        self.waiting.append((self.now + delay_seconds * 1000, next(self._serial), copy))

    def send_all(self, messages: list[Outgoing]) -> None:
        for outgoing in messages:
            self.send(outgoing.message, group=outgoing.group, delay_seconds=outgoing.delay_seconds)

    def take(self, until: int) -> DeliverWebhook | None:
        """The next message that shows before `until`; time goes on to it."""
        due = sorted(entry for entry in self.waiting if entry[0] <= until)
        if not due:
            self.now = until
            return None
        self.waiting.remove(due[0])
        self.now = max(self.now, due[0][0])
        return due[0][2]


@dataclass
class Place:
    """The tenant's server: answers with `status` (0: no answer)."""

    status: int = 200
    wait_ms: int = 0
    requests: list[tuple[int, str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
        self.requests.append((now, url, body, headers))
        error = "" if self.status else "timeout"
        return Outcome(Attempt(now, self.status, 7, error), f"said {self.status}", self.wait_ms)


class Scene:
    """A tenant with an endpoint; `run` lets time pass."""

    def __init__(self, database: Database, most: int = MOST_WAITING, host: str = "hooks.example.com") -> None:
        self.url = f"https://{host}/"
        self.tenant, self.queue, self.place = TenantId(new_ulid()), DelayQueue(), Place()
        self.feed = EventFeed(database)
        self.endpoints = WebhookEndpoints(Directory(database))
        self.deliveries = WebhookDeliveries(database)
        self.backlog, self.hosts = WebhookBacklog(database, most), SlowHosts(database)
        self.publisher = Publisher(self.endpoints, cast("Queue", self.queue), self.feed)
        self.start = self.feed.end(self.tenant, NOW)
        self.endpoint_id = self.add_endpoint()
        self.courier = Courier(
            endpoints=self.endpoints,
            deliveries=self.deliveries,
            open_secret=lambda tenant, purpose, sealed: f"whsec_{sealed}" if tenant == self.tenant else purpose,
            send=self.place,
            gate=HostGate(self.hosts, lambda: EpochMs(self.queue.now), new_ulid),
            room=Room(self.backlog, self.publisher, lambda: EpochMs(self.queue.now)),
            queue=cast("Queue", self.queue),
            publisher=self.publisher,
            clock=lambda: EpochMs(self.queue.now),
        )

    def add_endpoint(self, *events: str) -> str:
        endpoint = WebhookEndpoint(new_ulid(), self.url, events or ("*",), "", (SealedSecret("YWFhYQ==", "1"),), NOW)
        self.endpoints.create(self.tenant, endpoint)
        return endpoint.endpoint_id

    @property
    def endpoint(self) -> WebhookEndpoint:
        return self.endpoints.get(self.tenant, self.endpoint_id)

    def tell(self, name: str = "1", kind: EventType = EventType.MESSAGE_RECEIVED) -> None:
        event = TenantEvent(f"evt_{name}", kind, EpochMs(self.queue.now), {"name": name})
        self.publisher.publish(self.tenant, [event], EpochMs(self.queue.now))

    def run(self, milliseconds: int) -> list[str]:
        """What the courier did with each message."""
        until = self.queue.now + milliseconds
        done: list[str] = []
        while (message := self.queue.take(until)) is not None:
            done.append(self.courier.deliver(message))
        return done

    def dies(self, database: Database, k: int, when: Literal["before", "after"]) -> None:
        """The worker of the next message, at its k-th write if it comes to that. The queue gives the message out
        again."""
        message = self.queue.take(self.queue.now)
        assert message is not None
        with crash_at_write(database, k, when) as crashed:
            try:
                self.courier.deliver(message)
            except Crash:
                assert crashed()
        self.queue.send(message, group=self.tenant)

    def delivery(self, name: str = "1", at: EpochMs = NOW) -> Delivery:
        found = self.deliveries.get(self.tenant, self.endpoint_id, delivery_id(at, f"evt_{name}"))
        assert found is not None
        return found.delivery

    def events(self) -> list[dict[str, Any]]:
        """Those in the feed."""
        found, cursor, more = [], self.start, True
        while more:
            news = self.feed.read(self.tenant, cursor, NOW)
            found += [json.loads(event) for event in news.events]
            cursor, more = news.cursor, news.more
        return found

    def told(self) -> list[str]:
        """Types of the events in the feed."""
        return [event["type"] for event in self.events()]
