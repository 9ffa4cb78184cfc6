"""Accounts and numbers, for the OpenAPI document."""

from functions.api.http.description import Description

DESCRIPTION = Description(
    tags={
        "numbers": "WhatsApp Business accounts and their phone numbers.",
        "notices": "What Meta told of the accounts, for people to read.",
    },
    problems={
        "connect_account": {
            402: ("plan_limit",),
            404: ("not_found",),
            409: ("already_claimed",),
            422: ("code_refused", "not_yours", "provider_rejected", "wrong_pin"),
            502: ("provider_rejected",),
        },
    },
)
