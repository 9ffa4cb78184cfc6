"""Accounts, keys and members, for the OpenAPI document."""

from functions.api.http.description import Description

_TENANT = "01JG7Q4W8ZC3N5X6Y7V8B9A0TA"
_MEMBER = {"id": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA", "email": "ana@aurora.example", "role": "owner"}
_KEY = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0KD",
    "name": "Shop",
    "scopes": ["contacts", "read"],
    "hint": "tS3M",
    "created_at": "2026-11-30T09:00:00Z",
}

DESCRIPTION = Description(
    tags={
        "account": "Signing up, logging in, and who calls.",
        "api keys": "Keys for programs, with the scopes that they need.",
        "members": "The people who work for the tenant.",
    },
    problems={
        "sign_up": {409: ("email_taken",), 422: ("weak_password",), 429: ("too_many_requests",)},
        "log_in": {
            401: ("unauthenticated",),
            403: ("email_unverified", "mfa_required", "password_reset_required"),
            409: ("email_taken", "signup_incomplete"),
            422: ("weak_password", "wrong_code"),
            429: ("too_many_requests",),
        },
        "get_caller": {404: ("not_found",)},
        "create_api_key": {422: ("too_many_api_keys",)},
        "delete_api_key": {403: ("wider_key",)},
    },
    examples={
        "{key_id}": "01JG7Q4W8ZC3N5X6Y7V8B9A0KD",
        "{member_id}": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA",
        "SignupIn": {
            "business_name": "Café Aurora",
            "email": "ana@aurora.example",
            "password": "Correct-horse-9-battery",
            "country": "BR",
        },
        "SignupOut": {"tenant_id": None, "member_id": None, "email_verification": "required"},
        "LoginIn": {"email": "ana@aurora.example", "password": "Correct-horse-9-battery"},
        "LoginOut": {
            "access_token": "eyJraWQiOi…",
            "id_token": "eyJraWQiOi…",
            "refresh_token": "eyJjdHkiOi…",
            "expires_in": 3600,
            "token_type": "Bearer",
        },
        "PrincipalOut": {
            "tenant_id": _TENANT,
            "member_id": _MEMBER["id"],
            "role": "owner",
            "scopes": ["campaigns", "contacts", "conversations", "read", "settings"],
        },
        "TenantOut": {
            "id": _TENANT,
            "name": "Café Aurora",
            "country": "BR",
            "plan": "free",
            "subscription_status": "none",
            "created_at": "2026-11-02T09:30:00Z",
        },
        "MemberOut": _MEMBER,
        "TeamMemberOut": {**_MEMBER, "available": True, "agent": True},
        "AvailabilityIn": {"available": True},
        "ApiKeyIn": {"name": "Shop", "scopes": ["read", "contacts"]},
        "ApiKeyOut": _KEY,
        "NewApiKeyOut": {**_KEY, "key": "wpb_x7Qm3vT0cK9sLr2aFh5nYb8dWe1gZj4uPi6oXq0tS3M"},
    },
)
