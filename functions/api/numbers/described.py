"""Accounts and numbers, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

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
    errors={
        "account_disconnected": Advice(
            "The WhatsApp account is not connected any more.",
            "Connect it again with `POST /v1/whatsapp/connect`.",
        ),
        "already_claimed": Advice(
            "The WhatsApp account belongs to another tenant.",
            "Disconnect it there first, or connect another account.",
        ),
        "code_refused": Advice(
            "Meta does not take the code of the Embedded Signup.",
            "Start the connection again: a code works once, and for minutes.",
        ),
        "not_yours": Advice(
            "The sign-up gives no access to that account, or the account has no such number.",
            "Start the connection again, and choose the account and the number in it.",
        ),
        "number_inactive": Advice(
            "The number may not send now; `detail` says why.",
            "Do what the reason asks for, or reconnect the number; a restriction ends by itself.",
        ),
        "plan_limit": Advice(
            "The plan has no room for this.",
            "Choose a larger plan, or name less; `GET /v1/me` shows what it allows.",
        ),
        "provider_rejected": Advice(
            "Meta refused this for good; `provider_code` is its error code.",
            "`detail` has Meta's words: correct what they name. Meta lists its codes with their remedies.",
        ),
        "wrong_pin": Advice(
            "The number has a two-step PIN, and this is not it.",
            "Send it as `pin`, or switch it off in WhatsApp Manager.",
        ),
    },
    examples={
        "ConnectIn": {"code": "AQBx…", "waba_id": "102290129340398", "phone_number_id": "106540352242922"},
        "ConnectOut": {"templates": 12},
        "WabaOut": {"id": "102290129340398", "name": "Café Aurora", "currency": "BRL", "status": "active"},
        "NumberOut": {
            "id": "106540352242922",
            "waba_id": "102290129340398",
            "display": "+551130001234",
            "verified_name": "Café Aurora",
            "username": None,
            "throughput": 80,
            "quality": "GREEN",
            "messaging_limit": 10000,
            "messaging_unlimited": False,
            "status": "active",
            "reason": None,
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
