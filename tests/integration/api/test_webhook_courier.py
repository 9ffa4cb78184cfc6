"""Deliveries over a real DynamoDB in a time of their own: retries, crashes, replays, endpoints that are given up."""

import itertools
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest

from functions.api.events.publish import Publisher, delivery_of
from functions.api.events.replay import MOST_AT_ONCE, replay_failed, replay_one
from shared.clients.queue import Queue
from shared.clock import EpochMs
from shared.domain.webhooks.breaker import FAILURES_IN_A_ROW
from shared.domain.webhooks.delivery import ATTEMPTS, RETRY_MS, Attempt, Delivery, Outcome, delivery_id
from shared.domain.webhooks.endpoint import GIVE_UP_MS, SealedSecret
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.queue_messages import DeliverWebhook
from shared.store.engine.database import Database
from shared.store.webhooks.deliveries import Logged
from tests.support.courier_scene import DAY, MINUTE, NOW, Scene
from tests.support.engine import open_test_database
from tests.support.faults import Crash


@pytest.fixture(scope="module")
def database(dynoxide: str) -> Database:
    return open_test_database(dynoxide)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def test_an_event_arrives_once_signed_and_is_in_the_feed(scene: Scene) -> None:
    scene.tell()
    assert scene.run(DAY) == ["WebhookDelivered"]
    ((_, url, body, headers),) = scene.place.requests
    assert (url, json.loads(body)["id"]) == ("https://hooks.example.com/", "evt_1")
    assert headers["webhook-id"] == "evt_1"
    delivery = scene.delivery()
    assert (delivery.state, len(delivery.attempts), delivery.next_at) == ("succeeded", 1, 0)
    assert delivery.response == "said 200"
    assert scene.told() == ["message.received"]
    assert scene.queue.groups == {scene.tenant}


def test_what_fails_is_tried_for_three_days_in_hops_of_a_quarter_of_an_hour(scene: Scene) -> None:
    scene.place.status = 500
    scene.tell()
    done = scene.run(4 * DAY)
    assert done.count("WebhookAttemptFailed") == ATTEMPTS == len(scene.place.requests)
    times = [at for at, *_ in scene.place.requests]
    assert 2 * DAY < times[-1] - times[0] <= 3 * DAY
    assert times[1] - times[0] < 7_000
    assert scene.queue.hops > 240
    delivery = scene.delivery()
    assert (delivery.state, len(delivery.attempts), delivery.next_at) == ("failed", ATTEMPTS, 0)
    assert [attempt.at for attempt in delivery.attempts] == times
    assert scene.queue.waiting == []


@pytest.mark.parametrize("failures", [1, 3, ATTEMPTS - 1])
def test_an_endpoint_that_comes_back_gets_it(scene: Scene, failures: int) -> None:
    scene.place.status = 0
    scene.tell()
    while len(scene.place.requests) < failures:
        scene.run(min(at for at, *_ in scene.queue.waiting) - scene.queue.now)
    assert scene.endpoint.failing_since == NOW
    assert scene.delivery().state == "retrying"
    assert scene.delivery().next_at > scene.queue.now
    scene.place.status = 204
    scene.run(2 * DAY)
    assert (scene.delivery().state, len(scene.place.requests)) == ("succeeded", failures + 1)
    assert scene.endpoint.failing_since == 0
    assert {headers["webhook-id"] for *_, headers in scene.place.requests} == {"evt_1"}
    assert len({headers["webhook-timestamp"] for *_, headers in scene.place.requests}) == failures + 1


def test_a_dead_endpoint_costs_a_trial_now_and_then_however_much_is_meant_for_it(scene: Scene) -> None:
    scene.place.status = 0
    for i in range(60):
        scene.tell(str(i))
    done = scene.run(60 * MINUTE)
    # Five that failed in a row, and one at the end of each pause: 0.5, 1, 2, 4, 8, 15, 15 minutes and up to a tenth.
    assert FAILURES_IN_A_ROW < len(scene.place.requests) <= FAILURES_IN_A_ROW + 8
    assert done.count("WebhookPutOff") > 60
    scene.place.status = 200
    before = len(scene.place.requests)
    scene.run(DAY)
    assert scene.endpoint.failures == 0
    arrived = [headers["webhook-id"] for *_, headers in scene.place.requests[before:]]
    assert sorted(arrived) == sorted(f"evt_{i}" for i in range(60)), "each once"
    assert scene.queue.waiting == []


