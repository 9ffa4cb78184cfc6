"""Message templates, for the OpenAPI document."""

from functions.api.http.description import Description

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
)
