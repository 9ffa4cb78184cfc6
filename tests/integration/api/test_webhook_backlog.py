"""What waits for an endpoint that does not take it is bounded, by number and by age, and the tenant knows."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import cast
from unittest.mock import patch

import pytest

from functions.api.events.replay import replay_failed, replay_one
from functions.api.events.room import TELLING_MS, Room
from shared.clients.queue import Queue
from shared.clock import EpochMs
from shared.domain.webhooks.backlog import Backlog
from shared.domain.webhooks.breaker import FAILURES_IN_A_ROW
from shared.domain.webhooks.delivery import RETRY_MS
from shared.domain.webhooks.tenant_event import EventType
from shared.ids import TenantId
from shared.queue_messages import DeliverWebhook
from shared.store.engine.database import Database
from tests.support.courier_scene import DAY, MINUTE, Scene
from tests.support.engine import open_test_database
from tests.support.faults import Crash, crash_at_write

MOST = 12


@pytest.fixture(scope="module")
def database(dynoxide: str) -> Database:
    return open_test_database(dynoxide)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database, MOST)


def backlog(scene: Scene) -> Backlog:
    return scene.backlog.read(scene.tenant, [scene.endpoint_id], EpochMs(scene.queue.now))[scene.endpoint_id]


def states(scene: Scene, count: int) -> list[str]:
    page = scene.deliveries.page(scene.tenant, scene.endpoint_id, 100, None)
    assert len(page.items) == count
    return sorted(logged.delivery.state for logged in page.items)


def last_errors(scene: Scene) -> list[str]:
    page = scene.deliveries.page(scene.tenant, scene.endpoint_id, 100, None, "failed")
    return [logged.delivery.attempts[-1].error for logged in page.items]


def test_no_more_wait_for_a_dead_endpoint_than_may_however_many_are_told(scene: Scene) -> None:
    scene.place.status = 0
    for i in range(40):
        scene.tell(str(i))
    done = scene.run(60 * MINUTE)
    assert done.count("WebhookBacklogFull") == 40 - MOST
    assert len(scene.queue.waiting) == MOST
    found = backlog(scene)
    assert (found.waiting, found.given_up) == (MOST, 40 - MOST)
    assert last_errors(scene) == ["endpoint_backlog_full"] * (40 - MOST)
    assert FAILURES_IN_A_ROW <= len(scene.place.requests) < MOST + FAILURES_IN_A_ROW
    # Whatever becomes of its delivery, the feed has every event.
    assert scene.told().count("message.received") == 40


def test_its_tenant_is_told_once_and_not_by_the_endpoint_that_is_dead(scene: Scene) -> None:
    other = scene.add_endpoint("endpoint.backlog_full")
    scene.endpoints.change(scene.tenant, other, lambda found: replace(found, url="https://b.example/"))
    scene.place.status = 0
    for i in range(40):
        scene.tell(str(i))
    scene.run(5 * MINUTE)
    (event,) = (event for event in scene.events() if event["type"] == "endpoint.backlog_full")
    assert event["data"] == {"endpoint_id": scene.endpoint_id}
    asked = [(url, body) for _, url, body, _ in scene.place.requests if b"backlog_full" in body]
    assert {url for url, _ in asked} == {"https://b.example/"}


def test_what_has_arrived_makes_room_and_what_was_given_up_can_be_replayed(scene: Scene) -> None:
    scene.place.status = 0
    for i in range(20):
        scene.tell(str(i))
    scene.run(MINUTE)
    assert backlog(scene).waiting == MOST
    scene.place.status = 200
    scene.run(DAY)
    assert (backlog(scene).waiting, scene.queue.waiting) == (0, [])
    assert states(scene, 20) == ["failed"] * (20 - MOST) + ["succeeded"] * MOST
    queue, now = cast("Queue", scene.queue), EpochMs(scene.queue.now)
    since = EpochMs(now - 2 * DAY)
    again = replay_failed(queue, scene.deliveries, scene.tenant, scene.endpoint_id, since, now, None, now, by="op")
    assert len(again.items) == 20 - MOST
    scene.run(MINUTE)
    assert states(scene, 20) == ["succeeded"] * 20


def test_a_healthy_endpoint_takes_no_room(scene: Scene) -> None:
    for i in range(MOST + 1):
        scene.tell(str(i))
    with patch.object(scene.backlog, "take", side_effect=AssertionError):
        assert scene.run(MINUTE) == ["WebhookDelivered"] * (MOST + 1)
    assert backlog(scene) == Backlog()


@pytest.mark.parametrize("end", ["three days", "disabled", "gone", "replayed"])
def test_every_end_gives_its_place_back(scene: Scene, end: str) -> None:
    scene.place.status = 500
    for i in range(3):
        scene.tell(str(i))
    scene.run(MINUTE)
    assert backlog(scene).waiting == 3
    if end == "disabled":
        scene.endpoints.change(
            scene.tenant, scene.endpoint_id, lambda found: found.switched(enabled=False, now=EpochMs(scene.queue.now))
        )
    elif end == "gone":
        scene.place.status = 410
    elif end == "replayed":
        scene.place.status = 200
        queue, now = cast("Queue", scene.queue), EpochMs(scene.queue.now)
        for i in range(3):
            key = scene.delivery(str(i)).delivery_id
            replay_one(queue, scene.deliveries, scene.tenant, scene.endpoint_id, key, now, by="op")
    # Until it began to wait is more than three days ago, so that what is read is the window in which it did.
    scene.run(RETRY_MS + 20 * MINUTE if end == "three days" else DAY)
    assert scene.queue.waiting == []
    assert backlog(scene).waiting == 0


def test_many_at_the_same_moment_take_no_more_places_than_there_are(scene: Scene) -> None:
    scene.place.status = 500
    for i in range(4 * MOST):
        scene.tell(str(i))
    messages = [DeliverWebhook.from_json(message.to_json()) for *_, message in scene.queue.waiting]
    scene.queue.waiting.clear()
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(scene.courier.deliver, messages))
    found = backlog(scene)
    assert (found.waiting, len(scene.queue.waiting)) == (MOST, MOST)
    assert found.given_up == 3 * MOST


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", range(1, 6))
@pytest.mark.parametrize("full", [False, True])
def test_who_dies_leaves_no_more_waiting_than_may_and_no_event_without_an_end(
    database: Database, scene: Scene, full: bool, k: int, when: str
) -> None:
    """At each write, before or after it; the queue gives the message out again."""
    scene.place.status = 500
    if full:
        for _ in range(MOST):
            assert scene.backlog.take(scene.tenant, scene.endpoint_id, EpochMs(scene.queue.now))
    scene.tell()
    scene.dies(database, k, when)  # type: ignore[arg-type]
    scene.run(4 * DAY)
    assert scene.queue.waiting == []
    assert scene.delivery().state == "failed"
    if full:
        assert len(scene.place.requests) <= 2


OTHERS = 3


def one_that_waits(scene: Scene) -> DeliverWebhook:
    """Out of the queue, with its place, beside others that have one."""
    scene.place.status = 500
    scene.tell("waits")
    scene.run(0)
    message = scene.queue.waiting.pop()[2]
    assert message.has_place
    for _ in range(OTHERS):
        assert scene.backlog.take(scene.tenant, scene.endpoint_id, message.since)
    scene.place.status = 200
    scene.queue.now = message.due_at
    return message


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", range(1, 5))
def test_who_dies_when_its_event_has_arrived_gives_back_no_place_of_others(
    database: Database, scene: Scene, k: int, when: str
) -> None:
    message = one_that_waits(scene)
    with crash_at_write(database, k, when) as crashed:  # type: ignore[arg-type]
        try:
            scene.courier.deliver(message)
        except Crash:
            assert crashed()
    scene.courier.deliver(message)
    assert scene.delivery("waits").state == "succeeded"
    assert backlog(scene).waiting in (OTHERS, OTHERS + 1)


def test_a_place_that_is_given_back_twice_makes_no_room_for_one_more(scene: Scene) -> None:
    began = EpochMs(scene.queue.now)
    assert scene.backlog.take(scene.tenant, scene.endpoint_id, began)
    for _ in range(2):
        scene.backlog.give_back(scene.tenant, scene.endpoint_id, began)
    taken = [scene.backlog.take(scene.tenant, scene.endpoint_id, began) for _ in range(MOST + 1)]
    assert taken == [True] * MOST + [False]


@contextmanager
def telling_dies(*, after: bool) -> Iterator[None]:
    give_up = Room.give_up
    publish = "functions.api.events.publish.Publisher.publish"

    def dies(self: Room, message: DeliverWebhook) -> None:
        with patch(publish, side_effect=Crash):
            give_up(self, message)

    def dies_after(self: Room, message: DeliverWebhook) -> None:
        with patch.object(type(self.backlog), "note_announced", side_effect=Crash):
            give_up(self, message)

    with patch.object(Room, "give_up", dies_after if after else dies):
        yield


@pytest.mark.parametrize("after", [False, True])
def test_who_dies_before_it_tells_is_made_good_by_one_that_is_given_up_later(scene: Scene, after: bool) -> None:
    scene.place.status = 0
    for i in range(MOST):
        scene.tell(str(i))
    scene.run(MINUTE)
    scene.tell("first")
    message = scene.queue.waiting[-1][2]
    with telling_dies(after=after), pytest.raises(Crash):
        scene.courier.deliver(message)
    assert scene.told().count(EventType.ENDPOINT_BACKLOG_FULL) == after
    scene.tell("second")
    scene.run(TELLING_MS // 2)
    assert scene.told().count(EventType.ENDPOINT_BACKLOG_FULL) == after, "it may be about to tell"
    scene.run(TELLING_MS)
    for name in ("third", "fourth"):
        scene.tell(name)
        scene.run(MINUTE)
    events = [event for event in scene.events() if event["type"] == EventType.ENDPOINT_BACKLOG_FULL]
    assert len(events) == 1 + after
    assert len({event["id"] for event in events}) == 1


def test_one_tenants_backlog_is_nobody_elses(database: Database, scene: Scene) -> None:
    for _ in range(MOST):
        assert scene.backlog.take(scene.tenant, scene.endpoint_id, EpochMs(scene.queue.now))
    assert not scene.backlog.take(scene.tenant, scene.endpoint_id, EpochMs(scene.queue.now))
    assert scene.backlog.take(TenantId("another"), scene.endpoint_id, EpochMs(scene.queue.now))
    assert scene.backlog.take(scene.tenant, "another", EpochMs(scene.queue.now))


def test_places_that_nobody_has_are_forgotten_with_their_window(scene: Scene) -> None:
    began = EpochMs(scene.queue.now)
    for _ in range(MOST):
        assert scene.backlog.take(scene.tenant, scene.endpoint_id, began)
    later = EpochMs(began + RETRY_MS)
    assert scene.backlog.take(scene.tenant, scene.endpoint_id, later)
    found = scene.backlog.read(scene.tenant, [scene.endpoint_id], EpochMs(later + RETRY_MS))
    assert found[scene.endpoint_id].waiting == 1
