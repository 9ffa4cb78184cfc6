"""The subscription."""

from pydantic import Field

from functions.api.http.fields import Output
from shared.domain.accounts.plans import Entitlements


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
    status: str
    entitlements: EntitlementsOut = Field(description="what holds now; the free plan's unless the subscription pays")
