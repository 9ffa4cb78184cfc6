"""Customers, checkout sessions and subscriptions in Stripe's shapes. In memory.

Source: Stripe API reference; since the 2025 versions the billing period stands on the subscription's items.
"""

import itertools
import time

from .forms import Json

_MONTH = 30 * 86_400
STATUSES = (
    "active",
    "trialing",
    "past_due",
    "unpaid",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "paused",
)


class StripeError(Exception):
    """A refusal with Stripe's error type."""

    def __init__(self, status: int, message: str, *, code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"type": "invalid_request_error", "message": message}}
        if code:
            self.body["error"]["code"] = code
        if param:
            self.body["error"]["param"] = param


class Objects:
    """Everything that exists, by id. `prices` (id → product) limits the prices when it is not empty."""

    def __init__(self, prices: dict[str, str]) -> None:
        self.customers: dict[str, Json] = {}
        self.sessions: dict[str, Json] = {}
        self.subscriptions: dict[str, Json] = {}
        self._prices = prices
        self._planned: dict[str, tuple[str, Json]] = {}
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str) -> str:
        """A fresh id such as cus_sim000001."""
        return f"{prefix}_sim{next(self._numbers):08d}"

    def customer(self, customer_id: object) -> Json:
        """Raises StripeError 404-shaped for an unknown customer."""
        return self._found(self.customers, "customer", customer_id)

    def subscription(self, subscription_id: object) -> Json:
        """Raises StripeError 404-shaped for an unknown subscription."""
        return self._found(self.subscriptions, "subscription", subscription_id)

    def session(self, session_id: object) -> Json:
        """Raises StripeError 404-shaped for an unknown checkout session."""
        return self._found(self.sessions, "checkout.session", session_id)

    def _found(self, objects: dict[str, Json], kind: str, object_id: object) -> Json:
        found = objects.get(str(object_id))
        if found is None:
            raise StripeError(404, f"No such {kind}: '{object_id}'", code="resource_missing", param="id")
        return found

    def create_customer(self, form: Json) -> Json:
        """POST /v1/customers."""
        customer: Json = {
            "id": self.new_id("cus"),
            "object": "customer",
            "created": int(time.time()),
            "email": form.get("email"),
            "name": form.get("name"),
            "description": form.get("description"),
            "metadata": form.get("metadata") or {},
            "livemode": False,
        }
        self.customers[customer["id"]] = customer
        return customer

    def create_session(self, form: Json, url: str) -> Json:
        """POST /v1/checkout/sessions, mode subscription."""
        if form.get("mode") != "subscription":
            raise StripeError(400, "This simulator only does mode=subscription.", param="mode")
        if not form.get("success_url"):
            raise StripeError(
                400, "Missing required param: success_url.", code="parameter_missing", param="success_url"
            )
        items = form.get("line_items")
        price = items[0].get("price") if isinstance(items, list) and isinstance(items[0], dict) else None
        if not price:
            raise StripeError(400, "Missing required param: line_items.", code="parameter_missing", param="line_items")
        self.check_price(price)
        customer_id = form.get("customer") or self.create_customer({"email": form.get("customer_email")})["id"]
        self.customer(customer_id)
        data = form.get("subscription_data")
        session_id = self.new_id("cs_test")
        session: Json = {
            "id": session_id,
            "object": "checkout.session",
            "created": int(time.time()),
            "expires_at": int(time.time()) + 86_400,
            "mode": "subscription",
            "status": "open",
            "payment_status": "unpaid",
            "customer": customer_id,
            "client_reference_id": form.get("client_reference_id"),
            "metadata": form.get("metadata") or {},
            "subscription": None,
            "success_url": form["success_url"],
            "cancel_url": form.get("cancel_url"),
            "url": f"{url}/checkout/{session_id}",
            "livemode": False,
        }
        self.sessions[session_id] = session
        metadata = data.get("metadata") if isinstance(data, dict) else None
        self._planned[session_id] = (price, metadata or {})
        return session

    def complete(self, session: Json) -> Json:
        """The customer paid: the session is complete and has a subscription, which is returned."""
        price, metadata = self._planned[session["id"]]
        subscription = self.create_subscription(session["customer"], price, "active", metadata)
        session |= {"status": "complete", "payment_status": "paid", "subscription": subscription["id"], "url": None}
        return subscription

    def check_price(self, price: str) -> None:
        """Raises StripeError when prices are limited and this is none of them."""
        if self._prices and price not in self._prices:
            raise StripeError(400, f"No such price: '{price}'", code="resource_missing", param="line_items[0][price]")

    def create_subscription(self, customer_id: str, price: str, status: str, metadata: Json) -> Json:
        """A new subscription of a customer."""
        now = int(time.time())
        subscription: Json = {
            "id": self.new_id("sub"),
            "object": "subscription",
            "created": now,
            "start_date": now,
            "customer": customer_id,
            "cancel_at_period_end": False,
            "cancel_at": None,
            "canceled_at": None,
            "ended_at": None,
            "collection_method": "charge_automatically",
            "currency": "usd",
            "metadata": metadata,
            "livemode": False,
        }
        self.subscriptions[subscription["id"]] = subscription
        self.change_subscription(subscription, price, status)
        return subscription

    def change_subscription(self, subscription: Json, price: str, status: str) -> None:
        """Another price or status."""
        if status not in STATUSES:
            raise StripeError(400, f"Invalid status: {status}", param="status")
        now = int(time.time())
        item: Json = {
            "id": self.new_id("si"),
            "object": "subscription_item",
            "created": now,
            "current_period_start": now,
            "current_period_end": now + _MONTH,
            "quantity": 1,
            "subscription": subscription["id"],
            "price": {
                "id": price,
                "object": "price",
                "active": True,
                "currency": "usd",
                "product": self._prices.get(price, f"prod_{price}"),
                "recurring": {"interval": "month", "interval_count": 1},
                "type": "recurring",
            },
        }
        subscription["status"] = status
        subscription["items"] = {"object": "list", "has_more": False, "data": [item]}
        if status == "canceled":
            subscription |= {"canceled_at": now, "ended_at": now}

    def of_customer(self, customer_id: str) -> Json | None:
        """The newest subscription of a customer that has not ended."""
        for subscription in reversed(self.subscriptions.values()):
            if subscription["customer"] == customer_id and subscription["status"] != "canceled":
                return subscription
        return None