def test_what_waits_for_an_endpoint_that_is_left_alone_waits_for_three_days(scene: Scene) -> None:
    """Then it is in the log as failed, and can be replayed."""
    scene.place.status = 0
    for i in range(12):
        scene.tell(str(i))
    scene.run(RETRY_MS + 20 * MINUTE)
    states = {scene.delivery(str(i)).state for i in range(12)}
    assert states == {"failed"}
    assert scene.queue.waiting == []
    assert {scene.delivery(str(i)).attempts[-1].error for i in range(12)} <= {"timeout", "endpoint_left_alone"}


@pytest.mark.parametrize(("status", "left_alone"), [(0, True), (500, False)])
def test_whoever_gives_no_answer_is_left_alone_under_the_tenants_other_endpoints_there(
    scene: Scene, status: int, left_alone: bool
) -> None:
    same, elsewhere = scene.add_endpoint("endpoint.disabled"), scene.add_endpoint("endpoint.disabled")
    scene.endpoints.change(scene.tenant, elsewhere, lambda found: replace(found, url="https://b.example/"))
    scene.place.status = status
    for i in range(FAILURES_IN_A_ROW):
        scene.tell(str(i))
    scene.run(0)
    assert len(scene.place.requests) == FAILURES_IN_A_ROW
    found = [scene.endpoints.get(scene.tenant, e).left_alone for e in (scene.endpoint_id, same, elsewhere)]
    assert found == [True, left_alone, False]


def test_what_was_left_alone_for_another_endpoint_is_not_failing_until_something_sent_to_it_fails(scene: Scene) -> None:
    quiet = scene.add_endpoint("campaign.paused")
    scene.place.status = 0
    for i in range(FAILURES_IN_A_ROW):
        scene.tell(str(i))
    scene.run(GIVE_UP_MS + DAY)
    scene.tell("first", EventType.CAMPAIGN_PAUSED)
    scene.run(0)
    after = scene.endpoints.get(scene.tenant, quiet)
    assert (after.enabled, after.failing_since) == (True, scene.queue.now)
    scene.place.status = 200
    scene.run(DAY)
    assert not scene.endpoints.get(scene.tenant, quiet).left_alone


def test_of_what_was_left_alone_for_another_endpoint_the_first_success_ends_it(scene: Scene) -> None:
    quiet = scene.add_endpoint("campaign.paused")
    scene.place.status = 0
    for i in range(FAILURES_IN_A_ROW):
        scene.tell(str(i))
    scene.run(0)
    scene.place.status = 200
    scene.tell("first", EventType.CAMPAIGN_PAUSED)
    scene.run(DAY)
    after = scene.endpoints.get(scene.tenant, quiet)
    assert (after.left_alone, after.paused_until) == (False, 0)


def test_of_many_at_the_same_moment_one_tries_an_endpoint_that_is_left_alone(scene: Scene) -> None:
    scene.place.status = 0
    for i in range(8):
        scene.tell(str(i))
    messages = [DeliverWebhook.from_json(message.to_json()) for *_, message in scene.queue.waiting]
    for _ in range(FAILURES_IN_A_ROW):
        scene.endpoints.change(scene.tenant, scene.endpoint_id, lambda found: found.failed(NOW))
    scene.queue.now = scene.endpoint.paused_until
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(scene.courier.deliver, messages))
    assert sorted(done) == ["WebhookAttemptFailed", *["WebhookPutOff"] * 7]
    assert len(scene.place.requests) == 1


def test_an_endpoint_may_ask_to_be_left_alone_for_a_while(scene: Scene) -> None:
    scene.place.status, scene.place.wait_ms = 429, 20 * MINUTE
    scene.tell()
    scene.run(DAY)
    times = [at for at, *_ in scene.place.requests]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 20 * MINUTE - 1_000


def test_a_message_that_comes_again_is_not_sent_again(scene: Scene) -> None:
    for _ in range(3):
        scene.tell()
    assert scene.run(DAY) == ["WebhookDelivered", "WebhookRepeated", "WebhookRepeated"]
    assert len(scene.place.requests) == 1


def test_two_chains_of_one_delivery_become_one(scene: Scene) -> None:
    scene.place.status = 500
    scene.tell()
    scene.tell()
    done = scene.run(4 * DAY)
    assert len(scene.place.requests) == ATTEMPTS
    assert done.count("WebhookRepeated") == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("status", [200, 500])
def test_a_worker_that_dies_loses_nothing(database: Database, scene: Scene, status: int, k: int, when: str) -> None:
    """At each write, before or after it. The queue delivers the message again; what follows ends as it should."""
    scene.place.status = status
    scene.tell()
    scene.dies(database, k, when)  # type: ignore[arg-type]
    scene.run(2 * MINUTE)
    scene.place.status = 200
    scene.run(DAY)
    assert scene.delivery().state == "succeeded"
    assert scene.queue.waiting == []
    assert len(scene.place.requests) <= 2 if status == 200 else len(scene.place.requests) <= 7


