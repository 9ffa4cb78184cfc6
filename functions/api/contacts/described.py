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
)
