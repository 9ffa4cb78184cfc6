"""The inbox, for the OpenAPI document."""

from functions.api.http.description import Description

_NEWER = ("answered_meanwhile",)
_CHANGED = ("changed_meanwhile",)
_FILE = ("media_kind", "media_refused")

DESCRIPTION = Description(
    tags={
        "conversations": "What one number and one person say to each other, and what agents do with it.",
        "mentions": "Notes that mention the caller.",
        "labels": "Labels of conversations.",
        "canned replies": "Texts to answer with.",
        "search": "People, and what was said.",
    },
    problems={
        "open_conversation": {404: ("not_found",)},
        "send_message": {
            409: (
                "account_disconnected",
                "answered_meanwhile",
                "no_destination",
                "number_inactive",
                "opted_out",
                "upload_changed",
                "upload_missing",
                "us_marketing",
                "window_closed",
            ),
            422: (*_FILE, "provider_rejected"),
            502: ("provider_rejected",),
        },
        "read_conversation": {409: _NEWER},
        "assign_conversation": {409: (*_CHANGED, "nobody_available")},
        "close_conversation": {409: (*_CHANGED, *_NEWER)},
        "snooze_conversation": {409: (*_CHANGED, *_NEWER)},
        "reopen_conversation": {409: _CHANGED},
        "create_label": {409: ("label_exists",), 422: ("too_many_labels",)},
        "update_label": {409: ("label_exists",)},
        "create_canned_reply": {409: ("shortcut_taken",), 422: ("too_many_canned_replies",)},
        "replace_canned_reply": {409: ("shortcut_taken",)},
    },
    successes={"open_conversation": {200: "It is there already."}},
)
