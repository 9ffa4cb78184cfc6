"""Stripe: reading a subscription again, and the pages on which a customer pays and manages the subscription.

Calls used: GET /v1/subscriptions/{id} (with the customer), POST /v1/customers, GET /v1/prices by lookup key,
POST /v1/checkout/sessions, POST /v1/billing_portal/sessions. A price belongs to a plan by its lookup key or by `plan`
in its metadata; both are set where the prices are made, in Stripe's dashboard.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import stripe
from stripe import RequestsClient, StripeClient

from shared.domain.accounts.plans import PAYING, PLAN_NAMES
from shared.errors import InvalidInput, NotFound, ProviderRejected, RetryableError
from shared.ids import TenantId

T = TypeVar("T")
_TIMEOUT_SECONDS = 8.0
_RETRIES = 2
"""Stripe's library repeats only what never arrived or is safe, with one idempotency key for all attempts."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`plan` is one of ours, or "" when the price belongs to none. `tenant_id` is what we wrote into the metadata of
    the subscription or the customer; `created` is epoch seconds."""

    subscription_id: str
    customer_id: str
    status: str
    plan: str
    tenant_id: TenantId
    created: int


class StripeGateway:
    """Raises RetryableError when Stripe is out of reach, busy, or refuses our key; ProviderRejected for the rest."""

    def __init__(self, api_key: str, base_url: str) -> None:
        self._client = StripeClient(
            api_key,
            base_addresses={"api": base_url.rstrip("/")},
            http_client=RequestsClient(timeout=_TIMEOUT_SECONDS),
            max_network_retries=_RETRIES,
        )

    def subscription(self, subscription_id: str) -> Subscription:
        """As it is now. Raises NotFound."""
        found = _call(lambda: self._client.v1.subscriptions.retrieve(subscription_id, {"expand": ["customer"]}))
        return read_subscription(found.to_dict())

    def create_customer(self, tenant_id: TenantId, name: str, email: str) -> str:
        """The id of a new customer that carries the tenant's id; one per tenant, however often it is asked for."""
        customer = _call(
            lambda: self._client.v1.customers.create(
                {"name": name, "email": email, "metadata": {"tenant_id": tenant_id}},
                {"idempotency_key": f"customer-{tenant_id}"},
            )
        )
        return customer.id

    def create_checkout_session(
        self, tenant_id: TenantId, plan: str, *, customer_id: str, success_url: str, cancel_url: str
    ) -> str:
        """URL of the page where the customer subscribes to the plan. Raises InvalidInput for a plan without a price."""
        prices = _call(lambda: self._client.v1.prices.list({"lookup_keys": [plan], "active": True, "limit": 1}))
        if not prices.data:
            raise InvalidInput(f"there is no price for the plan {plan}", field="plan")
        price_id = prices.data[0].id
        metadata = {"tenant_id": tenant_id, "plan": plan}
        session = _call(
            lambda: self._client.v1.checkout.sessions.create(
                {
                    "mode": "subscription",
                    "customer": customer_id,
                    "client_reference_id": tenant_id,
                    "line_items": [{"price": price_id, "quantity": 1}],
                    "metadata": metadata,
                    "subscription_data": {"metadata": metadata},
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                }
            )
        )
        return session.url or ""

    def create_portal_session(self, customer_id: str, return_url: str) -> str:
        """URL of the page where the customer changes or cancels the subscription."""
        session = _call(
            lambda: self._client.v1.billing_portal.sessions.create({"customer": customer_id, "return_url": return_url})
        )
        return session.url


def read_subscription(raw: Mapping[str, object]) -> Subscription:
    """Stripe's object as ours. Among the items, which may be extras in any order, the prices say the plan, and of
    several the largest counts; `plan` in the subscription's metadata only when no price says one, because a change in
    the portal changes the prices alone."""
    customer = raw.get("customer")
    described = _mapping(customer)
    plans = [name for price in _prices(raw) if (name := _plan_of(price))]
    own = _metadata(raw).get("plan")
    plan = max(plans, key=PLAN_NAMES.index) if plans else str(own) if own in PLAN_NAMES else ""
    created = raw.get("created")
    return Subscription(
        subscription_id=str(raw.get("id", "")),
        customer_id=str(described.get("id", "") if described else customer or ""),
        status=_status(raw),
        plan=plan,
        tenant_id=TenantId(str(_metadata(raw).get("tenant_id") or _metadata(described).get("tenant_id") or "")),
        created=created if isinstance(created, int) else 0,
    )


def _status(raw: Mapping[str, object]) -> str:
    """Stripe's, or `paused` where collection is paused in the way that is meant for services which are not provided
    meanwhile, `void` (Stripe, pause payment collection). Of the other two, `keep_as_draft` collects later and
    `mark_uncollectible` gives the service away; the plan goes on. The status itself stays `active` in all three."""
    held = _mapping(raw.get("pause_collection")).get("behavior") == "void"
    status = str(raw.get("status", ""))
    return "paused" if held and status in PAYING else status


def _prices(raw: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    items = _mapping(raw.get("items")).get("data")
    for item in items if isinstance(items, list) else ():
        yield _mapping(_mapping(item).get("price"))


def _plan_of(price: Mapping[str, object]) -> str:
    names = (price.get("lookup_key"), _metadata(price).get("plan"))
    return next((str(name) for name in names if name in PLAN_NAMES), "")


def _metadata(raw: Mapping[str, object]) -> Mapping[str, object]:
    return _mapping(raw.get("metadata"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _call(request: Callable[[], T]) -> T:
    try:
        return request()
    except (stripe.APIConnectionError, stripe.RateLimitError) as exc:
        raise RetryableError("Stripe cannot be reached right now; try again in a minute") from exc
    except (stripe.AuthenticationError, stripe.PermissionError) as exc:
        # Not the event's fault: it must wait until an operator has mended the key.
        raise RetryableError("Stripe refuses our key") from exc
    except stripe.InvalidRequestError as exc:
        if exc.http_status == 404:
            raise NotFound("Stripe has no such object") from exc
        raise ProviderRejected("Stripe refused the call", provider_code=exc.code or "invalid_request") from exc
    except stripe.StripeError as exc:
        if exc.http_status is None or exc.http_status >= 500:
            raise RetryableError("Stripe failed; try again in a minute") from exc
        raise ProviderRejected("Stripe refused the call", provider_code=exc.code or "refused") from exc
