"""Endpoints prove that they want webhooks, what makes us knock somewhere is bounded, and few calls wait at a time."""

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.events.courier import Courier
from functions.api.events.host_gate import HostGate
from functions.api.events.publish import Publisher
from functions.api.events.room import Room
from shared.clock import EpochMs, epoch_ms
from shared.domain.leases import TESTS, WAITING
from shared.domain.webhooks.delivery import Attempt, Outcome
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.errors import RateLimited
from shared.ids import TenantId, new_ulid
from shared.queue_messages import DeliverWebhook
from shared.store.accounts.leases import LeaseBook
from tests.support.api_handler import Api

URL = "https://hooks.example.com/a"


class Server:
    """A tenant's server: what it was sent, and what it answers."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
        document = json.loads(body)
        self.sent.append((url, document))
        answer = self.answer or json.dumps({"challenge": document["data"].get("challenge")})
        return Outcome(Attempt(now, 200, 1), answer)


def deliver_all(api: Api, tenant: TenantId, server: Server) -> list[str]:
    """What became of each message on the queue."""
    deps = api.deps
    publisher = Publisher(deps.endpoints, deps.webhook_queue, deps.feed)
    courier = Courier(
        endpoints=deps.endpoints,
        deliveries=deps.deliveries,
        open_secret=deps.vault.open,
        send=server,
        gate=HostGate(deps.hosts, epoch_ms, new_ulid),
        room=Room(deps.backlog, publisher, epoch_ms),
        queue=deps.webhook_queue,
        publisher=publisher,
        clock=epoch_ms,
    )
    found = [DeliverWebhook(**message) for message in api.queued("WEBHOOK", tenant)]
    return [courier.deliver(message) for message in found if message.due_at <= epoch_ms() + 1_000]


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


def made(api: Api, tenant: TenantId) -> str:
    answer = api.call("POST", "/v1/webhook-endpoints", {"url": URL}, tenant=tenant)
    assert (answer.status, answer.body["verified"]) == (201, False)
    return f"/v1/webhook-endpoints/{answer.body['id']}"


def verified(api: Api, tenant: TenantId, path: str) -> bool:
    return bool(api.call("GET", path, tenant=tenant).body["verified"])


def publish(api: Api, tenant: TenantId) -> None:
    event = TenantEvent(f"evt_{new_ulid()}", EventType.MESSAGE_RECEIVED, epoch_ms(), {"a": 1})
    Publisher(api.deps.endpoints, api.deps.webhook_queue, api.deps.feed).publish(tenant, [event], epoch_ms())


def test_an_endpoint_that_gives_back_its_challenge_is_sent_events(api: Api, tenant: TenantId) -> None:
    path, server = made(api, tenant), Server()
    assert deliver_all(api, tenant, server) == ["WebhookEndpointVerified"]
    assert verified(api, tenant, path)
    publish(api, tenant)
    assert deliver_all(api, tenant, server) == ["WebhookDelivered"]
    assert [sent["type"] for _, sent in server.sent] == ["endpoint.verification", "message.received"]
    assert api.call("POST", f"{path}/test", tenant=tenant).status == 202
    assert api.call("POST", f"{path}/verify", tenant=tenant).body["code"] == "endpoint_verified"


def test_nothing_but_the_challenge_goes_to_a_server_that_does_not_give_it_back(api: Api, tenant: TenantId) -> None:
    path, victim = made(api, tenant), Server("welcome to our home page")
    assert deliver_all(api, tenant, victim) == ["WebhookAttemptFailed"]
    (delivery,) = api.call("GET", f"{path}/deliveries", tenant=tenant).body["items"]
    assert (delivery["status"], delivery["last"]["error"]) == ("failed", "challenge_not_returned")
    publish(api, tenant)
    deliver_all(api, tenant, victim)
    refused = api.call("POST", f"{path}/test", tenant=tenant)
    assert (refused.status, refused.body["code"]) == (409, "endpoint_unverified")
    assert [sent["type"] for _, sent in victim.sent] == ["endpoint.verification"]
    waiting = api.call("GET", f"{path}/deliveries", tenant=tenant, query="status=retrying").body["items"]
    assert [one["last"]["error"] for one in waiting] == ["endpoint_unverified"]
    assert api.call("POST", f"{path}/verify", tenant=tenant).status == 202
    assert "WebhookEndpointVerified" in deliver_all(api, tenant, Server())
    assert verified(api, tenant, path)


def test_another_url_proves_itself_anew(api: Api, tenant: TenantId) -> None:
    path, server = made(api, tenant), Server()
    deliver_all(api, tenant, server)
    same = api.call("PATCH", path, {"url": URL, "description": "x"}, tenant=tenant)
    assert same.body["verified"] is True
    moved = api.call("PATCH", path, {"url": "https://victim.example.org/"}, tenant=tenant)
    assert moved.body["verified"] is False
    publish(api, tenant)
    victim = Server("hello")
    deliver_all(api, tenant, victim)
    assert [sent["type"] for _, sent in victim.sent] == ["endpoint.verification"]
    assert not verified(api, tenant, path)


@pytest.mark.parametrize(
    ("method", "suffix", "body", "passes"),
    [("POST", "/verify", None, 202), ("POST", "/test", None, 202), ("PATCH", "", {"url": f"{URL}/moved"}, 200)],
    ids=["verify", "test", "move"],
)
def test_we_knock_five_times_a_minute_at_an_endpoint_and_say_when_again(
    api: Api, tenant: TenantId, method: str, suffix: str, body: object, passes: int
) -> None:
    path = made(api, tenant)
    if suffix == "/test":
        deliver_all(api, tenant, Server())
    answers = [api.call(method, f"{path}{suffix}", body, tenant=tenant) for _ in range(8)]
    assert [answer.status for answer in answers] == [passes] * 4 + [429] * 4
    assert answers[-1].body["code"] == "too_many_tests"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_deleting_and_making_endpoints_is_no_way_around_it(api: Api, tenant: TenantId) -> None:
    statuses = []
    for _ in range(TESTS.most + 2):
        answer = api.call("POST", "/v1/webhook-endpoints", {"url": URL}, tenant=tenant)
        statuses.append(answer.status)
        if answer.status == 201:
            api.call("DELETE", f"/v1/webhook-endpoints/{answer.body['id']}", tenant=tenant)
    assert statuses == [201] * TESTS.most + [429] * 2


def test_a_refusal_for_a_minute_is_not_kept_for_a_day(api: Api, tenant: TenantId) -> None:
    path = made(api, tenant)
    for _ in range(4):
        api.call("POST", f"{path}/verify", tenant=tenant)
    headers = {"idempotency-key": "again"}
    assert api.call("POST", f"{path}/verify", tenant=tenant, headers=headers).status == 429
    book = api.deps.leases
    for lease_id in list(_held(book, tenant)):
        book.give_back(tenant, TESTS, lease_id)
    assert api.call("POST", f"{path}/verify", tenant=tenant, headers=headers).status == 202


def _held(book: LeaseBook, tenant: TenantId) -> list[str]:
    return sorted(book.read(tenant, TESTS).held)


@pytest.mark.parametrize("all_at_once", [False, True])
def test_replays_are_bounded_too(api: Api, tenant: TenantId, all_at_once: bool) -> None:
    path = made(api, tenant)
    deliver_all(api, tenant, Server())
    (delivery,) = api.call("GET", f"{path}/deliveries", tenant=tenant).body["items"]
    replay, body = f"{path}/deliveries/{delivery['id']}/replay", None
    if all_at_once:
        replay, body = f"{path}/replay", {"since": "2020-01-01T00:00:00Z"}
    statuses = [api.call("POST", replay, body, tenant=tenant).status for _ in range(62)]
    assert statuses == [202] * 60 + [429] * 2


# --- long polls


def test_few_calls_of_a_caller_and_of_a_tenant_wait_at_a_time(api: Api, tenant: TenantId) -> None:
    cursor = api.call("GET", "/v1/events", tenant=tenant).body["next_cursor"]
    book, now = api.deps.leases, epoch_ms()
    for i in range(WAITING.most_of_holder):
        book.take(tenant, WAITING, f"a{i}", "busy", until=EpochMs(now + 20_000), now=now)
    query = f"after={cursor}&wait=5"
    refused = api.call("GET", "/v1/events", tenant=tenant, member="busy", query=query)
    assert (refused.status, refused.body["code"]) == (429, "too_many_waiting")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert api.call("GET", "/v1/events", tenant=tenant, member="busy", query=f"after={cursor}").status == 200
    for i in range(WAITING.most - WAITING.most_of_holder):
        book.take(tenant, WAITING, f"b{i}", f"other {i}", until=EpochMs(now + 20_000), now=now)
    assert api.call("GET", "/v1/events", tenant=tenant, member="one more", query=query).status == 429
    assert api.call("GET", "/v1/events", tenant=TenantId(new_ulid()), member="busy", query="wait=5").status == 200


def test_a_call_that_ended_or_died_holds_up_nobody(api: Api, tenant: TenantId) -> None:
    cursor = api.call("GET", "/v1/events", tenant=tenant).body["next_cursor"]
    for _ in range(WAITING.most_of_holder + 1):
        assert api.call("GET", "/v1/events", tenant=tenant, query=f"after={cursor}&wait=1").status == 200
    assert api.deps.leases.read(tenant, WAITING).held == {}
    past = EpochMs(epoch_ms() - 60_000)
    for i in range(WAITING.most_of_holder):
        api.deps.leases.take(tenant, WAITING, f"dead {i}", "member", until=EpochMs(past + 20_000), now=past)
    assert api.call("GET", "/v1/events", tenant=tenant, query=f"after={cursor}&wait=1").status == 200


def test_of_many_at_once_as_many_get_a_lease_as_there_are(api: Api, tenant: TenantId) -> None:
    book, now, start = api.deps.leases, epoch_ms(), threading.Barrier(14)

    def take(i: int) -> bool:
        start.wait()
        try:
            book.take(tenant, WAITING, f"l{i}", f"caller {i}", until=EpochMs(now + 20_000), now=now)
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(14) as threads:
        assert sum(threads.map(take, range(14))) == WAITING.most
    assert len(book.read(tenant, WAITING).held) == WAITING.most
