"""Accounts and members, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_TENANT = "01JG7Q4W8ZC3N5X6Y7V8B9A0TA"
_MEMBER = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA",
    "email": "ana@aurora.example",
    "role": "owner",
    "name": "Ana Souza",
    "phone": "+5511987654321",
    "language": "pt-BR",
    "time_zone": "America/Sao_Paulo",
    "revision": 2,
}

DESCRIPTION = Description(
    tags={"account": "Signing up, logging in, and who calls."},
    problems={
        "sign_up": {422: ("policy_not_current", "weak_password"), 429: ("too_many_requests",)},
        "get_caller": {404: ("not_found",)},
        "update_caller": {404: ("not_found",), 409: ("changed_meanwhile",)},
        "get_tenant": {404: ("not_found",)},
        "update_tenant": {404: ("not_found",), 409: ("changed_meanwhile",)},
    },
    errors={
        "email_taken": Advice(
            "The e-mail address already has an account.",
            "Choose another one, or log in to that account.",
        ),
        "outlives_key": Advice(
            "The caller is a key that ends on a day, and the other one would be good for longer.",
            "Name an `expires_at` by that day, or ask an owner or an admin.",
        ),
        "password_reset_required": Advice(
            "The password has to be reset before anybody logs in with it.",
            "Reset it, and log in with the new one.",
        ),
        "policy_not_current": Advice(
            "The terms were changed since they were shown.",
            "Show the version that `policy_version` names, and send it once it is accepted.",
        ),
        "signup_incomplete": Advice(
            "The sign-up for this address was not completed, or its person has left the business.",
            "Repeat `POST /v1/signup` with the same address and password, and log in again; or follow an invitation.",
        ),
        "too_many_requests": Advice(
            "There were too many attempts on this account, or from this network.",
            "Wait for `Retry-After`.",
        ),
        "unauthenticated": Advice(
            "E-mail address and password are not those of an account.",
            "Check both, and log in again.",
        ),
        "weak_password": Advice(
            "The password is too easily guessed.",
            "`detail` says what it lacks: choose another one.",
        ),
        "wrong_code": Advice(
            "The confirmation code is wrong, or too old.",
            "Take the code of the newest mail; sign up again to have another one mailed.",
        ),
    },
    examples={
        "{member_id}": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA",
        "SignupIn": {
            "business_name": "Café Aurora",
            "email": "ana@aurora.example",
            "name": "Ana Souza",
            "phone": "+5511987654321",
            "password": "Correct-horse-9-battery",
            "country": "BR",
            "policy_version": "2026-11",
        },
        "SignupOut": {"email_verification": "required"},
        "PrincipalOut": {
            "tenant_id": _TENANT,
            "member_id": _MEMBER["id"],
            "role": "owner",
            "scopes": ["campaigns", "contacts", "conversations", "ownership", "read", "self", "settings", "team"],
        },
        "TenantOut": {
            "id": _TENANT,
            "name": "Café Aurora",
            "country": "BR",
            "language": "pt-BR",
            "time_zone": "America/Sao_Paulo",
            "logo_file_id": None,
            "revision": 4,
            "plan": "free",
            "subscription_status": "none",
            "suspension": None,
            "created_at": "2026-11-02T09:30:00Z",
        },
        "MemberOut": _MEMBER,
        "SecondFactorStateOut": {"on": True, "recovery_codes_left": 9},
        "MeUpdateIn": {"revision": 2, "language": "pt-BR", "time_zone": "America/Sao_Paulo"},
        "TenantUpdateIn": {"revision": 4, "name": "Café Aurora", "country": "BR"},
    },
)
