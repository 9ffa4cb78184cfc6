"""What no queue message holds (a history chunk can be 3 MB) lies in the data bucket; the queue carries its key."""

from dataclasses import replace

from functions.webhook_ingest.receive.routing import Split
from shared.clients.parking import Parking
from shared.queue_messages import AccountEvent, InboundMessage, QueueMessage, SyncTask

QUEUE_BYTES = 900_000
"""Less than the 1 MiB that SQS takes (Amazon SQS quotas)."""
KEPT = "webhooks"


def set_apart(found: Split, parking: Parking) -> None:
    """Put the bodies that are too large into the bucket. Statuses never are: they are cut."""
    for i, routed in enumerate(found.inbound):
        if too_large(routed.message):
            key = parking.keep(KEPT, routed.message.message)
            found.inbound[i] = replace(routed, message=replace(routed.message, message={}, stored=key))
    for i, event in enumerate(found.events):
        if too_large(event):
            found.events[i] = replace(event, value={}, stored=parking.keep(KEPT, event.value))
    for i, task in enumerate(found.long):
        if too_large(task):
            found.long[i] = replace(task, value={}, stored=parking.keep(KEPT, task.value))


def whole_message(inbound: InboundMessage, parking: Parking) -> InboundMessage:
    """With its body. Raises InvalidInput when that is gone."""
    return replace(inbound, message=_read(parking, inbound.stored), stored="") if inbound.stored else inbound


def whole_event(event: AccountEvent, parking: Parking) -> AccountEvent:
    return replace(event, value=_read(parking, event.stored), stored="") if event.stored else event


def whole_task(task: SyncTask, parking: Parking) -> SyncTask:
    return replace(task, value=_read(parking, task.stored), stored="") if task.stored else task


def too_large(message: QueueMessage) -> bool:
    """Whether no queue takes it."""
    return len(message.to_json().encode()) > QUEUE_BYTES


def _read(parking: Parking, key: str) -> dict[str, object]:
    value = parking.read(key)
    return value if isinstance(value, dict) else {}
