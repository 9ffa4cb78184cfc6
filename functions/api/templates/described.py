"""Message templates, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

DESCRIPTION = Description(
    tags={"templates": "Message templates, which Meta reviews."},
    problems={
        "create_template": {
            404: ("not_found",),
            409: ("account_disconnected", "not_connected"),
            422: ("provider_rejected",),
            502: ("provider_rejected",),
        },
        "sync_templates": {
            409: ("account_disconnected",),
            422: ("provider_rejected",),
            502: ("provider_rejected",),
        },
    },
    errors={
        "not_connected": Advice(
            "The tenant has connected no WhatsApp account yet.",
            "Connect one with `POST /v1/whatsapp/connect`.",
        ),
    },
    examples={
        "{template_id}": "594425479261596",
        "TemplateIn": {
            "name": "spring_offer",
            "language": "en",
            "category": "MARKETING",
            "components": [
                {"type": "BODY", "text": "Hello {{1}}, we are back.", "example": {"body_text": [["Ana"]]}},
            ],
        },
        "TemplateOut": {
            "id": "594425479261596",
            "waba_id": "102290129340398",
            "name": "spring_offer",
            "language": "en",
            "category": "MARKETING",
            "status": "APPROVED",
            "parameter_format": "POSITIONAL",
            "components": [{"type": "BODY", "text": "Hello {{1}}, we are back."}],
            "unsupported": None,
            "rejected_reason": None,
            "updated_at": "2026-11-30T09:00:00Z",
        },
        "SlotOut": {"key": "body.1", "kind": "text", "optional": False},
        "SyncOut": {"templates": 12},
    },
)
