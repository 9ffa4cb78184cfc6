"""Operators, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_TENANT = "01JG7Q4W8ZC3N5X6Y7V8B9A0TA"
_OPERATOR = "01JG7Q4W8ZC3N5X6Y7V8B9A0PA"
_ACCESS_ID = "01JG7Q4W8ZC3N5X6Y7V8B9A0SA"
_SUSPENSION = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0SP",
    "reason": "Messages to people who never asked for them",
    "suspended_at": "2026-12-01T09:00:00Z",
}
_SUSPENDED = {
    "id": _TENANT,
    "name": "Café Aurora",
    "country": "BR",
    "plan": "starter",
    "subscription_status": "active",
    "status": "suspended",
    "suspension": _SUSPENSION,
    "created_at": "2026-11-02T09:30:00Z",
}
_ACCESS = {
    "id": _ACCESS_ID,
    "operator_id": _OPERATOR,
    "operator_email": "kim@platform.example",
    "reason": "Ticket 4711: a campaign that does not start",
    "status": "open",
    "opened_at": "2026-12-01T09:00:00Z",
    "expires_at": "2026-12-01T09:30:00Z",
    "ended_at": None,
    "ended_by": None,
}
_PASSWORD = "Correct-horse-9-battery"  # noqa: S105 - an example
_TRIED = {429: ("too_many_requests",)}
_OWN = {404: ("not_found",)}
_PROOF = {
    401: ("unauthenticated",),
    403: ("mfa_required", "password_reset_required"),
    422: ("wrong_code",),
    **_TRIED,
}

DESCRIPTION = Description(
    tags={
        "operators": "Operators of the platform themselves.",
        "tenants": "Tenants, for operators of the platform.",
        "support access": "Operators who look at a tenant, for the tenant and for themselves.",
    },
    problems={
        "get_operator": _OWN,
        "start_operator_enrolment": {**_OWN, **_PROOF, 409: ("second_factor_on",)},
        "complete_operator_enrolment": {**_OWN, 409: ("second_factor_on",), 422: ("wrong_code",), **_TRIED},
        "close_operator_sessions": _OWN,
        "suspend_tenant": {409: ("already_suspended",)},
        "resume_tenant": {409: ("changed_meanwhile", "not_suspended")},
        "open_support_access": {**_PROOF, 409: ("already_looking",)},
        "close_support_access": _OWN,
    },
    errors={
        "already_looking": Advice(
            "The operator looks at a tenant already.", "End that access (`close_support_access`), or wait for its end."
        ),
        "already_suspended": Advice("The tenant is suspended already.", "Read why; nothing else is to be done."),
        "enrolment_needed": Advice(
            "Operators of the platform need a second factor for this.",
            "Set it up (`start_operator_enrolment`), and log in again with a code.",
        ),
        "not_suspended": Advice("The tenant is not suspended.", "Nothing is left to do."),
    },
    examples={
        "{tenant_id}": _TENANT,
        "{access_id}": _ACCESS_ID,
        "OperatorOut": {
            "id": _OPERATOR,
            "email": "kim@platform.example",
            "second_factor": True,
            "acting": {
                "tenant_id": _TENANT,
                "support_access_id": _ACCESS_ID,
                "expires_at": "2026-12-01T09:30:00Z",
            },
        },
        "SecretIn": {"password": _PASSWORD},
        "PlatformTenantOut": _SUSPENDED,
        "PlatformTenantDetailOut": {
            **_SUSPENDED,
            "owners": [{"id": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA", "email": "ana@aurora.example", "name": "Ana Souza"}],
        },
        "TenantUsageOut": {
            "tenant_id": _TENANT,
            "plan": "starter",
            "members": 4,
            "numbers": 1,
            "campaigns": {
                "counted": 12,
                "complete": True,
                "by_status": {"completed": 11, "sending": 1},
                "people_planned": 48210,
                "people_gone_through": 45000,
            },
            "contacts": {"imports": 3, "complete": True, "created": 15120},
            "last_active_at": "2026-12-01T08:59:12Z",
        },
        "SuspensionIn": {"reason": _SUSPENSION["reason"]},
        "LiftIn": {"suspension_id": _SUSPENSION["id"], "reason": "The lists were cleaned"},
        "SupportAccessIn": {
            "reason": _ACCESS["reason"],
            "minutes": 30,
            "password": _PASSWORD,
            "second_factor_code": "123456",
        },
        "SupportAccessOut": _ACCESS,
        "NewSupportAccessOut": {
            **_ACCESS,
            "tenant_id": _TENANT,
            "token": "wpo_x7Qm3vT0cK9sLr2aFh5nYb8dWe1gZj4uPi6oXq0tS3M",
        },
    },
)
