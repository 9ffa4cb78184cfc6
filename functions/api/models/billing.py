"""The subscription."""

from pydantic import Field

from functions.api.models.accounts import EntitlementsOut
from functions.api.models.base import Output


class SubscriptionOut(Output):
    plan: str
    status: str
    entitlements: EntitlementsOut = Field(description="what holds now; the free plan's unless the subscription pays")
