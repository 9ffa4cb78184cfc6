"""The feed and webhook endpoints, for the OpenAPI document."""

from functions.api.events.webhooks import HOW_TO_RECEIVE, example_of, schemas, webhooks
from functions.api.http.description import Advice, Description
from shared.domain.webhooks.tenant_event import EventType

_TESTS = ("too_many_tests",)
_REPLAYS = ("too_many_replays",)

_ENDPOINT = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0PT",
    "url": "https://hooks.example.com/wasapbos",
    "events": ["message.received"],
    "description": None,
    "enabled": True,
    "verified": True,
    "disabled_reason": None,
    "disabled_at": None,
    "failing_since": None,
    "waiting": 0,
    "given_up": 0,
    "full_since": None,
    "host_slow_until": None,
    "revision": 0,
    "created_at": "2026-11-30T09:00:00Z",
}
_DELIVERY = {
    "id": "1796115700000-evt_01JG7Q4W8ZC3N5X6Y7V8B9A0EV",
    "event_id": "evt_01JG7Q4W8ZC3N5X6Y7V8B9A0EV",
    "event_type": "campaign.completed",
    "status": "succeeded",
    "created_at": "2026-12-01T09:01:40Z",
    "attempt": 1,
    "next_attempt_at": None,
    "replays": 0,
}

DESCRIPTION = Description(
    tags={
        "events": "What happens, to be asked for again and again.",
        "webhook endpoints": HOW_TO_RECEIVE,
    },
    problems={
        "list_events": {410: ("cursor_expired",), 429: ("too_many_waiting",)},
        "create_webhook_endpoint": {422: ("too_many_endpoints",), 429: _TESTS},
        "update_webhook_endpoint": {409: ("changed_meanwhile",), 429: _TESTS},
        "test_webhook_endpoint": {409: ("endpoint_unverified",), 429: _TESTS},
        "verify_webhook_endpoint": {409: ("endpoint_verified",), 429: _TESTS},
        "replay_delivery": {429: _REPLAYS},
        "replay_failed_deliveries": {429: _REPLAYS},
    },
    errors={
        "cursor_expired": Advice(
            "The cursor is older than a day, and what followed it may be gone.",
            "Ask without `after` for a new cursor, read what you mirror once, and go on from the new cursor.",
        ),
        "endpoint_unverified": Advice(
            "The endpoint has not proved that it wants webhooks.",
            "Answer `endpoint.verification` with its `challenge`, and ask for another one with `POST "
            "/v1/webhook-endpoints/{endpoint_id}/verify`.",
        ),
        "endpoint_verified": Advice(
            "The endpoint has proved that it wants webhooks already.",
            "Nothing is to be done.",
        ),
        "too_many_endpoints": Advice("The tenant has as many webhook endpoints as there can be.", "Remove one first."),
        "too_many_replays": Advice("Deliveries are being replayed too often.", "Ask again after `Retry-After`."),
        "too_many_tests": Advice(
            "The endpoint was tested or verified too often within a minute.",
            "Ask again after `Retry-After`.",
        ),
        "too_many_waiting": Advice(
            "As many calls of the caller or the tenant are waiting for events as there can be at a time.",
            "Ask again after `Retry-After`, or without `wait`.",
        ),
    },
    examples={
        "{endpoint_id}": _ENDPOINT["id"],
        "{delivery_id}": _DELIVERY["id"],
        "EventsOut": {"next_cursor": "eyJhdCI6MTJ9", "more": False},
        "EventOut": example_of(EventType.CAMPAIGN_COMPLETED),
        "EndpointIn": {"url": "https://hooks.example.com/wasapbos", "events": ["message.received"]},
        "EndpointChange": {"enabled": True, "revision": 0},
        "EndpointOut": _ENDPOINT,
        "SecretOut": {"hint": "dGU=", "signs_until": None},
        "NewSecretOut": {**_ENDPOINT, "verified": False, "secret": "whsec_c2hvd24gdGhpcyBvbmNlIGFuZCBuZXZlcg=="},
        "QueuedOut": {"delivery_id": _DELIVERY["id"]},
        "AttemptOut": {"at": "2026-12-01T09:01:41Z", "status_code": 200, "duration_ms": 84, "error": None},
        "DeliverySummary": _DELIVERY,
        "DeliveryOut": {**_DELIVERY, "response": "ok", "body": '{"id":"evt_…","type":"campaign.completed"}'},
        "ReplayIn": {"since": "2026-11-30T00:00:00Z"},
        "ReplayOut": {"replayed": 42, "next_cursor": None},
    },
    schemas=schemas(),
    webhooks=webhooks("webhook endpoints"),
)
