"""What a subscription entitles a tenant to: a pure function of plan and subscription state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.errors import LimitExceeded

# Stripe, subscription statuses: past_due keeps access while Stripe retries the payment.
PAYING = frozenset({"active", "trialing", "past_due"})


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Limits of a plan; a campaign may not plan more recipients than `campaign_recipients`. `calls_per_second` of the
    API are of all callers together, ten seconds' worth of them at once (`call_limits`)."""

    plan: str
    numbers: int
    campaign_recipients: int
    members: int
    calls_per_second: int


PlanName = Literal["free", "starter", "growth"]
_PLANS: Mapping[str, Entitlements] = {
    "free": Entitlements("free", numbers=1, campaign_recipients=100_000, members=3, calls_per_second=20),
    "starter": Entitlements("starter", numbers=2, campaign_recipients=500_000, members=10, calls_per_second=50),
    "growth": Entitlements("growth", numbers=20, campaign_recipients=20_000_000, members=200, calls_per_second=200),
}
PLAN_NAMES = tuple(_PLANS)
LARGEST = max(_PLANS.values(), key=lambda plan: plan.calls_per_second)


def entitlements(plan: str, subscription_status: str) -> Entitlements:
    """The free plan's limits unless the subscription is in a paying state and the plan is known."""
    if subscription_status not in PAYING:
        return _PLANS["free"]
    return limits_of_plan(plan)


def limits_of_plan(plan: str) -> Entitlements:
    """Those of a plan that is paid for; the free plan's for one that is not known."""
    return _PLANS.get(plan, _PLANS["free"])


def check_members(count: int, limits: Entitlements) -> None:
    """Raises LimitExceeded when a tenant with these limits may not have `count` members."""
    if count > limits.members:
        raise LimitExceeded(
            f"the {limits.plan} plan has room for {limits.members} member(s), this would make {count}; "
            "remove one or choose a larger plan"
        )


def check_numbers(count: int, limits: Entitlements) -> None:
    """Raises LimitExceeded when a tenant with these limits may not have `count` numbers."""
    if count > limits.numbers:
        raise LimitExceeded(
            f"the {limits.plan} plan has room for {limits.numbers} number(s), this would make {count}; "
            "name one phone_number_id, disconnect one that is of no use any more, or choose a larger plan",
            field="phone_number_id",
        )
