"""The plan changes: Stripe's signed event, not a call of ours."""

import httpx

from infra.local.demo.business import Business
from infra.local.demo.client import Api, Json, Simulator, wait_until
from infra.local.demo.screen import Screen

_PLAN = "growth"
_SECONDS = 30.0


def change_plan(api: Api, stripe: Simulator, stripe_key: str, business: Business, screen: Screen) -> Json:
    """Somebody pays at Stripe; the subscription as the API then shows it."""
    before = api.get("/v1/billing/subscription")
    customer = httpx.post(
        f"{stripe.base_url}/v1/customers",
        data={"email": business.email, "metadata[tenant_id]": business.tenant_id},
        headers={"authorization": f"Bearer {stripe_key}"},
        timeout=30,
    ).json()
    stripe.script(
        subscribe={
            "customer": customer["id"],
            "price": f"price_{_PLAN}",
            "metadata": {"tenant_id": business.tenant_id, "plan": _PLAN},
        }
    )

    def changed() -> Json | None:
        found = api.get("/v1/billing/subscription")
        return found if found["plan"] == _PLAN else None

    after = wait_until("the change of plan", changed, _SECONDS)
    recipients = after["entitlements"]["campaign_recipients"]
    screen.step(
        "plan changed by Stripe's signed event",
        f"{before['plan']} → {after['plan']}, {after['status']}, campaigns of up to {recipients:,}",
    )
    return after
