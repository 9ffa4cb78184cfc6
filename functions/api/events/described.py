"""The feed and webhook endpoints, for the OpenAPI document."""

from functions.api.http.description import Description

_TESTS = ("too_many_tests",)
_REPLAYS = ("too_many_replays",)

DESCRIPTION = Description(
    tags={
        "events": "What happens, to be asked for again and again.",
        "webhook endpoints": "Where a tenant has events brought to, and what became of each delivery.",
    },
    problems={
        "list_events": {410: ("cursor_expired",), 429: ("too_many_waiting",)},
        "create_webhook_endpoint": {422: ("too_many_endpoints",), 429: _TESTS},
        "update_webhook_endpoint": {429: _TESTS},
        "test_webhook_endpoint": {409: ("endpoint_unverified",), 429: _TESTS},
        "verify_webhook_endpoint": {409: ("endpoint_verified",), 429: _TESTS},
        "replay_delivery": {429: _REPLAYS},
        "replay_failed_deliveries": {429: _REPLAYS},
    },
)
