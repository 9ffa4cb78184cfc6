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
    examples={
        "ConnectIn": {"code": "AQBx…", "waba_id": "102290129340398", "phone_number_id": "106540352242922"},
        "ConnectOut": {"templates": 12},
        "WabaOut": {"waba_id": "102290129340398", "name": "Café Aurora", "currency": "BRL", "status": "active"},
        "NumberOut": {
            "phone_number_id": "106540352242922",
            "waba_id": "102290129340398",
            "display": "+551130001234",
            "verified_name": "Café Aurora",
            "username": "",
            "throughput": 80,
            "quality": "GREEN",
            "messaging_limit": 10000,
            "status": "active",
            "reason": "",
            "restricted_until": None,
            "connected_at": "2026-11-02T10:00:00Z",
            "history_percent": 0,
            "history_declined": False,
        },
        "NoticeOut": {
            "id": "1796036400000-01JG7Q4W8ZC3N5X6Y7V8B9A0ND",
            "kind": "template_status",
            "severity": "warning",
            "text": "The template spring_offer was paused for its low quality.",
            "at": "2026-11-30T09:00:00Z",
            "waba_id": "102290129340398",
            "phone_number": None,
            "template_id": "594425479261596",
        },
    },
)
