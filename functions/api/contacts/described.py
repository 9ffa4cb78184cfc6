"""Contacts and their fields, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_PHONE = ("ambiguous_phone", "consent_remark", "invalid_phone")
_ATTRIBUTES = ("invalid_email", "invalid_language", "invalid_time_zone")

DESCRIPTION = Description(
    tags={
        "contacts": "The people a tenant writes to, and what they agreed to.",
        "fields": "The custom fields of contacts.",
    },
    problems={
        "update_contact": {409: ("changed_meanwhile",), 422: _ATTRIBUTES},
        "create_field": {409: ("field_exists",), 422: ("too_many_fields",)},
        "create_contact": {404: ("not_found",), 409: ("identity_taken",), 422: (*_PHONE, *_ATTRIBUTES)},
    },
    errors={
        "ambiguous_phone": Advice(
            "The digits may be a number of two countries.",
            "Write it with + and the country code; in an import, or say in `bare_digits` what such numbers are.",
        ),
        "consent_remark": Advice(
            "Beside the number stands a remark of who may be written to, such as BAJA, so it is not taken for a yes.",
            "Record a no with `POST /v1/contacts/{contact_id}/opt-out`; else take the remark away.",
        ),
        "field_exists": Advice("There is a custom field with this key.", "Use that one, or choose another key."),
        "identity_taken": Advice(
            "The phone number and the `bsuid` belong to two different contacts.",
            "Send only one of them, or look both up to see who is meant.",
        ),
        "invalid_email": Advice(
            "This is no e-mail address.",
            "Write one such as ana@example.com; of several keep one. In an import, mend the rows that were rejected, "
            "or map the column to `ignore` or to a custom field in `columns`.",
        ),
        "invalid_language": Advice(
            "This names no language.",
            "Write a language tag (BCP 47) such as pt-BR; in an import, as for `invalid_email`.",
        ),
        "invalid_time_zone": Advice(
            "This is no name in the IANA time zone database.",
            "Write one such as America/Sao_Paulo: an offset or an abbreviation does not say when clocks are changed. "
            "In an import, as for `invalid_email`.",
        ),
        "invalid_phone": Advice(
            "This is no phone number that can be called.",
            "Write it with + and the country code, such as +5511912345678.",
        ),
        "too_many_fields": Advice(
            "The tenant has as many custom fields as there can be, or an import would make more.",
            "Leave columns out, or store this in a field that is there.",
        ),
    },
    successes={"create_contact": {200: "There was one with this phone or bsuid, and it is complete now."}},
    examples={
        "{contact_id}": "5f0c6b9a2f3e4d1c8b7a69584736251a",
        "{key}": "birthday",
        "FieldIn": {"key": "birthday", "label": "Birthday", "kind": "date"},
        "FieldOut": {"key": "birthday", "label": "Birthday", "kind": "date"},
        "ContactIn": {
            "phone": "+55 11 91234-5678",
            "name": "Ana Souza",
            "language": "pt-BR",
            "email": "ana@example.com",
            "fields": {"birthday": "1990-04-01"},
            "tags": ["customer"],
        },
        "ContactPatch": {"fields": {"birthday": None}, "add_tags": ["vip"], "revision": 1},
        "ConsentIn": {"source": "web form"},
        "DeletionOut": {
            "id": "5f0c6b9a2f3e4d1c8b7a69584736251a",
            "deleted_at": "2026-11-30T09:00:00Z",
            "opted_out": False,
            "conversations": ["9d5ed678fe57bcca610140957afab571"],
        },
        "ContactOut": {
            "id": "5f0c6b9a2f3e4d1c8b7a69584736251a",
            "phone": "+5511912345678",
            "bsuid": None,
            "name": "Ana Souza",
            "first_name": "Ana",
            "last_name": None,
            "language": "pt-BR",
            "time_zone": None,
            "email": "ana@example.com",
            "username": None,
            "region": "BR",
            "fields": {"birthday": "1990-04-01"},
            "tags": ["customer"],
            "opted_out": False,
            "opted_out_at": None,
            "opt_out_source": None,
            "last_inbound_at": None,
            "revision": 1,
            "created_at": "2026-11-30T09:00:00Z",
            "updated_at": "2026-11-30T09:00:00Z",
        },
    },
)
