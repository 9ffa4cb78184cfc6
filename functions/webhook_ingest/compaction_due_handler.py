"""Trigger: EventBridge Scheduler, once a minute. Queues the journals of statuses that are due to be compacted."""

from functions.webhook_ingest.compaction_bootstrap import deps
from functions.webhook_ingest.statuses.compaction import send_due
from shared.clock import epoch_ms
from shared.observability import count, with_counts


@with_counts
def lambda_handler(_event: object, _context: object) -> None:
    if queued := send_due(deps(), epoch_ms()):
        count("CompactionQueued", queued)
