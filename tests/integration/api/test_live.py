"""The feed's and the webhook endpoints' routes."""

import base64
import json
from typing import Any

import pytest

from shared.clock import EpochMs, epoch_ms
from shared.domain.webhooks.delivery import Attempt, Delivery, Outcome, delivery_id
from shared.ids import TenantId, new_ulid
from shared.store.engine.cursor import encode_cursor
from shared.store.webhooks.deliveries import Logged
from tests.support.api_handler import Answer, Api

URL = "https://hooks.example.com/in?token=1"


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


def made(api: Api, tenant: TenantId, **wish: Any) -> dict[str, Any]:
    answer = api.call("POST", "/v1/webhook-endpoints", {"url": URL} | wish, tenant=tenant)
    assert answer.status == 201, answer.body
    api.queued("WEBHOOK", tenant)  # what asks for the challenge
    return answer.body


def verify(api: Api, tenant: TenantId, endpoint_id: str) -> None:
    """What a delivery does once the endpoint gave back its challenge."""
    api.deps.endpoints.change(tenant, endpoint_id, lambda found: found.verified(found.challenge))


def event(name: str) -> str:
    return json.dumps(
        {"id": f"evt_{name}", "type": "message.received", "timestamp": "2026-01-01T00:00:00.000Z", "data": {"a": [1]}}
    )


def poll(api: Api, tenant: TenantId, cursor: str, **query: object) -> Answer:
    pairs = "&".join(f"{name}={value}" for name, value in {"after": cursor, **query}.items())
    return api.call("GET", "/v1/events", tenant=tenant, query=pairs)


# --- the feed


def test_a_reader_begins_now_and_goes_on_from_cursor_to_cursor(api: Api, tenant: TenantId) -> None:
    api.deps.feed.append(tenant, [event("old")], epoch_ms())
    first = api.call("GET", "/v1/events", tenant=tenant).body
    assert (first["items"], first["more"]) == ([], False)
    api.deps.feed.append(tenant, [event("1"), event("2")], epoch_ms())
    second = poll(api, tenant, first["next_cursor"]).body
    assert [item["id"] for item in second["items"]] == ["evt_1", "evt_2"]
    assert second["items"][0] == json.loads(event("1"))
    third = poll(api, tenant, second["next_cursor"]).body
    assert third["items"] == []
    assert poll(api, tenant, third["next_cursor"]).body["items"] == []


def test_waiting_ends_with_the_first_event(api: Api, tenant: TenantId, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = api.call("GET", "/v1/events", tenant=tenant).body["next_cursor"]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            api.deps.feed.append(tenant, [event("1")], epoch_ms())

    monkeypatch.setattr("functions.api.events.look.time.sleep", sleep)
    answer = poll(api, tenant, cursor, wait=20)
    assert [item["id"] for item in answer.body["items"]] == ["evt_1"]
    assert len(slept) == 3


def test_waiting_ends_in_time(api: Api, tenant: TenantId, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = api.call("GET", "/v1/events", tenant=tenant).body["next_cursor"]
    now = epoch_ms()
    slept: list[float] = []
    monkeypatch.setattr("functions.api.events.look.time.sleep", slept.append)
    monkeypatch.setattr("functions.api.events.look.epoch_ms", lambda: now + round(sum(slept) * 1000))
    assert poll(api, tenant, cursor, wait=20).body["items"] == []
    assert 18 <= sum(slept) <= 20
    slept.clear()
    assert poll(api, tenant, cursor).body["items"] == []
    assert slept == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("wait=21", "wait"), ("wait=-1", "wait"), ("after=x", "after"), ("after=eyJuIjoieCJ9", "after")],
)
def test_what_is_wrong_with_a_poll_is_named(api: Api, tenant: TenantId, query: str, field: str) -> None:
    answer = api.call("GET", "/v1/events", tenant=tenant, query=query)
    assert (answer.status, answer.body["field"]) == (422, field)


def test_a_cursor_that_is_too_old_is_gone(api: Api, tenant: TenantId) -> None:
    cursor = encode_cursor("events", {"n": "0", "at": str(epoch_ms() - 25 * 3_600_000)})
    answer = poll(api, tenant, cursor)
    assert (answer.status, answer.body["code"]) == (410, "cursor_expired")


# --- endpoints


