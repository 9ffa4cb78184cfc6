"""What a Stripe event is about. Pure; raises InvalidInput for anything that is not an event."""

import json
from collections.abc import Mapping

from shared.errors import InvalidInput
from shared.queue_messages import BillingEvent

_ID_LENGTH = 255


def read_event(body: bytes) -> BillingEvent:
    """The event's ids: `object_id` is the subscription's where there is one. Amounts and names stay behind.

    Shapes: Stripe API, event; a checkout session and an invoice name their subscription, the latter under `parent`
    since 2025.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput("not JSON") from exc
    source = _object(event)
    about = _object(_object(source.get("data")).get("object"))
    event_id, kind = _id(source.get("id")), _id(source.get("type"))
    if not event_id or not kind:
        raise InvalidInput("an event without an id or a type")
    return BillingEvent("stripe", event_id, kind, _subscription_id(about), _customer_id(about))


def _subscription_id(about: Mapping[str, object]) -> str:
    if about.get("object") == "subscription":
        return _id(about.get("id"))
    details = _object(_object(about.get("parent")).get("subscription_details"))
    return _id(about.get("subscription")) or _id(details.get("subscription")) or _id(about.get("id"))


def _customer_id(about: Mapping[str, object]) -> str:
    return _id(about.get("id")) if about.get("object") == "customer" else _id(about.get("customer"))


def _id(value: object) -> str:
    """An id, or the id of an object that stands in its place (an expanded one)."""
    if isinstance(value, dict):
        value = value.get("id")
    # Ids are ASCII; anything else could not be a key or a queue's message.
    return value if isinstance(value, str) and value.isascii() and len(value) <= _ID_LENGTH else ""


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
