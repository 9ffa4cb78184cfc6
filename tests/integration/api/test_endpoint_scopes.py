"""What an API key that may change settings only gets out of webhook endpoints: nothing that people write."""

import pytest

from shared.clock import epoch_ms
from shared.ids import TenantId, new_ulid
from tests.integration.api.test_live import URL, logged, made
from tests.support.api_handler import Api

SETTINGS = "settings"


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


@pytest.mark.parametrize("events", [["*"], ["message.received"], ["campaign.paused", "endpoint.disabled"]])
def test_who_may_not_read_has_nothing_sent_anywhere(api: Api, tenant: TenantId, events: list[str]) -> None:
    """A key that may change settings only would else have all that people write sent to a server of its own."""
    body = {"url": URL, "events": events}
    refused = api.call("POST", "/v1/webhook-endpoints", body, tenant=tenant, scopes=SETTINGS)
    assert (refused.status, refused.body["code"], refused.body["field"]) == (403, "missing_scope", "events")
    assert "`read`" in refused.body["detail"]
    assert api.call("GET", "/v1/webhook-endpoints", tenant=tenant).body["items"] == []
    assert api.queued("WEBHOOK", tenant) == []
    with_read = api.call("POST", "/v1/webhook-endpoints", body, tenant=tenant, scopes="read,settings")
    assert with_read.status == 201


def test_who_may_not_read_may_hear_of_endpoints_and_switch_them_off(api: Api, tenant: TenantId) -> None:
    body = {"url": URL, "events": ["endpoint.disabled"]}
    mine = api.call("POST", "/v1/webhook-endpoints", body, tenant=tenant, scopes=SETTINGS)
    assert mine.status == 201
    path = f"/v1/webhook-endpoints/{made(api, tenant)['id']}"
    for change in ({"description": "x"}, {"enabled": False}, {"events": ["endpoint.disabled"]}):
        assert api.call("PATCH", path, change, tenant=tenant, scopes=SETTINGS).status == 200, change


def test_who_may_not_read_widens_moves_and_enables_no_endpoint(api: Api, tenant: TenantId) -> None:
    path = f"/v1/webhook-endpoints/{made(api, tenant)['id']}"
    api.call("PATCH", path, {"enabled": False}, tenant=tenant)
    for change, field in (
        ({"events": ["*"]}, "events"),
        ({"enabled": True}, "enabled"),
        ({"url": "https://elsewhere.example.com/"}, "url"),
        # What was told before and has not arrived would still go there.
        ({"url": "https://elsewhere.example.com/", "events": ["endpoint.disabled"]}, "url"),
    ):
        refused = api.call("PATCH", path, change, tenant=tenant, scopes=SETTINGS)
        assert (refused.status, refused.body["code"], refused.body["field"]) == (403, "missing_scope", field)
    now = api.call("GET", path, tenant=tenant).body
    assert (now["url"], now["events"], now["enabled"]) == (URL, ["*"], False)


def test_who_may_not_read_sees_no_bodies_and_sends_none_again(api: Api, tenant: TenantId) -> None:
    endpoint_id = made(api, tenant)["id"]
    one = logged(api, tenant, endpoint_id, "a", 500, epoch_ms())
    path = f"/v1/webhook-endpoints/{endpoint_id}"
    since = {"since": "2026-01-01T00:00:00Z"}
    calls: list[tuple[str, str, dict[str, str] | None]] = [
        ("GET", f"{path}/deliveries/{one}", None),
        ("POST", f"{path}/deliveries/{one}/replay", None),
        ("POST", f"{path}/replay", since),
    ]
    for method, call, body in calls:
        refused = api.call(method, call, body, tenant=tenant, scopes=SETTINGS)
        assert (refused.status, refused.body["code"]) == (403, "missing_scope"), call
        assert api.call(method, call, body, tenant=tenant).status in (200, 202)
