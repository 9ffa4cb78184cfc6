"""Accounts, keys and members, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

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
    errors={
        "email_taken": Advice(
            "The e-mail address already has an account.",
            "Log in with it, or sign up with another address.",
        ),
        "email_unverified": Advice(
            "Nobody has confirmed the e-mail address yet.",
            "Log in with the mailed code as `confirmation_code`; sign up again where the code is older than a day.",
        ),
        "mfa_required": Advice(
            "The account asks for a second factor, which this call cannot.",
            "Switch the second factor off for this account, or make an API key with another one.",
        ),
        "password_reset_required": Advice(
            "The password has to be reset before anybody logs in with it.",
            "Reset it, and log in with the new one.",
        ),
        "signup_incomplete": Advice(
            "The sign-up for this address was not completed.",
            "Repeat `POST /v1/signup` with the same address and password, and log in again.",
        ),
        "too_many_api_keys": Advice(
            "The tenant has as many API keys as there can be.",
            "Revoke one that nobody uses any more.",
        ),
        "too_many_requests": Advice(
            "There were too many sign-ups for this address, or log-ins with a code.",
            "Wait for an hour.",
        ),
        "unauthenticated": Advice(
            "E-mail address and password are not those of an account.",
            "Check both, and log in again.",
        ),
        "weak_password": Advice(
            "The password is too easily guessed.",
            "`detail` says what it lacks: choose another one.",
        ),
        "wider_key": Advice(
            "The API key has scopes that the caller has not.",
            "Ask an owner or an admin to revoke it.",
        ),
        "wrong_code": Advice(
            "The confirmation code is wrong, or too old.",
            "Take the code of the newest mail; sign up again to have another one mailed.",
        ),
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
