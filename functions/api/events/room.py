"""Room for what waits for an endpoint; who finds none is given up, and the tenant is told once a window."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.api.events.publish import Publisher
from shared.clock import EpochMs
from shared.domain.webhooks.backlog import window_of
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.queue_messages import DeliverWebhook
from shared.store.webhooks.backlog import WebhookBacklog

TELLING_MS = 60_000
"""By now whoever found something out first has told of it, or has died before."""


@dataclass(frozen=True, slots=True)
class Room:
    backlog: WebhookBacklog
    publisher: Publisher
    clock: Callable[[], EpochMs]

    def keep(self, message: DeliverWebhook) -> DeliverWebhook | None:
        """The message with its place among those that wait; None when there is none. Tests need none: few are made."""
        if message.test or message.has_place:
            return message
        if not self.backlog.take(message.tenant_id, message.endpoint_id, message.since):
            return None
        return replace(message, has_place=True)

    def leave(self, message: DeliverWebhook) -> None:
        """It waits no more."""
        if message.has_place:
            self.backlog.give_back(message.tenant_id, message.endpoint_id, message.since)

    def give_up(self, message: DeliverWebhook) -> None:
        """Count one for which there was no room, once that is in its log. The first of a window tells the tenant; if it
        dies before, one that comes later does. To tell it twice gives the event one id."""
        tenant_id, endpoint_id, since, now = message.tenant_id, message.endpoint_id, message.since, self.clock()
        found = self.backlog.count_given_up(tenant_id, endpoint_id, since, now)
        if found.announced or (found.count > 1 and found.since > now - TELLING_MS):
            return
        named = f"{endpoint_id}/full/{window_of(since)}"
        notice = TenantEvent(
            event_id=f"evt_{hashlib.sha256(named.encode()).hexdigest()[:32]}",
            type=EventType.ENDPOINT_BACKLOG_FULL,
            at=found.since,
            data={"endpoint_id": endpoint_id},
        )
        self.publisher.publish(tenant_id, [notice], now, but_not=endpoint_id)
        self.backlog.note_announced(tenant_id, endpoint_id, since, now)
