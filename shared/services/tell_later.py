"""Handing events to the webhooks' queue, from which their tenant is told: whoever made them waits for nobody's server,
and nobody else waits for this tenant. Each tenant's go in a group of their own."""

from collections.abc import Mapping, Sequence

from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs
from shared.domain.webhooks.tenant_event import TenantEvent, portions
from shared.ids import TenantId
from shared.queue_messages import TellTenant

_MESSAGE_BYTES = 200_000
"""Of events; SQS takes 1 MiB (Amazon SQS quotas), and what is quoted in them takes more than once its room."""
_FIRST_PAUSE_SECONDS = 10
_LONGEST_PAUSE_SECONDS = 900
"""SQS: DelaySeconds is at most 15 minutes."""


def put_off(
    queue: Queue, untold: Mapping[TenantId, Sequence[TenantEvent]], now: EpochMs, *, planned: bool = False
) -> None:
    """`now` in epoch ms; `planned` for what always goes this way, and is told as soon as the queue gives it out. Raises
    RetryableError, or what the client raises, when the queue did not take everything."""
    queue.send_all(
        in_a_while(TellTenant(tenant_id, portion, now, planned=planned))
        for tenant_id, events in untold.items()
        for portion in portions((event.to_json() for event in events), _MESSAGE_BYTES)
    )


def in_a_while(message: TellTenant) -> Outgoing:
    """The longer, the more often it was tried; at once what is planned and was not tried yet."""
    if message.planned and not message.attempt:
        return Outgoing(message, group=message.tenant_id)
    pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS << min(message.attempt, 10))
    return Outgoing(message, group=message.tenant_id, delay_seconds=pause)
