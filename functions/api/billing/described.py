"""The subscription, for the OpenAPI document."""

from functions.api.http.description import Description

DESCRIPTION = Description(
    tags={"billing": "The plan, and what it allows."},
    problems={"get_subscription": {404: ("not_found",)}},
    examples={
        "EntitlementsOut": {"plan": "free", "numbers": 1, "campaign_recipients": 1000, "members": 2},
        "SubscriptionOut": {"plan": "free", "status": "none"},
    },
)
