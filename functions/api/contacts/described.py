"""Contacts and their fields, for the OpenAPI document."""

from functions.api.http.description import Description

_PHONE = ("ambiguous_phone", "consent_remark", "invalid_phone")

DESCRIPTION = Description(
    tags={
        "contacts": "The people a tenant writes to, and what they agreed to.",
        "fields": "The custom fields of contacts.",
    },
    problems={
        "create_field": {409: ("field_exists",), 422: ("too_many_fields",)},
        "create_contact": {404: ("not_found",), 409: ("identity_taken",), 422: _PHONE},
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
            "fields": {"birthday": "1990-04-01"},
            "tags": ["customer"],
        },
        "ContactPatch": {"fields": {"birthday": None}, "add_tags": ["vip"]},
        "ConsentIn": {"source": "web form"},
        "ContactOut": {
            "id": "5f0c6b9a2f3e4d1c8b7a69584736251a",
            "phone": "+5511912345678",
            "bsuid": None,
            "name": "Ana Souza",
            "first_name": "Ana",
            "username": "",
            "region": "BR",
            "fields": {"birthday": "1990-04-01"},
            "tags": ["customer"],
            "opted_out": False,
            "opted_out_at": None,
            "opt_out_source": "",
            "last_inbound_at": None,
            "created_at": "2026-11-30T09:00:00Z",
            "updated_at": "2026-11-30T09:00:00Z",
        },
    },
)
