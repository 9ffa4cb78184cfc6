"""Message templates, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_AT_META = {409: ("account_disconnected",), 422: ("provider_rejected",), 502: ("provider_rejected", "token_refused")}
_COMPONENTS = [{"type": "BODY", "text": "Hello {{1}}, we are back.", "example": {"body_text": [["Ana"]]}}]
_FAULT = {
    "code": "variable_at_edge",
    "pointer": "/components/0/text",
    "message": "the body begins or ends with a variable; put words before and behind it",
    "meta_code": 100,
    "meta_subcode": 2388299,
}
_CONTENT = {"name": "spring_offer", "language": "en", "category": "MARKETING", "components": _COMPONENTS}

DESCRIPTION = Description(
    tags={"templates": "Message templates, which Meta reviews."},
    problems={
        "create_template": {
            404: ("not_found",),
            409: ("account_disconnected", "not_connected"),
            422: ("provider_rejected", "template_refused"),
            502: ("provider_rejected", "token_refused"),
        },
        "list_templates": {422: ("too_many_to_sort",)},
        "update_template": {
            **_AT_META,
            409: (
                "account_disconnected",
                "changed_meanwhile",
                "template_category_fixed",
                "template_edited_today",
                "template_edits_used_up",
                "template_not_editable",
            ),
            422: ("provider_rejected", "template_refused"),
        },
        "delete_template": {**_AT_META, 409: ("account_disconnected", "template_disabled")},
        "resume_template": {**_AT_META, 409: ("account_disconnected", "template_not_paused")},
        "duplicate_template": {422: ("draft_too_large", "too_many_drafts")},
        "create_template_draft": {422: ("draft_too_large", "too_many_drafts")},
        "replace_template_draft": {409: ("changed_meanwhile", "draft_being_submitted"), 422: ("draft_too_large",)},
        "create_template_sample": {
            **_AT_META,
            404: ("not_found",),
            409: ("account_disconnected", "not_connected", "upload_changed", "upload_missing"),
            422: ("media_refused", "provider_rejected", "sample_type"),
        },
        "submit_template_draft": {
            **_AT_META,
            409: ("account_disconnected", "draft_being_submitted", "not_connected"),
            422: ("provider_rejected", "template_refused"),
        },
        "sync_templates": {
            409: ("account_disconnected",),
            422: ("provider_rejected",),
            502: ("provider_rejected", "token_refused"),
        },
    },
    errors={
        "draft_being_submitted": Advice(
            "Somebody is handing this draft to Meta at this moment.",
            "Look again in a minute: it is a template by then, or a draft still.",
        ),
        "draft_too_large": Advice("The draft is larger than any template that Meta takes.", "Shorten it."),
        "sample_type": Advice(
            "Meta takes samples of JPEG, PNG, MP4 and PDF.",
            "Upload a file of one of these types, and name that.",
        ),
        "template_category_fixed": Advice(
            "Meta does not let the category of an approved template be changed.",
            "Make another template in that category.",
        ),
        "template_disabled": Advice(
            "Meta has disabled the template for its quality, and keeps it.",
            "Nothing needs to be done: it can be neither sent nor deleted.",
        ),
        "template_edited_today": Advice(
            "Meta lets an approved template be edited once in 24 hours.",
            "Edit it after `Retry-After`, or duplicate it under another name.",
        ),
        "template_edits_used_up": Advice(
            "Meta lets an approved template be edited ten times in 30 days.",
            "Edit it after `Retry-After`, or duplicate it under another name.",
        ),
        "template_not_editable": Advice(
            "Meta lets templates be edited that are APPROVED, REJECTED or PAUSED.",
            "Wait for its review, or make another template.",
        ),
        "template_not_paused": Advice("Only a template that Meta has paused can be resumed.", "Read its `status`."),
        "template_refused": Advice(
            "Meta would refuse the template; it was not asked.",
            "`faults` names everything that is wrong, with its place and what to do about it.",
        ),
        "too_many_drafts": Advice("There are as many drafts as can be kept.", "Submit or remove some."),
        "too_many_to_sort": Advice(
            "There are more templates than are sorted for one page.",
            "List them in the order of their ids, and sort them yourself.",
        ),
        "not_connected": Advice(
            "The tenant has connected no WhatsApp account yet.",
            "Connect one with `POST /v1/whatsapp/connect`.",
        ),
    },
    begun={name: {"status": "PENDING", "quality": "UNKNOWN"} for name in ("create_template", "submit_template_draft")},
    examples={
        "{template_id}": "594425479261596",
        "TemplateIn": {
            "name": "spring_offer",
            "language": "en",
            "category": "MARKETING",
            "components": _COMPONENTS,
        },
        "TemplatePatch": {"components": _COMPONENTS, "revision": 0},
        "TemplateDraftIn": _CONTENT,
        "TemplateDraftUpdate": {**_CONTENT, "revision": 0},
        "TemplateFaultOut": _FAULT,
        "TemplateCheckOut": {"valid": False, "faults": [_FAULT], "slots": [], "unsupported": None},
        "TemplateDuplicateIn": {"language": "es"},
        "{draft_id}": "01JG7Q4W8ZC3N5X6Y7V8B9A0TD",
        "TemplateDraftOut": {
            **_CONTENT,
            "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0TD",
            "waba_id": None,
            "parameter_format": "POSITIONAL",
            "message_send_ttl_seconds": None,
            "copied_from": None,
            "faults": [],
            "revision": 0,
            "created_at": "2026-11-30T09:00:00Z",
            "created_by": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA",
            "updated_at": "2026-11-30T09:00:00Z",
        },
        "TemplatePreviewIn": {"variables": {"body.1": "Ana"}},
        "TemplatePreviewOut": {
            "text": "Hello Ana, we are back.",
            "components": [{"type": "BODY", "text": "Hello Ana, we are back."}],
            "values": {"body.1": "Ana"},
            "problems": [],
        },
        "TemplatePreviewProblemOut": {
            "field": "variables.body.1",
            "message": "the template needs this variable; map it",
        },
        "TemplateVersionOut": {
            "version": 2,
            "since": "2026-11-30T09:00:00Z",
            "current": True,
            "category": "MARKETING",
            "components": [{"type": "BODY", "text": "Hello {{1}}, we are back."}],
        },
        "TemplateUseOut": {
            "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0CM",
            "name": "Spring",
            "status": "completed",
            "created_at": "2026-11-30T09:00:00Z",
            "version": 2,
        },
        "LibraryTemplateOut": {
            "id": "order_confirmed.en",
            "purpose": "An order was received.",
            "name": "order_confirmed",
            "language": "en",
            "category": "UTILITY",
            "parameter_format": "NAMED",
            "components": [{"type": "BODY", "text": "Thank you for your order {{order_number}}, it is on its way."}],
        },
        "TemplateSampleIn": {"media_id": "01JG7Q4W8ZC3N5X6Y7V8B9A0FE"},
        "TemplateSampleOut": {"handle": "4::aW1hZ2UvcG5n", "format": "IMAGE"},
        "ComingCategoryOut": {"category": "MARKETING", "due_at": "2026-12-01T09:00:00Z"},
        "TemplateOut": {
            "id": "594425479261596",
            "waba_id": "102290129340398",
            "name": "spring_offer",
            "language": "en",
            "category": "MARKETING",
            "next_category": None,
            "status": "APPROVED",
            "quality": "GREEN",
            "parameter_format": "POSITIONAL",
            "message_send_ttl_seconds": None,
            "components": [{"type": "BODY", "text": "Hello {{1}}, we are back."}],
            "unsupported": None,
            "rejected_reason": None,
            "version": 1,
            "revision": 0,
            "next_edit_at": None,
            "updated_at": "2026-11-30T09:00:00Z",
        },
        "SlotOut": {"key": "body.1", "kind": "text", "optional": False},
        "SyncOut": {"templates": 12, "gone": 0},
        "SyncFailureOut": {
            "waba_id": "102290129340398",
            "code": "token_refused",
            "detail": "Meta refused: Error validating access token",
            "provider_code": "190",
        },
    },
)
