"""POST /_sim/script of the Stripe simulator: `webhook_url`, `subscribe`, `complete_checkout`, `event`."""

from .events import Events
from .forms import Json
from .objects import Objects, StripeError

_KEYS = ("webhook_url", "subscribe", "complete_checkout", "event")


def run_script(objects: Objects, events: Events, script: object) -> Json:
    """Carry out a script; one result per key.

    Raises:
        StripeError: an unknown key, id or status.
    """
    if not isinstance(script, dict) or set(script) - set(_KEYS):
        raise StripeError(400, f"a script is an object with {', '.join(_KEYS)}")
    results: Json = {}
    if "webhook_url" in script:
        events.url = str(script["webhook_url"] or "")
        results["webhook_url"] = True
    if "subscribe" in script:
        results["subscribe"] = _subscribe(objects, events, _fields(script["subscribe"]))
    if "complete_checkout" in script:
        session = objects.session(_fields(script["complete_checkout"]).get("session"))
        subscription = objects.complete(session)
        sent = [
            events.about("customer.subscription.created", subscription),
            events.about("checkout.session.completed", session),
        ]
        results["complete_checkout"] = {"subscription": subscription, "events": [event["id"] for event in sent]}
    if "event" in script:
        results["event"] = {"events": [events.send(_fields(script["event"]))["id"]]}
    return results


def _fields(value: object) -> Json:
    if not isinstance(value, dict):
        raise StripeError(400, "each action takes an object")
    return value


def _subscribe(objects: Objects, events: Events, fields: Json) -> Json:
    unknown = set(fields) - {
        "customer",
        "subscription",
        "price",
        "status",
        "metadata",
        "silent",
        "cancel_at_period_end",
    }
    if unknown:
        raise StripeError(400, f"subscribe: unknown {', '.join(sorted(unknown))}")
    if fields.get("subscription"):
        subscription: Json | None = objects.subscription(fields["subscription"])
    else:
        subscription = objects.of_customer(objects.customer(fields.get("customer"))["id"])
    status = str(fields.get("status", "active"))
    if subscription is None:
        customer = objects.customer(fields.get("customer"))
        metadata = customer["metadata"] | (fields.get("metadata") or {})
        price = str(fields.get("price", "price_basic"))
        objects.check_price(price)
        subscription = objects.create_subscription(customer["id"], price, status, metadata)
        kind = "customer.subscription.created"
    else:
        price = str(fields.get("price") or subscription["items"]["data"][0]["price"]["id"])
        objects.check_price(price)
        objects.change_subscription(subscription, price, status)
        subscription["metadata"] |= fields.get("metadata") or {}
        kind = "customer.subscription.deleted" if status == "canceled" else "customer.subscription.updated"
    if "cancel_at_period_end" in fields:
        subscription["cancel_at_period_end"] = bool(fields["cancel_at_period_end"])
    sent = [] if fields.get("silent") else [events.about(kind, subscription)["id"]]
    return {"subscription": subscription, "events": sent}
