"""Stripe: reading a subscription again, and the pages on which a customer pays and manages the subscription.

Calls used: GET /v1/subscriptions/{id} (with the customer), POST /v1/customers, GET /v1/prices by lookup key,
POST /v1/checkout/sessions, POST /v1/billing_portal/sessions. A price belongs to a plan by its lookup key or by `plan`
in its metadata; both are set where the prices are made, in Stripe's dashboard.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import stripe
from stripe import RequestsClient, StripeClient

from shared.domain.accounts.plans import PLAN_NAMES
from shared.errors import InvalidInput, NotFound, ProviderRejected, RetryableError

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
    tenant_id: str
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

    def create_customer(self, tenant_id: str, name: str, email: str) -> str:
        """The id of a new customer that carries the tenant's id; one per tenant, however often it is asked for."""
        made = _call(
            lambda: self._client.v1.customers.create(
                {"name": name, "email": email, "metadata": {"tenant_id": tenant_id}},
                {"idempotency_key": f"customer-{tenant_id}"},
            )
        )
        return made.id

    def create_checkout_session(
        self, tenant_id: str, plan: str, customer_id: str, success_url: str, cancel_url: str
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
    """Stripe's object as ours. The price says the plan; `plan` in the subscription's metadata only when it does not,
    because a change in the portal changes the price alone."""
    customer = raw.get("customer")
    described = _mapping(customer)
    price = _price(raw)
    candidates = (price.get("lookup_key"), _mapping(price.get("metadata")).get("plan"), _metadata(raw).get("plan"))
    created = raw.get("created")
    return Subscription(
        subscription_id=str(raw.get("id", "")),
        customer_id=str(described.get("id", "") if described else customer or ""),
        status=str(raw.get("status", "")),
        plan=next((str(name) for name in candidates if name in PLAN_NAMES), ""),
        tenant_id=str(_metadata(raw).get("tenant_id") or _metadata(described).get("tenant_id") or ""),
        created=created if isinstance(created, int) else 0,
    )


def _price(raw: Mapping[str, object]) -> Mapping[str, object]:
    items = _mapping(raw.get("items")).get("data")
    return _mapping(_mapping(items[0]).get("price")) if isinstance(items, list) and items else {}


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
