"""Files, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_FILE = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0FE",
    "filename": "menu.pdf",
    "mime_type": "application/pdf",
    "type": "document",
    "voice": False,
    "size": 48213,
    "sha256": None,
    "status": "ready",
    "reason": None,
    "created_at": "2026-11-30T09:00:00Z",
    "created_by": "01JG7Q4W8ZC3N5X6Y7V8B9A0MA",
}

DESCRIPTION = Description(
    tags={"media": "The tenant's own files, to be sent."},
    problems={
        "complete_media": {409: ("upload_changed", "upload_missing"), 422: ("media_refused",)},
        "get_message_media": {
            409: ("media_pending",),
            410: ("media_deleted", "media_expired", "media_failed", "media_refused"),
        },
    },
    errors={
        "media_deleted": Advice("The file was deleted under /v1/media.", "Upload it again if it is still needed."),
        "media_expired": Advice("Meta has the file no more.", "Ask the person to send it again."),
        "media_failed": Advice(
            "The file could not be copied from Meta; `reason` says why.",
            "Ask the person to send it again.",
        ),
        "media_kind": Advice(
            "The file is of another kind than the message says.",
            "`detail` says as what it can be sent.",
        ),
        "media_pending": Advice("The file is being copied from Meta.", "Ask again after `Retry-After`."),
        "media_refused": Advice(
            "The file was not kept, or is one that Meta would not take.",
            "`detail` says why: upload another file, or ask the person for one.",
        ),
        "upload_changed": Advice(
            "The file was replaced while it was being read.",
            "Upload it once, then repeat the call.",
        ),
        "upload_missing": Advice(
            "The file is not at its upload URL yet.",
            "PUT it there with the headers that came with the URL, then repeat the call.",
        ),
    },
    examples={
        "{media_id}": _FILE["id"],
        "MediaIn": {"filename": "menu.pdf", "mime_type": "application/pdf", "size": 48213},
        "MediaOut": _FILE,
        "MediaMadeOut": {**_FILE, "status": "awaiting_upload"},
        "MediaOneOut": _FILE,
        "UploadOut": {
            "url": "https://data.example.com/uploads/menu?X-Amz-Signature=…",
            "headers": {"content-type": "application/pdf", "content-length": "48213"},
            "expires_at": "2026-11-30T10:00:00Z",
        },
        "MediaLinkOut": {
            "url": "https://data.example.com/library/menu?X-Amz-Signature=…",
            "expires_at": "2026-11-30T09:05:00Z",
            "mime_type": "application/pdf",
            "size": 48213,
            "filename": "menu.pdf",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
    },
)
