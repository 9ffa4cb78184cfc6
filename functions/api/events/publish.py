"""Telling a tenant of events: the webhook endpoints that want them first, then the feed."""

from collections.abc import Sequence

from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs
from shared.domain.webhooks.endpoint import WebhookEndpoint
from shared.domain.webhooks.tenant_event import FeedPart, TenantEvent
from shared.ids import TenantId
from shared.queue_messages import DeliverWebhook
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed


class Publisher:
    """The queue comes first because a delivery that is asked for twice is made once, while the feed would show an
    event twice."""

    def __init__(self, endpoints: WebhookEndpoints, queue: Queue, feed: EventFeed) -> None:
        self._endpoints = endpoints
        self._queue = queue
        self._feed = feed

    def publish(self, tenant_id: TenantId, events: Sequence[TenantEvent], now: EpochMs, but_not: str = "") -> None:
        """`now` in epoch ms; `but_not` is an endpoint that is left out. Raises when one of the two did not take
        everything: then do it all again, with the same events; whoever has them knows their ids."""
        bodies = [event.to_json() for event in events]
        endpoints = self._endpoints.all(tenant_id)
        self._queue.send_all(
            Outgoing(delivery_of(tenant_id, endpoint, event, body), group=tenant_id)
            for event, body in zip(events, bodies, strict=True)
            for endpoint in endpoints
            if endpoint.wants(event.type) and endpoint.endpoint_id != but_not
        )
        for part in FeedPart:
            own = [body for event, body in zip(events, bodies, strict=True) if FeedPart.of(event.type) is part]
            self._feed.append(tenant_id, own, now, part)


def delivery_of(
    tenant_id: TenantId, endpoint: WebhookEndpoint, event: TenantEvent, body: str, *, test: bool = False
) -> DeliverWebhook:
    """The message for the first attempt."""
    return DeliverWebhook(
        tenant_id=tenant_id,
        endpoint_id=endpoint.endpoint_id,
        event_id=event.event_id,
        event_type=event.type,
        created_at=event.at,
        body=body,
        due_at=event.at,
        test=test,
    )
