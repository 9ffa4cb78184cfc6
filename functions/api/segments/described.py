"""Segments, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_SEGMENT = "01JG7Q4W8ZC3N5X6Y7V8B9A0SA"
_CONTACT = "5f0c6b9a2f3e4d1c8b7a69584736251a"
_TEXT = 'contact.country == "ES" && "vip" in contact.tags'
_SPAIN = {"subject": "contact.country", "operator": "is", "value": "ES"}
_TREE = {"all": [_SPAIN, {"subject": "contact.tags", "operator": "has", "value": "vip"}]}
_SHOWN = {
    "id": _SEGMENT,
    "name": "Spanish VIPs",
    "text": _TEXT,
    "condition": _TREE,
    "revision": 1,
    "created_at": "2026-11-30T09:00:00Z",
    "updated_at": "2026-11-30T09:00:00Z",
    "created_by": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA",
}

DESCRIPTION = Description(
    tags={"segments": "Conditions on contacts, in CEL or as a tree; campaigns write to whom they hold, or spare them."},
    problems={
        "create_segment": {409: ("segment_exists",), 422: ("bad_condition", "too_many_segments")},
        "update_segment": {409: ("changed_meanwhile", "segment_exists"), 422: ("bad_condition",)},
        "preview_segment": {404: ("not_found",), 422: ("bad_condition",), 429: ("too_many_counts",)},
        "show_membership": {404: ("not_found",), 422: ("bad_condition",)},
    },
    errors={
        "bad_condition": Advice(
            "The condition cannot be read, or asks for something that there is not; one of a segment that was kept "
            "holds no more, because a custom field is gone or of another kind.",
            "`faults` says what is wrong, where and what to do about it, as `POST /v1/segments/check` does.",
        ),
        "segment_exists": Advice("There is a segment with this name.", "Use that one, or choose another name."),
        "too_many_counts": Advice(
            "As many counts of the tenant, or of the caller, are being made as there can be at a time.",
            "Ask again after `Retry-After`, when one of them has ended.",
        ),
        "too_many_segments": Advice(
            "The tenant has as many segments as there can be.", "Remove one that no campaign needs."
        ),
    },
    examples={
        "{segment_id}": _SEGMENT,
        "SegmentIn": {"name": "Spanish VIPs", "text": _TEXT},
        "SegmentPatch": {"revision": 1, "condition": _SPAIN},
        "SegmentOut": _SHOWN,
        "CheckIn": {"text": _TEXT},
        "CheckOut": {"valid": True, "text": _TEXT, "condition": _TREE, "problems": []},
        "CountIn": {"text": _TEXT},
        "CountOut": {
            "matched": 120,
            "examined": 1000,
            "complete": True,
            "continue_with": None,
            "sample": [],
        },
        "WhyIn": {"segment_id": _SEGMENT, "contact_id": _CONTACT},
        "WhyOut": {
            "met": False,
            "tests": [
                {"text": 'contact.country == "ES"', "path": "all.0", "known": "PT", "met": False, "decided": True},
                {"text": '"vip" in contact.tags', "path": "all.1", "known": ["vip"], "met": True, "decided": False},
            ],
        },
    },
)