def test_both_secrets_sign_while_one_is_replaced(scene: Scene) -> None:
    fresh = SealedSecret("YmJiYg==", "2")
    scene.endpoints.change(scene.tenant, scene.endpoint_id, lambda found: found.rotated(fresh, NOW))
    scene.tell("1")
    scene.run(DAY + 1)
    scene.tell("2")
    scene.run(MINUTE)
    signatures = [headers["webhook-signature"].split(" ") for *_, headers in scene.place.requests]
    assert [len(found) for found in signatures] == [2, 1]


def test_an_endpoint_that_fails_for_five_days_is_disabled_and_the_tenant_told(scene: Scene) -> None:
    other = scene.add_endpoint("endpoint.disabled")
    scene.place.status = 500
    for day in range(6):
        scene.tell(str(day))
        scene.run(DAY)
    endpoint = scene.endpoint
    assert (endpoint.enabled, endpoint.disabled_reason, endpoint.failing_since) == (False, "failing", NOW)
    assert endpoint.disabled_at >= NOW + GIVE_UP_MS
    assert set(scene.told()) == {"message.received", "endpoint.disabled"}
    heard = [json.loads(body) for _, _, body, _ in scene.place.requests if b"endpoint.disabled" in body]
    assert heard
    assert {event["data"]["endpoint_id"] for event in heard} == {scene.endpoint_id}
    assert len({event["id"] for event in heard}) == 1
    assert scene.endpoints.get(scene.tenant, other).enabled
    before = len(scene.place.requests)
    scene.tell("later")
    scene.run(DAY)
    assert all(b"later" not in body for _, _, body, _ in scene.place.requests[before:])


def test_what_waits_for_a_disabled_endpoint_ends_in_the_log_and_can_be_replayed(scene: Scene) -> None:
    scene.place.status = 500
    scene.tell()
    scene.run(MINUTE)
    scene.endpoints.change(
        scene.tenant, scene.endpoint_id, lambda found: found.switched(enabled=False, now=EpochMs(scene.queue.now))
    )
    made = len(scene.place.requests)
    assert scene.run(DAY)[-1] == "WebhookEndpointDisabled"
    assert len(scene.place.requests) == made
    assert (scene.delivery().state, scene.delivery().attempts[-1].error) == ("failed", "endpoint_disabled")
    scene.endpoints.change(
        scene.tenant, scene.endpoint_id, lambda found: found.switched(enabled=True, now=EpochMs(scene.queue.now))
    )
    scene.place.status = 200
    queue = cast("Queue", scene.queue)
    key, now = scene.delivery().delivery_id, EpochMs(scene.queue.now)
    replay_one(queue, scene.deliveries, scene.tenant, scene.endpoint_id, key, now, by="op")
    scene.run(MINUTE)
    assert scene.delivery().state == "succeeded"


def test_410_disables_at_once(scene: Scene) -> None:
    scene.place.status = 410
    scene.tell()
    assert scene.run(2 * DAY) == ["WebhookAttemptFailed"]
    assert (scene.endpoint.enabled, scene.endpoint.disabled_reason) == (False, "gone")
    assert scene.delivery().state == "failed"


