"""Campaigns, for the OpenAPI document."""

from functions.api.http.description import Description

DESCRIPTION = Description(
    tags={"campaigns": "One message to many people, each of whom is accounted for."},
    problems={
        "create_campaign": {404: ("not_found",), 409: ("source_not_finished",)},
        "start_dry_run": {409: ("campaign_state",), 429: ("too_many_dry_runs",)},
        "get_dry_run": {404: ("no_dry_run",)},
        "launch_campaign": {
            409: (
                "account_disconnected",
                "beyond_messaging_limit",
                "campaign_state",
                "excluded_campaign_not_started",
                "number_inactive",
                "source_not_finished",
                "source_not_started",
            ),
        },
        "pause_campaign": {409: ("campaign_state",)},
        "resume_campaign": {409: ("campaign_state", "number_inactive", "template")},
        "cancel_campaign": {409: ("campaign_state",)},
        "retry_campaign": {409: ("campaign_state", "source_not_finished")},
        "resend_unknown": {409: ("campaign_state", "source_not_finished")},
        "get_report": {503: ("books_not_ready",)},
        "list_recipients": {503: ("books_not_ready",)},
        "export_recipients": {503: ("books_not_ready",)},
    },
    files={"export_recipients": "text/csv"},
)
