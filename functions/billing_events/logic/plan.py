"""Which plan a tenant has, out of every subscription it ever had. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

# Stripe, subscription statuses, the one that counts most first.
_ORDER = ("active", "trialing", "past_due", "unpaid", "paused", "incomplete", "canceled", "incomplete_expired")

USED = frozenset(
    {
        "checkout.session.completed",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "invoice.paid",
        "invoice.payment_failed",
    }
)
"""Events after which the subscription is read again; whatever they say themselves is not used."""


@dataclass(frozen=True, slots=True)
class KnownSubscription:
    """A subscription as last read. `created` is epoch seconds."""

    subscription_id: str
    status: str
    plan: str
    created: int


def effective(known: Iterable[KnownSubscription]) -> tuple[str, str]:
    """(plan, subscription status): the best of them, the newest of equals; free when there is none.

    A customer who subscribes anew and whose old subscription ends afterwards keeps the new one.
    """
    best = min(known, key=lambda one: (_rank(one.status), -one.created, one.subscription_id), default=None)
    return (best.plan or "free", best.status) if best is not None else ("free", "none")


def _rank(status: str) -> int:
    return _ORDER.index(status) if status in _ORDER else len(_ORDER)
