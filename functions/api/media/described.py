"""Files, for the OpenAPI document."""

from functions.api.http.description import Description

DESCRIPTION = Description(
    tags={"media": "The tenant's own files, to be sent."},
    problems={
        "complete_media": {409: ("upload_changed", "upload_missing"), 422: ("media_refused",)},
        "get_message_media": {
            409: ("media_pending",),
            410: ("media_deleted", "media_expired", "media_failed", "media_refused"),
        },
    },
)