@pytest.mark.parametrize("status", [410, 500])
def test_of_many_deliveries_that_find_it_gone_one_tells_the_tenant_after_it_is_disabled(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    scene.queue.now = NOW + 6 * DAY
    if status == 500:
        scene.endpoints.change(scene.tenant, scene.endpoint_id, lambda found: found.failed(NOW))
    for i in range(8):
        scene.tell(str(i))
    messages = [scene.queue.take(scene.queue.now) for _ in range(8)]
    together = threading.Barrier(8)

    def send(url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
        together.wait(10)
        return Outcome(Attempt(now, status, 7, ""), "", 0)

    standing: list[bool] = []
    publish = Publisher.publish

    def noted(self: Publisher, *arguments: Any, **more: Any) -> None:
        standing.append(scene.endpoint.enabled)
        publish(self, *arguments, **more)

    monkeypatch.setattr(Publisher, "publish", noted)
    courier = replace(scene.courier, send=send)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(courier.deliver, filter(None, messages))) == {"WebhookAttemptFailed"}
    assert (scene.told().count("endpoint.disabled"), standing) == (1, [False])
    assert not scene.endpoint.untold


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_dies_before_it_tells_is_made_good_by_the_next(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    scene.place.status = 410
    scene.tell()
    message = scene.queue.take(NOW)
    assert message is not None
    publish = Publisher.publish

    def dies(self: Publisher, *arguments: Any, **more: Any) -> None:
        if when == "after":
            publish(self, *arguments, **more)
        raise Crash

    with monkeypatch.context() as dying:
        dying.setattr(Publisher, "publish", dies)
        with pytest.raises(Crash):
            scene.courier.deliver(message)
    assert (scene.endpoint.enabled, scene.endpoint.untold) == (False, True)
    scene.queue.now += 2 * MINUTE
    for _ in range(2):
        assert scene.courier.deliver(message) == "WebhookRepeated"
    assert scene.told().count("endpoint.disabled") == (1 if when == "before" else 2)
    heard = [event for event in scene.events() if event["type"] == "endpoint.disabled"]
    assert len({event["id"] for event in heard}) == 1


def test_an_endpoint_that_was_removed_gets_nothing_more(scene: Scene) -> None:
    scene.place.status = 500
    scene.tell()
    scene.run(MINUTE)
    made = len(scene.place.requests)
    scene.endpoints.delete(scene.tenant, scene.endpoint_id)
    assert scene.run(DAY)[-1] == "WebhookEndpointGone"
    assert len(scene.place.requests) == made
    assert scene.queue.waiting == []


def test_a_test_is_one_attempt_and_says_nothing_of_the_endpoints_health(scene: Scene) -> None:
    scene.place.status = 500
    scene.endpoints.change(scene.tenant, scene.endpoint_id, lambda found: found.switched(enabled=False, now=NOW))
    event = TenantEvent("evt_t", EventType.ENDPOINT_TEST, NOW, {})
    scene.queue.send(delivery_of(scene.tenant, scene.endpoint, event, event.to_json(), test=True))
    assert scene.run(DAY) == ["WebhookAttemptFailed"]
    assert (scene.delivery("t").state, scene.endpoint.failing_since) == ("failed", 0)


def test_a_replay_sends_the_same_bytes_under_the_same_id(scene: Scene) -> None:
    scene.tell()
    scene.run(MINUTE)
    queue, key = cast("Queue", scene.queue), scene.delivery().delivery_id
    for by in ("op1", "op2"):
        for _ in range(2):
            replay_one(queue, scene.deliveries, scene.tenant, scene.endpoint_id, key, EpochMs(scene.queue.now), by=by)
        assert scene.delivery().state == "retrying"
        scene.run(MINUTE)
    assert len({body for _, _, body, _ in scene.place.requests}) == 1
    assert len(scene.place.requests) == 3
    assert (scene.delivery().run, len(scene.delivery().attempts)) == (2, 3)


def test_all_that_failed_is_replayed_in_parts(scene: Scene) -> None:
    scene.place.status = 500
    total = MOST_AT_ONCE + 5
    for i in range(total):
        failed = Delivery(
            delivery_id(EpochMs(NOW + i), f"evt_{i}"), f"evt_{i}", "message.received", EpochMs(NOW + i), state="failed"
        )
        scene.deliveries.change(scene.tenant, scene.endpoint_id, Logged(failed, "{}"), lambda found: found)
    scene.queue.now = NOW + MINUTE
    scene.place.status = 200
    queue, counts, cursor = cast("Queue", scene.queue), [], ""
    while cursor is not None:
        page = replay_failed(
            queue, scene.deliveries, scene.tenant, scene.endpoint_id, EpochMs(NOW + 1), EpochMs(NOW + MINUTE),
            cursor or None,
            EpochMs(scene.queue.now),
            by="op",
        )  # fmt: skip
        counts.append(len(page.items))
        cursor = page.cursor  # type: ignore[assignment]
    assert counts == [MOST_AT_ONCE, 4]
    scene.run(MINUTE)
    assert sorted(h["webhook-id"] for *_, h in scene.place.requests) == sorted(f"evt_{i}" for i in range(1, total))
    assert scene.delivery("0").state == "failed"
    left = scene.deliveries.page(scene.tenant, scene.endpoint_id, 10, None, "failed")
    assert [logged.delivery.event_id for logged in left.items] == ["evt_0"]


def test_the_log_is_read_newest_first_by_pages_and_states(scene: Scene) -> None:
    for i in range(7):
        scene.place.status = 200 if i % 2 else 410
        scene.endpoints.change(scene.tenant, scene.endpoint_id, lambda found: found.switched(enabled=True, now=NOW))
        scene.tell(str(i))
        scene.run(MINUTE)
    for state, wanted in ((None, range(7)), ("failed", (0, 2, 4, 6)), ("succeeded", (1, 3, 5))):
        seen: list[str] = []
        cursor: str | None = None
        while not seen or cursor:
            page = scene.deliveries.page(scene.tenant, scene.endpoint_id, 2, cursor, state)
            seen += [logged.delivery.event_id for logged in page.items]
            cursor = page.cursor
        assert [name for name in seen if name in {f"evt_{i}" for i in range(7)}] == [
            f"evt_{i}" for i in reversed(list(wanted))
        ]
