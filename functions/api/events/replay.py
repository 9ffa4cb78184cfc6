"""Sending again what was sent before, byte for byte and under the same id."""

from dataclasses import replace

from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs
from shared.domain.webhooks.delivery import Delivery
from shared.errors import NotFound
from shared.ids import TenantId
from shared.queue_messages import DeliverWebhook
from shared.store.engine.cursor import Page
from shared.store.webhooks.deliveries import Logged, WebhookDeliveries

MOST_AT_ONCE = 100


def replay(
    queue: Queue,
    deliveries: WebhookDeliveries,
    tenant_id: TenantId,
    endpoint_id: str,
    logged: list[Logged],
    now: EpochMs,
    *,
    by: str,
) -> list[Delivery]:
    """The queue first, the log then: who dies in between has sent all of it, and asking again sends nothing twice. What
    the operation `by` has begun anew before is left as it is."""
    fresh = [one for one in logged if one.delivery.replayed_by != by]
    queue.send_all(Outgoing(_message(tenant_id, endpoint_id, one, now), group=tenant_id) for one in fresh)
    begun = {one.delivery.delivery_id: _marked(deliveries, tenant_id, endpoint_id, one, now, by) for one in fresh}
    return [begun.get(one.delivery.delivery_id, one.delivery) for one in logged]


def replay_one(
    queue: Queue,
    deliveries: WebhookDeliveries,
    tenant_id: TenantId,
    endpoint_id: str,
    delivery_id: str,
    now: EpochMs,
    *,
    by: str,
) -> Logged:
    """Raises NotFound."""
    logged = deliveries.get(tenant_id, endpoint_id, delivery_id)
    if logged is None:
        raise NotFound("there is no such thing here")
    (replayed,) = replay(queue, deliveries, tenant_id, endpoint_id, [logged], now, by=by)
    return replace(logged, delivery=replayed)


def replay_failed(
    queue: Queue,
    deliveries: WebhookDeliveries,
    tenant_id: TenantId,
    endpoint_id: str,
    since: EpochMs,
    until: EpochMs,
    cursor: str | None,
    now: EpochMs,
    *,
    by: str,
) -> Page[Delivery]:
    """Those that failed in [since, until) (epoch ms), some at a time."""
    found = deliveries.failed(tenant_id, endpoint_id, since, until, cursor, MOST_AT_ONCE)
    return Page(replay(queue, deliveries, tenant_id, endpoint_id, found.items, now, by=by), found.cursor)


def _marked(
    deliveries: WebhookDeliveries, tenant_id: TenantId, endpoint_id: str, logged: Logged, now: EpochMs, by: str
) -> Delivery:
    run = logged.delivery.run + 1
    return deliveries.change(tenant_id, endpoint_id, logged, lambda found: found.replayed(run, now, by))


def _message(tenant_id: TenantId, endpoint_id: str, logged: Logged, now: EpochMs) -> DeliverWebhook:
    delivery = logged.delivery
    return DeliverWebhook(
        tenant_id=tenant_id,
        endpoint_id=endpoint_id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        created_at=delivery.created_at,
        body=logged.body,
        due_at=now,
        run=delivery.run + 1,
    )
