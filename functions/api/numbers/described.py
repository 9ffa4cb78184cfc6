"""Accounts and numbers, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_OF_META = {409: ("account_disconnected",), 422: ("provider_rejected",), 502: ("provider_rejected", "token_refused")}
"""What a call can come to that asks Meta in the tenant's name."""

DESCRIPTION = Description(
    tags={
        "numbers": "WhatsApp Business accounts and their phone numbers.",
        "notices": "What Meta told of the accounts, for people to read.",
    },
    problems={
        "connect_account": {
            402: ("plan_limit",),
            404: ("not_found",),
            409: ("account_disconnected", "already_claimed", "onboarding_busy"),
            422: (
                "account_unclear",
                "code_refused",
                "no_number",
                "not_yours",
                "permission_missing",
                "provider_rejected",
                "token_refused",
                "too_many_numbers",
                "too_many_onboardings",
                "wrong_pin",
            ),
            502: ("cell_not_trusted", "cell_unknown", "provider_rejected", "token_refused"),
            503: ("subscription_missing",),
        },
        "refresh_account": {**_OF_META, 429: ("refreshed_just_now",)},
        "refresh_number": {**_OF_META, 429: ("refreshed_just_now",)},
        "get_profile": _OF_META,
        "update_profile": {**_OF_META, 409: (*_OF_META[409], "changed_meanwhile")},
        "start_onboarding": {404: ("not_found",), 409: ("onboarding_busy",), 422: ("too_many_onboardings",)},
        "resume_onboarding": {409: ("onboarding_busy",), 429: ("too_early",)},
    },
    errors={
        "account_disconnected": Advice(
            "The WhatsApp account is not connected any more.",
            "Connect it again with `POST /v1/whatsapp/connect`.",
        ),
        "account_unclear": Advice(
            "The sign-up gives access to several accounts, and none is named.",
            "Name one of them as `waba_id`.",
        ),
        "already_claimed": Advice(
            "The WhatsApp account belongs to another tenant.",
            "Disconnect it there first, or connect another account.",
        ),
        "cell_not_trusted": Advice(
            "This stack and the control stack have different app secrets.",
            "Tell the platform's operators: they have to give both the same.",
        ),
        "cell_unknown": Advice(
            "The control stack does not know this stack.",
            "Tell the platform's operators: they have to name its callback URL there.",
        ),
        "code_refused": Advice(
            "Meta does not take the code of the Embedded Signup.",
            "Start the connection again: a code works once, and for 30 seconds.",
        ),
        "no_number": Advice(
            "The account has no phone number.",
            "Add one in WhatsApp Manager, or finish the sign-up with one, and continue.",
        ),
        "not_yours": Advice(
            "The sign-up gives no access to that account, or the account has no such number.",
            "Start the connection again, and choose the account and the number in it.",
        ),
        "number_inactive": Advice(
            "The number may not send now; `detail` says why.",
            "Do what the reason asks for, or reconnect the number; a restriction ends by itself.",
        ),
        "onboarding_busy": Advice(
            "Somebody else carries this connection on at the moment.",
            "Read it again in a few seconds; its `busy` says whether that is over.",
        ),
        "permission_missing": Advice(
            "The sign-up did not grant all that is needed to manage the account and to send.",
            "Open the sign-up again, and leave all permissions switched on.",
        ),
        "plan_limit": Advice(
            "The plan has no room for this.",
            "Choose a larger plan, name less, or disconnect or remove what is of no use any more; `GET /v1/me` shows "
            "what it allows.",
        ),
        "provider_rejected": Advice(
            "Meta refused this for good; `provider_code` is its error code.",
            "`detail` has Meta's words: correct what they name. Meta lists its codes with their remedies.",
        ),
        "refreshed_just_now": Advice(
            "Meta was asked about this a moment ago, and counts such calls.",
            "Read what it said then, and ask again after `Retry-After`.",
        ),
        "subscription_missing": Advice(
            "Meta took the subscription of webhooks, and does not list it.",
            "Continue the onboarding in a minute: the subscription is made again.",
        ),
        "token_refused": Advice(
            "Meta does not confirm, or does not take any more, the access that the sign-up gave.",
            "Open the sign-up again: its access has ended, was taken back, or was of another app.",
        ),
        "too_early": Advice(
            "Meta wants nothing to be tried before a moment that has not come; trying makes the wait longer.",
            "Continue after `Retry-After`.",
        ),
        "too_many_numbers": Advice(
            "The tenant has connected as many numbers as are kept, with those that it has disconnected since.",
            "Connect a number again that is known here, or ask the platform's operators.",
        ),
        "too_many_onboardings": Advice(
            "So many connections of accounts were begun at one moment that none of the kept ones could make room.",
            "Repeat the call in a minute.",
        ),
        "wrong_pin": Advice(
            "The number has a two-step PIN, and this is not it.",
            "Continue the onboarding (`onboarding_id`) with it as `pin`, for the code is used up; or set a new one, or "
            "switch it off, in WhatsApp Manager first.",
        ),
    },
    examples={
        "ConnectIn": {"code": "AQBx…", "waba_id": "102290129340398", "phone_number_id": "106540352242922"},
        "ConnectOut": {"templates": 12},
        "SignupConfigurationOut": {
            "app_id": "1234567890",
            "configuration_id": "9876543210",
            "sdk_url": "https://connect.facebook.net/en_US/sdk.js",
            "graph_version": "v26.0",
            "coexistence_feature": "whatsapp_business_app_onboarding",
        },
        "{onboarding_id}": "01JG7Q4W8ZC3N5X6Y7V8B9A0NB",
        "OnboardingIn": {"code": "AQBx…", "waba_id": "102290129340398"},
        "OnboardingGoOnIn": {"pin": "123456"},
        "OnboardingOut": {
            "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0NB",
            "status": "blocked",
            "next_step": "registration",
            "busy": False,
            "waba_id": "102290129340398",
            "account_name": "Café Aurora",
            "phone_number_ids": ["106540352242922"],
            "coexistence": False,
            "token_expires_at": None,
            "created_at": "2026-11-30T09:00:00Z",
            "updated_at": "2026-11-30T09:00:04Z",
        },
        "StepOut": {
            "step": "registration",
            "status": "failed",
            "attempts": 1,
            "tried_at": "2026-11-30T09:00:04Z",
            "answer": None,
        },
        "TroubleOut": {
            "code": "wrong_pin",
            "message": "the number already has a two-step PIN; send it as `pin`, or switch it off in WhatsApp Manager",
            "remedy": "send_pin",
            "remedy_text": "Continue with the number's two-step PIN as `pin`. Where nobody knows it, as when another "
            "platform or tenant has set it, set a new one or switch it off in WhatsApp Manager first.",
            "provider_code": "133005",
            "field": "pin",
            "retry_at": None,
        },
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
            "stopped": None,
            "restricted_until": None,
            "connected_at": "2026-11-02T10:00:00Z",
            "name_status": "APPROVED",
            "history_percent": 0,
            "history_declined": False,
        },
        "StoppedOut": {
            "code": "partner_removed",
            "next_step": "repeat_signup",
            "next_step_text": "Open the sign-up again to connect it.",
        },
        "HealthOut": {"can_send": "LIMITED", "checked_at": "2026-11-30T09:00:00Z"},
        "HealthReasonOut": {
            "entity": "PHONE_NUMBER",
            "code": "141000",
            "text": "The display name has not been approved yet.",
            "solution": "Wait for the review of the display name.",
        },
        "AccountOut": {
            "id": "102290129340398",
            "name": "Café Aurora",
            "currency": "BRL",
            "status": "active",
            "reason": None,
            "stopped": None,
            "restricted_until": None,
            "review": "APPROVED",
            "phone_number_ids": ["106540352242922"],
            "connected_at": "2026-11-02T10:00:00Z",
            "token_expires_at": "2027-01-01T10:00:00Z",
            "access": "open",
        },
        "{waba_id}": "102290129340398",
        "{phone_number_id}": "106540352242922",
        "UnconnectedNumberOut": {"id": "106540352242923", "display": "+55 11 3000-1235"},
        "ProfileIn": {
            "about": "Coffee and cake since 1998.",
            "websites": ["https://aurora.example.com"],
            "revision": 0,
        },
        "ProfileOut": {
            "about": "Coffee and cake since 1998.",
            "address": "Rua das Flores 1, São Paulo",
            "description": None,
            "email": "hello@aurora.example.com",
            "vertical": "RESTAURANT",
            "websites": ["https://aurora.example.com"],
            "picture_url": None,
            "revision": 0,
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
