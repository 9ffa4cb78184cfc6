"""Accounts, keys and members, for the OpenAPI document."""

from functions.api.http.description import Description

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
)