def test_an_endpoint_shows_its_secret_once(api: Api, tenant: TenantId) -> None:
    endpoint = made(api, tenant, description="CRM")
    secret = endpoint.pop("secret")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert endpoint["secrets"] == [{"hint": secret[-4:], "signs_until": None}]
    assert (endpoint["url"], endpoint["events"], endpoint["enabled"]) == (URL, ["*"], True)
    path = f"/v1/webhook-endpoints/{endpoint['id']}"
    assert api.call("GET", path, tenant=tenant).body == endpoint
    assert api.call("GET", "/v1/webhook-endpoints", tenant=tenant).body == {"items": [endpoint], "next_cursor": None}
    stored = api.deps.endpoints.get(tenant, endpoint["id"])
    assert secret not in repr(stored)
    assert api.deps.vault.open(tenant, "webhook_secret", stored.secrets[0].sealed) == secret


def test_a_repeated_request_makes_one_endpoint_with_one_secret(api: Api, tenant: TenantId) -> None:
    key = {"idempotency-key": "once"}
    answers = [
        api.call("POST", "/v1/webhook-endpoints", {"url": URL}, tenant=tenant, headers=key).body for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(api.deps.endpoints.all(tenant)) == 1


def test_a_new_secret_signs_beside_the_old_one(api: Api, tenant: TenantId) -> None:
    endpoint = made(api, tenant)
    answer = api.call("POST", f"/v1/webhook-endpoints/{endpoint['id']}/rotate-secret", tenant=tenant)
    assert answer.status == 200
    assert answer.body["secret"] != endpoint["secret"]
    hints = [secret["hint"] for secret in answer.body["secrets"]]
    assert hints == [answer.body["secret"][-4:], endpoint["secret"][-4:]]
    assert answer.body["secrets"][1]["signs_until"] is not None


def test_a_change_leaves_the_rest(api: Api, tenant: TenantId) -> None:
    endpoint = made(api, tenant, events=["message.received"], description="a")
    path = f"/v1/webhook-endpoints/{endpoint['id']}"
    changed = api.call("PATCH", path, {"description": "b"}, tenant=tenant).body
    assert (changed["description"], changed["events"], changed["url"]) == ("b", ["message.received"], URL)
    off = api.call("PATCH", path, {"enabled": False}, tenant=tenant).body
    assert (off["enabled"], off["disabled_reason"], off["disabled_at"] is not None) == (False, None, True)
    on = api.call("PATCH", path, {"enabled": True, "events": ["*"]}, tenant=tenant).body
    assert (on["enabled"], on["disabled_at"], on["events"]) == (True, None, ["*"])
    assert api.call("PATCH", path, {"url": "http://10.0.0.1/"}, tenant=tenant).body["field"] == "url"


def test_enabling_ends_a_disabling_that_happened_by_itself(api: Api, tenant: TenantId) -> None:
    endpoint = made(api, tenant)
    api.deps.endpoints.change(
        tenant, endpoint["id"], lambda found: found.failed(EpochMs(1)).disabled("failing", EpochMs(2))
    )
    path = f"/v1/webhook-endpoints/{endpoint['id']}"
    shown = api.call("GET", path, tenant=tenant).body
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "failing")
    again = api.call("PATCH", path, {"enabled": True}, tenant=tenant).body
    assert (again["enabled"], again["disabled_reason"], again["failing_since"]) == (True, None, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://user:pw@hooks.example.com/"}, "url"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "events": ["message.eaten"]}, "events"),
        ({"url": URL, "events": ["endpoint.test"]}, "events"),
        ({"url": URL, "secret": "whsec_x"}, "secret"),
        ({"url": URL, "description": "x" * 201}, "description"),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_named(api: Api, tenant: TenantId, body: dict[str, Any], field: str) -> None:
    answer = api.call("POST", "/v1/webhook-endpoints", body, tenant=tenant)
    assert (answer.status, answer.body["field"]) == (422, field)


def test_there_is_an_end_to_endpoints(api: Api, tenant: TenantId) -> None:
    for _ in range(20):
        made(api, tenant)
    answer = api.call("POST", "/v1/webhook-endpoints", {"url": URL}, tenant=tenant)
    assert (answer.status, answer.body["code"]) == (422, "too_many_endpoints")
    first = api.call("GET", "/v1/webhook-endpoints", tenant=tenant).body["items"][0]["id"]
    assert api.call("DELETE", f"/v1/webhook-endpoints/{first}", tenant=tenant).status == 204
    assert api.call("GET", f"/v1/webhook-endpoints/{first}", tenant=tenant).status == 404
    made(api, tenant)


def test_a_test_is_queued(api: Api, tenant: TenantId) -> None:
    endpoint = made(api, tenant)
    verify(api, tenant, endpoint["id"])
    answer = api.call("POST", f"/v1/webhook-endpoints/{endpoint['id']}/test", tenant=tenant)
    assert answer.status == 202
    (queued,) = api.queued("WEBHOOK", tenant)
    assert (queued["event_type"], queued["test"], queued["endpoint_id"]) == ("endpoint.test", True, endpoint["id"])
    assert answer.body["delivery_id"] == delivery_id(queued["created_at"], queued["event_id"])


# --- deliveries


def logged(api: Api, tenant: TenantId, endpoint_id: str, name: str, status: int, at: EpochMs) -> str:
    fresh = Logged(Delivery(delivery_id(at, f"evt_{name}"), f"evt_{name}", "message.received", at), event(name))
    outcome = Outcome(Attempt(at, status, 12, "" if status else "timeout"), "thanks")
    api.deps.deliveries.change(tenant, endpoint_id, fresh, lambda found: found.after(outcome, 0, 0, EpochMs(0)))
    return fresh.delivery.delivery_id


def test_a_delivery_shows_its_attempts_the_body_and_the_answer(api: Api, tenant: TenantId) -> None:
    endpoint = made(api, tenant)
    path = f"/v1/webhook-endpoints/{endpoint['id']}/deliveries"
    key = logged(api, tenant, endpoint["id"], "1", 500, epoch_ms())
    shown = api.call("GET", f"{path}/{key}", tenant=tenant).body
    assert (shown["status"], shown["attempt"], shown["response"]) == ("failed", 1, "thanks")
    assert (shown["last"]["status_code"], shown["last"]["duration_ms"]) == (500, 12)
    assert shown["body"] == event("1")
    assert api.call("GET", f"{path}/{key[:-1]}2", tenant=tenant).status == 404
    listed = api.call("GET", path, tenant=tenant).body
    assert listed["next_cursor"] is None
    assert listed["items"] == [{k: v for k, v in shown.items() if k not in ("attempts", "response", "body")}]


def test_deliveries_are_listed_by_state_and_page(api: Api, tenant: TenantId) -> None:
    endpoint, now = made(api, tenant), epoch_ms()
    for i in range(5):
        logged(api, tenant, endpoint["id"], str(i), 500 if i % 2 else 200, EpochMs(now + i))
    path = f"/v1/webhook-endpoints/{endpoint['id']}/deliveries"
    seen, cursor = [], ""
    while cursor is not None:
        query = "limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = api.call("GET", path, tenant=tenant, query=query).body
        seen += [item["event_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"evt_{i}" for i in (4, 3, 2, 1, 0)]
    failed = api.call("GET", path, tenant=tenant, query="status=failed").body["items"]
    assert [item["event_id"] for item in failed] == ["evt_3", "evt_1"]
    assert api.call("GET", path, tenant=tenant, query="status=lost").status == 422
    assert api.call("GET", path, tenant=tenant, query="cursor=eyJhIjoiYiJ9").body["field"] == "cursor"


def test_one_delivery_is_replayed(api: Api, tenant: TenantId) -> None:
    endpoint = made(api, tenant)
    key = logged(api, tenant, endpoint["id"], "1", 200, epoch_ms())
    path = f"/v1/webhook-endpoints/{endpoint['id']}/deliveries/{key}"
    answer = api.call("POST", f"{path}/replay", tenant=tenant)
    assert (answer.status, answer.body["status"], answer.body["replays"]) == (202, "retrying", 1)
    (queued,) = api.queued("WEBHOOK", tenant)
    assert (queued["body"], queued["event_id"], queued["run"], queued["attempt"]) == (event("1"), "evt_1", 1, 0)


def test_all_that_failed_since_is_replayed(api: Api, tenant: TenantId) -> None:
    endpoint, now = made(api, tenant), epoch_ms()
    for i in range(4):
        logged(api, tenant, endpoint["id"], str(i), 500 if i else 200, EpochMs(now - 10_000 + i))
    path = f"/v1/webhook-endpoints/{endpoint['id']}/replay"
    since = "2026-01-01T00:00:00Z"
    answer = api.call("POST", path, {"since": since}, tenant=tenant)
    assert (answer.status, answer.body) == (202, {"replayed": 3, "next_cursor": None})
    assert sorted(one["event_id"] for one in api.queued("WEBHOOK", tenant)) == ["evt_1", "evt_2", "evt_3"]
    assert api.call("POST", path, {"since": since}, tenant=tenant).body["replayed"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"since": "yesterday"},
        {"since": "2026-01-01T00:00:00"},
        {"since": "2999-01-01T00:00:00Z"},
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"since": "2026-01-01T00:00:00Z", "cursor": "x"},
        {"since": 1e300},
    ],
)
def test_what_is_wrong_with_a_replay_is_named(api: Api, tenant: TenantId, body: dict[str, Any]) -> None:
    endpoint = made(api, tenant)
    answer = api.call("POST", f"/v1/webhook-endpoints/{endpoint['id']}/replay", body, tenant=tenant)
    assert answer.status == 422
    assert answer.body["field"] in ("since", "cursor")
