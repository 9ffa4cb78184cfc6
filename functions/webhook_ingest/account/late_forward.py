"""Sending on what was received before its account joined another cell, or is another cell's all the same."""

from functions.webhook_ingest.account.parts import AccountParts
from functions.webhook_ingest.receive.cells import to_send_on
from functions.webhook_ingest.receive.routing import PREFERENCES, Elsewhere
from shared.clock import EpochMs
from shared.queue_messages import AccountEvent


def sent_on(parts: AccountParts, event: AccountEvent, now: EpochMs) -> bool:
    """Whether it is another cell's, and on its way there; what another stack sent on is not sent on again, and what
    comes with messages comes to the right cell by itself."""
    if event.forwarded or not event.waba_id or event.field == "messages":
        return False
    cell = parts.cells.cell_of(event.waba_id)
    if not cell:
        return False
    # Meta's seconds, of which `sent_at` is the end.
    at = {"time": event.sent_at // 1000} if event.sent_at else {}
    entry = {"id": event.waba_id, **at, "changes": [{"field": event.field, "value": event.value}]}
    theirs = Elsewhere(cell, event.field == PREFERENCES, entry)
    parts.forwards.send_all(to_send_on([theirs], event.received_at, parts.parking))
    return True
