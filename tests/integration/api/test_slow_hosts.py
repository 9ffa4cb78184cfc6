"""A host that answers slowly stands behind the endpoints of many tenants, and takes up few of those who deliver."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from unittest.mock import patch

import pytest

from functions.api.events.host_gate import HostGate
from shared.clock import EpochMs
from shared.domain.webhooks.delivery import RETRY_MS, Attempt, Outcome
from shared.domain.webhooks.slow_host import (
    PLACE_MS,
    PLACES,
    PLACES_OF_A_TENANT,
    SLOW_FOR_MS,
    HostState,
    host_of,
    places_of,
)
from shared.ids import TenantId, new_ulid
from shared.queue_messages import DeliverWebhook
from shared.store.engine.database import Database
from shared.store.webhooks.slow_hosts import SlowHosts
from tests.support.courier_scene import DAY, MINUTE, Scene
from tests.support.engine import open_test_database
from tests.support.meta_simulator import until


@pytest.fixture(scope="module")
def database(dynoxide: str) -> Database:
    return open_test_database(dynoxide)


@pytest.fixture
def host() -> str:
    return f"h{new_ulid().lower()}.example.com"


@dataclass
class Standing:
    """A server that answers when it is let, and knows who waits for it."""

    answer: threading.Event = field(default_factory=threading.Event)
    waiting: list[str] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
        self.waiting.append(url)
        self.answer.wait(60)
        return Outcome(Attempt(now, 200, 7), "ok")


def first_message(scene: Scene, name: str = "1") -> DeliverWebhook:
    scene.tell(name)
    return scene.queue.waiting.pop()[2]


@contextmanager
def delivering(work: list[tuple[Scene, DeliverWebhook]], server: Standing) -> Iterator[list[str]]:
    """Each in a thread of its own, as if a worker had it; what became of those that are done."""
    done: list[str] = []

    def deliver(scene: Scene, message: DeliverWebhook) -> None:
        done.append(replace(scene.courier, send=server).deliver(message))

    with ThreadPoolExecutor(len(work)) as threads:
        began = [threads.submit(deliver, *one) for one in work]
        try:
            yield done
        finally:
            server.answer.set()
    for one in began:
        one.result()


def test_a_slow_host_of_many_tenants_holds_few_workers_and_others_pass(database: Database, host: str) -> None:
    theirs = [Scene(database, host=host) for _ in range(20)]
    messages = [(scene, first_message(scene, str(i))) for scene in theirs for i in range(3)]
    SlowHosts(database).note(host_of(f"https://{host}/"), EpochMs(theirs[0].queue.now))
    server = Standing()
    with delivering(messages, server) as done:
        # All who are not at it have gone again; it would wait for ever if they all had to wait for the host.
        until(lambda: len(done) + len(server.waiting) == len(messages))
        assert len(server.waiting) <= PLACES
        assert done == ["WebhookPutOff"] * (len(messages) - len(server.waiting))
        elsewhere = Scene(database)
        elsewhere.tell()
        assert elsewhere.run(MINUTE) == ["WebhookDelivered"]
    assert done.count("WebhookDelivered") == len(server.waiting) > PLACES // 2
    # The others wait, none with an attempt spent, and arrive.
    left = sum(len(scene.queue.waiting) for scene in theirs)
    assert left == len(messages) - len(server.waiting)
    for scene in theirs:
        scene.run(MINUTE)
    assert sum(len(scene.place.requests) for scene in theirs) == left
    assert {scene.endpoint.failures for scene in theirs} == {0}


def test_one_tenant_takes_its_share_of_a_slow_host_and_no_more(database: Database, host: str) -> None:
    scene = Scene(database, host=host)
    messages = [(scene, first_message(scene, str(i))) for i in range(12)]
    scene.hosts.note(host_of(scene.url), EpochMs(scene.queue.now))
    server = Standing()
    with delivering(messages, server) as done:
        until(lambda: len(done) + len(server.waiting) == len(messages))
        assert len(server.waiting) == PLACES_OF_A_TENANT


def test_who_waits_for_a_host_tells_the_others_before_it_has_an_answer(database: Database, host: str) -> None:
    scene = Scene(database, host=host)
    scene.courier = replace(scene.courier, gate=replace(scene.courier.gate, slow_ms=1))
    now = EpochMs(scene.queue.now)
    server = Standing()
    with delivering([(scene, first_message(scene))], server):
        until(lambda: bool(scene.hosts.slow_until([host_of(scene.url)], now)))
        assert len(server.waiting) == 1


def test_a_host_that_answers_at_once_is_not_counted(database: Database, host: str) -> None:
    scene = Scene(database, host=host)
    scene.tell()
    with patch.object(SlowHosts, "take", side_effect=AssertionError):
        assert scene.run(MINUTE) == ["WebhookDelivered"]
    assert scene.hosts.slow_until([host_of(scene.url)], EpochMs(scene.queue.now)) == {}


def test_a_host_is_let_go_when_it_has_not_been_slow_for_a_while(database: Database, host: str) -> None:
    hosts, name, now = SlowHosts(database), host_of(f"https://{host}/"), EpochMs(1_800_000_000_000)
    hosts.note(name, now)
    assert hosts.state(name, now).slow_until == hosts.slow_until([name], now)[name] == now + SLOW_FOR_MS
    assert hosts.state(name, EpochMs(now + SLOW_FOR_MS)).slow_until == 0
    hosts.note(name, EpochMs(now + SLOW_FOR_MS - MINUTE))
    assert hosts.state(name, EpochMs(now + SLOW_FOR_MS)).slow_until == now + 2 * SLOW_FOR_MS - MINUTE


def test_a_place_has_one_holder_and_none_once_it_is_given_back_or_its_holder_is_gone(
    database: Database, host: str
) -> None:
    hosts, now = SlowHosts(database), EpochMs(1_800_000_000_000)
    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(lambda i: hosts.take(host, 3, str(i), now), range(8)))
    assert won.count(True) == 1
    hosts.give_back(host, 3, "somebody else")
    assert hosts.state(host, now).taken == {3}
    hosts.give_back(host, 3, str(won.index(True)))
    assert hosts.state(host, now).taken == set()
    assert hosts.take(host, 3, "a", now)
    assert not hosts.take(host, 3, "b", EpochMs(now + PLACE_MS - 1))
    assert hosts.take(host, 3, "b", EpochMs(now + PLACE_MS))
    hosts.give_back(host, 3, "a")
    assert hosts.state(host, EpochMs(now + PLACE_MS)).taken == {3}


def test_who_has_been_leaves_its_place_to_the_next(database: Database, host: str) -> None:
    scene = Scene(database, host=host)
    scene.hosts.note(host_of(scene.url), EpochMs(scene.queue.now))
    for i in range(PLACES_OF_A_TENANT + 1):
        scene.tell(str(i))
    assert scene.run(0) == ["WebhookDelivered"] * (PLACES_OF_A_TENANT + 1)


def test_who_cannot_give_its_place_back_has_delivered_all_the_same(database: Database, host: str) -> None:
    scene = Scene(database, host=host)
    scene.hosts.note(host_of(scene.url), EpochMs(scene.queue.now))
    scene.tell()
    with patch.object(SlowHosts, "give_back", side_effect=TimeoutError):
        assert scene.run(0) == ["WebhookDelivered"]


def test_a_trial_is_not_spent_where_the_host_has_no_place(database: Database, host: str) -> None:
    scene = Scene(database, host=host)
    scene.place.status = 0
    for i in range(6):
        scene.tell(str(i))
    scene.run(1)
    assert scene.endpoint.left_alone
    before, sent = scene.endpoint, len(scene.place.requests)
    scene.queue.now = before.paused_until
    with patch.object(HostGate, "_take", return_value=None):
        scene.hosts.note(host_of(scene.url), EpochMs(scene.queue.now))
        scene.run(MINUTE)
        assert (scene.endpoint, len(scene.place.requests)) == (before, sent)
    scene.place.status = 200
    scene.run(DAY)
    assert not scene.endpoint.left_alone
    assert scene.queue.waiting == []


def test_what_waits_for_a_place_waits_for_three_days_at_growing_pauses(database: Database, host: str) -> None:
    scene = Scene(database, host=host)
    scene.tell()
    with patch.object(HostGate, "_take", return_value=None), patch.object(SlowHosts, "state", _always_slow):
        done = scene.run(RETRY_MS + 20 * MINUTE)
    assert (scene.place.requests, scene.queue.waiting) == ([], [])
    assert 288 <= len(done) < 2 * 288, "a quarter of an hour apart, and as often again in the first hour at most"
    assert (scene.delivery().state, scene.delivery().attempts[-1].error) == ("failed", "host_busy")


def _always_slow(_self: SlowHosts, _host: str, now: EpochMs) -> HostState:
    return HostState(EpochMs(now + 1))


def test_whoever_has_a_place_is_another_tenants_business(database: Database, host: str) -> None:
    """Somebody's endpoints at a shared host take none of the places of a tenant that has others."""
    first = TenantId(new_ulid())
    second = next(
        other
        for other in map(TenantId, map(str, range(999)))
        if not {*places_of(first, host)} & {*places_of(other, host)}
    )
    hosts, now = SlowHosts(database), EpochMs(1_800_000_000_000)
    hosts.note(host, now)
    gate = HostGate(hosts, lambda: now, new_ulid)
    for place in places_of(first, host):
        assert hosts.take(host, place, "busy", now)
    with gate.passing(first, host) as one, gate.passing(second, host) as another:
        assert (one, another) == (False, True)
