"""The tenant's subscription."""

from functions.api.billing.models import EntitlementsOut, SubscriptionOut
from functions.api.http.request import caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.domain.accounts.account import Scope
from shared.store.accounts.tenants import Accounts

router = new_router()
deps = parts_for(router, Accounts)


@router.get(
    "/v1/billing/subscription",
    **secured(Scope.READ, "billing", "get_subscription", summary="The plan, and what it allows"),
)
def get_subscription() -> SubscriptionOut:
    """What holds now: the free plan's limits unless the subscription pays."""
    tenant = deps().tenant(caller(router).tenant_id)
    limits = EntitlementsOut.of(tenant.entitlements)
    return SubscriptionOut(plan=tenant.plan, status=tenant.subscription_status, entitlements=limits)
