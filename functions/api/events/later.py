"""Telling a tenant later of what it could not be told at once, so that nobody else waits for it.

The events go through the webhooks' queue, each tenant's in its own group, and are tried for half a day, at longer and
longer intervals. What still fails then, or cannot be told at all, ends in that queue's dead-letter queue. Events that
come meanwhile, and can be told, are told before: of those put off, only the ones of one message keep their order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from functions.api.events.publish import Publisher
from shared.clients.queue import Outgoing, Queue
from shared.clock import DAY_MS, EpochMs
from shared.domain.webhooks.tenant_event import TenantEvent, portions
from shared.errors import InvalidInput
from shared.ids import TenantId
from shared.observability import Metric, measure
from shared.queue_messages import DeliverWebhook, TellTenant

GIVE_UP_MS = DAY_MS // 2
_MESSAGE_BYTES = 200_000
"""Of events; SQS takes 1 MiB (Amazon SQS quotas), and what is quoted in them takes more than once its room."""
_FIRST_PAUSE_SECONDS = 10
_LONGEST_PAUSE_SECONDS = 900
"""SQS: DelaySeconds is at most 15 minutes."""


def put_off(queue: Queue, untold: Mapping[TenantId, Sequence[TenantEvent]], now: EpochMs) -> None:
    """`now` in epoch ms. Raises RetryableError, or what the client raises, when the queue did not take everything."""
    queue.send_all(
        _outgoing(TellTenant(tenant_id, portion, now))
        for tenant_id, events in untold.items()
        for portion in portions((event.to_json() for event in events), _MESSAGE_BYTES)
    )


def tell_late(publisher: Publisher, queue: Queue, message: TellTenant, now: EpochMs) -> Metric:
    """What happened, as a metric's name; `now` in epoch ms. Raises what came in the way once half a day is over."""
    events = [TenantEvent.from_json(event) for event in message.events]
    try:
        publisher.publish(message.tenant_id, events, now)
    except Exception:
        if now - message.since >= GIVE_UP_MS:
            raise
        queue.send_all([_outgoing(replace(message, attempt=message.attempt + 1))])
        return Metric("TenantPutOff")
    measure("FeedLag", now - message.since)
    return Metric("TenantToldLate")


def read_work(text: str) -> DeliverWebhook | TellTenant:
    """What a message of the webhooks' queue asks for. Raises InvalidInput."""
    try:
        return TellTenant.from_json(text)
    except InvalidInput:
        return DeliverWebhook.from_json(text)


def _outgoing(message: TellTenant) -> Outgoing:
    pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS << min(message.attempt, 10))
    return Outgoing(message, group=message.tenant_id, delay_seconds=pause)
