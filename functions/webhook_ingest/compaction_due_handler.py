"""Trigger: EventBridge Scheduler, once a minute. Queues the journals of statuses that are due to be compacted.

What bounds a tenant: the queue is fair by tenant, a part of a journal has one message in it at a time, and a run that
ends early is gone on with by the next.
"""

from typing import Protocol

from functions.webhook_ingest.compaction_due_bootstrap import deps
from functions.webhook_ingest.statuses.compaction import send_due
from shared.clock import epoch_ms
from shared.observability import count, logger, one_line_if_counted

_SPARE_MS = 15_000


class TimeLeft(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


@one_line_if_counted
def lambda_handler(_event: object, context: TimeLeft) -> None:
    if not send_due(deps(), epoch_ms(), lambda: context.get_remaining_time_in_millis() >= _SPARE_MS):
        count("CompactionUnfinished")
        logger.warning("no time for all journals: the next run goes on with them")
