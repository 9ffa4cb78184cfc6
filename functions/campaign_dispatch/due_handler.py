"""Trigger: EventBridge Scheduler, once a minute. Finds the campaigns that are due and queues a turn for each.

Nothing is looked at here, so a large campaign takes as long as a small one. What bounds a tenant: the queue is fair by
tenant, a campaign has one message in it at a time, and a run that ends early is gone on with by the next.
"""

from functools import partial
from typing import Protocol

from functions.campaign_dispatch.due_bootstrap import deps
from functions.campaign_dispatch.sweep.turns import give_turns
from shared.clock import epoch_ms
from shared.observability import count, logger, one_line_if_counted

_SPARE_MS = 15_000


class TimeLeft(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


@one_line_if_counted
def lambda_handler(_event: object, context: TimeLeft) -> None:
    now, parts = epoch_ms(), deps()
    due = partial(parts.campaigns.to_sweep, now)
    if not give_turns(parts, due, now, lambda: context.get_remaining_time_in_millis() >= _SPARE_MS):
        count("SweepUnfinished")
        logger.warning("no time for all campaigns: the next run goes on with them")
