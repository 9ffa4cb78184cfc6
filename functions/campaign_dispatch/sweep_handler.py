"""Trigger: EventBridge Scheduler, once a minute. One campaign that fails does not stop the others.

The books of a million recipients take a second or two to read, so there may be more campaigns than fit into a minute:
each minute begins with another one, and who had no turn is counted. Tenants take turns: a tenant's second campaign
comes after everybody's first, so what bounds the wait is how many tenants send, not how many campaigns one of them has.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from functions.campaign_dispatch.sweep.campaign import sweep_campaign
from functions.campaign_dispatch.sweep_bootstrap import deps
from shared.clock import epoch_ms
from shared.domain.fairness import in_turns
from shared.observability import count, logger, with_counts
from shared.sqs_batch import log_failure

_SPARE_MS = 10_000
_STRIDE = 7_919
"""A prime: the beginnings of successive minutes lie far apart."""
T = TypeVar("T")


class TimeLeft(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


@with_counts
def lambda_handler(_event: object, context: TimeLeft) -> None:
    now = epoch_ms()
    rotated = in_turn(deps().campaigns.to_sweep(now), now // 60_000)
    campaigns = in_turns(rotated, lambda one: one[0])
    for done, (tenant_id, campaign_id) in enumerate(campaigns):
        if context.get_remaining_time_in_millis() < _SPARE_MS:
            count("SweepUnfinished", len(campaigns) - done)
            logger.warning("no time for all campaigns", extra={"left": len(campaigns) - done})
            return
        try:
            result = sweep_campaign(deps(), tenant_id, campaign_id, now)
        except Exception as error:
            log_failure(campaign_id, error)
            count("SweepFailed")
            continue
        if result == "unbalanced":
            count("BooksUnbalanced")
        logger.info("swept", extra={"campaign_id": campaign_id, "result": result})


def in_turn(items: Sequence[T], minute: int) -> list[T]:
    """All of them, beginning with another one each minute."""
    first = minute * _STRIDE % len(items) if items else 0
    return [*items[first:], *items[:first]]
