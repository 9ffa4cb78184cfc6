"""Applying a payment event: read the subscription again at the provider, store it, derive the tenant's plan.

Events come twice and out of order. What an event says is therefore never used, only which subscription it is about;
the event is marked as done last, so a crash before that repeats work that may be repeated.
"""

from contextlib import suppress
from dataclasses import replace

from functions.billing_events.logic.plan import USED, KnownSubscription, effective
from functions.billing_events.parts import BillingParts
from shared.clients.stripe_gateway import Subscription
from shared.clock import EpochMs
from shared.domain.accounts.account import Tenant
from shared.domain.accounts.plans import entitlements
from shared.errors import Conflict, InvalidInput, RetryableError
from shared.ids import TenantId
from shared.observability import concerns, count
from shared.queue_messages import BillingEvent

_EVENT_TTL_SECONDS = 90 * 24 * 3600
_ATTEMPTS = 5


def apply_event(parts: BillingParts, event: BillingEvent, now: EpochMs) -> None:
    """Raises InvalidInput for a customer that is nobody's or a price that is no plan of ours."""
    if event.provider != "stripe" or event.kind not in USED or not event.object_id.startswith("sub_"):
        count("BillingEventUnused")
        return
    key = f"EVT#{event.provider}#{event.event_id}"
    tenant_id = parts.accounts.tenant_of_customer(event.customer_id) if event.customer_id else None
    if tenant_id is not None and parts.directory.get(tenant_id, key, BillingEvent) is not None:
        count("BillingEventRepeated")
        return
    subscription = parts.stripe().subscription(event.object_id)
    if tenant_id is None:
        tenant_id = _claim(parts, subscription)
    concerns(tenant_id)
    _settle(parts, tenant_id, subscription)
    with suppress(Conflict):
        parts.directory.create(tenant_id, key, event, ttl=now // 1000 + _EVENT_TTL_SECONDS)
    count("BillingEventApplied")


def _claim(parts: BillingParts, subscription: Subscription) -> TenantId:
    """Whose a customer is that we meet for the first time, by what we wrote into the metadata at checkout."""
    known = parts.accounts.tenant_of_customer(subscription.customer_id)
    if known is not None:
        return known
    if not subscription.tenant_id:
        raise InvalidInput("unknown customer")
    # The tenant must exist (NotFound otherwise) before the customer is tied to it.
    parts.accounts.tenant(subscription.tenant_id)
    parts.accounts.set_customer(subscription.tenant_id, subscription.customer_id)
    return subscription.tenant_id


def _settle(parts: BillingParts, tenant_id: TenantId, subscription: Subscription) -> None:
    """Store and derive until what was derived is what Stripe and our documents still say.

    Two events of one tenant may be applied at the same moment; whoever writes last has also looked last.
    """
    for _ in range(_ATTEMPTS):
        known = _known(subscription)
        parts.directory.put(tenant_id, f"SUBSCRIPTION#{known.subscription_id}", known)
        effective = _effective(parts, tenant_id, known)
        _tell_tenant(parts, tenant_id, subscription.customer_id, effective)
        current = parts.stripe().subscription(subscription.subscription_id)
        if _known(current) == known and _effective(parts, tenant_id, known) == effective:
            return
        subscription = current
    raise RetryableError("the subscription keeps changing")


def _known(subscription: Subscription) -> KnownSubscription:
    """Raises InvalidInput when somebody pays for a price that is no plan of ours."""
    plan = subscription.plan
    paying = entitlements("growth", subscription.status).plan == "growth"
    if paying and not plan:
        raise InvalidInput("the subscription's price has no plan: set its lookup key to the plan's name")
    return KnownSubscription(subscription.subscription_id, subscription.status, plan, subscription.created)


def _effective(parts: BillingParts, tenant_id: TenantId, written: KnownSubscription) -> tuple[str, str]:
    """The list may not show yet what was written a moment ago, so that one is put in."""
    stored = parts.directory.all(tenant_id, "SUBSCRIPTION#", KnownSubscription)
    return effective([written, *(one for one in stored if one.subscription_id != written.subscription_id)])


def _tell_tenant(parts: BillingParts, tenant_id: TenantId, customer_id: str, effective: tuple[str, str]) -> None:
    plan, status = effective

    def change(tenant: Tenant) -> Tenant:
        return replace(tenant, plan=plan, subscription_status=status, customer_id=customer_id)

    parts.accounts.change_tenant(tenant_id, change)
