"""Telling a tenant later of what it could not be told at once, so that nobody else waits for it; and of what
always goes by the queue, whose first attempt is not a late one.

The events go through the webhooks' queue, each tenant's in its own group, and are tried for half a day, at longer and
longer intervals. What still fails then, or cannot be told at all, ends in that queue's dead-letter queue. Events that
come meanwhile, and can be told, are told before: of those put off, only the ones of one message keep their order.
"""

from dataclasses import replace

from functions.api.events.publish import Publisher
from shared.clients.queue import Queue
from shared.clock import DAY_MS, EpochMs
from shared.domain.webhooks.tenant_event import TenantEvent
from shared.errors import InvalidInput
from shared.observability import Metric, measure
from shared.queue_messages import DeliverWebhook, TellTenant
from shared.services.tell_later import in_a_while

GIVE_UP_MS = DAY_MS // 2


def tell_late(publisher: Publisher, queue: Queue, message: TellTenant, now: EpochMs) -> Metric:
    """What happened, as a metric's name; `now` in epoch ms. Raises what came in the way once half a day is over."""
    events = [TenantEvent.from_json(event) for event in message.events]
    try:
        publisher.publish(message.tenant_id, events, now)
    except Exception:
        if now - message.since >= GIVE_UP_MS:
            raise
        queue.send_all([in_a_while(replace(message, attempt=message.attempt + 1))])
        return Metric("TenantPutOff")
    if message.planned and not message.attempt:
        return Metric("TenantTold")
    measure("FeedLag", now - message.since)
    return Metric("TenantToldLate")


def read_work(text: str) -> DeliverWebhook | TellTenant:
    """What a message of the webhooks' queue asks for. Raises InvalidInput."""
    try:
        return TellTenant.from_json(text)
    except InvalidInput:
        return DeliverWebhook.from_json(text)
