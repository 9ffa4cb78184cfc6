"""API keys, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_KEY = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0KD",
    "name": "Shop",
    "scopes": ["contacts", "read"],
    "hint": "tS3M",
    "created_at": "2026-11-30T09:00:00Z",
    "created_by": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA",
    "expires_at": "2027-11-30T09:00:00Z",
    "expired": False,
    "last_used_at": "2026-12-24T09:00:00Z",
    "former_until": None,
}
DESCRIPTION = Description(
    tags={"api keys": "Keys for programs, with the scopes that they need."},
    problems={
        "create_api_key": {403: ("outlives_key",), 404: ("not_found",), 422: ("too_many_api_keys",)},
        "delete_api_key": {403: ("wider_key",)},
        "rotate_api_key": {403: ("outlives_key", "wider_key"), 409: ("changed_meanwhile",)},
    },
    errors={
        "too_many_api_keys": Advice(
            "The tenant has as many API keys as there can be.",
            "Revoke one that nobody uses any more.",
        ),
        "wider_key": Advice(
            "The API key has scopes that the caller has not.",
            "Ask an owner or an admin to revoke or rotate it.",
        ),
    },
    begun={"create_api_key": {"last_used_at": None}},
    examples={
        "{key_id}": "01JG7Q4W8ZC3N5X6Y7V8B9A0KD",
        "ApiKeyIn": {"name": "Shop", "scopes": ["read", "contacts"], "expires_at": "2027-11-30T09:00:00Z"},
        "KeyRotationIn": {"overlap_hours": 24},
        "ApiKeyOut": _KEY,
        "NewApiKeyOut": {**_KEY, "key": "wpb_x7Qm3vT0cK9sLr2aFh5nYb8dWe1gZj4uPi6oXq0tS3M"},
    },
)
