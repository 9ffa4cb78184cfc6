"""The subscription."""

from typing import Annotated

from pydantic import Field

from functions.api.http.fields import Output, open_to
from shared.domain.accounts.plans import Entitlements

SubscriptionStatus = Annotated[
    str,
    open_to(
        "none", "incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused"
    ),
]
"""`none` without a subscription, else Stripe's (Subscriptions, status)."""


class EntitlementsOut(Output):
    plan: str
    numbers: int
    campaign_recipients: int
    members: int

    @classmethod
    def of(cls, limits: Entitlements) -> "EntitlementsOut":
        return cls(
            plan=limits.plan,
            numbers=limits.numbers,
            campaign_recipients=limits.campaign_recipients,
            members=limits.members,
        )


class SubscriptionOut(Output):
    plan: str
    status: SubscriptionStatus
    entitlements: EntitlementsOut = Field(description="what holds now; the free plan's unless the subscription pays")
