"""Trigger: LaneQueue, one message at a time. A second message for a lane that is held, or kept for another turn, is
acknowledged and does nothing.

A slice that fails queues itself again for when its lease has run out.

What bounds a tenant: a lane lets go after its slice (90 s) and queues itself again, a number has as many lanes as its
pace needs, and the queue is fair by tenant: whoever has few lanes at work is served with the next worker that is free.
"""

from typing import Any

from functions.campaign_dispatch.lane.slice import run_slice
from functions.campaign_dispatch.lane_bootstrap import deps
from shared.observability import count, logger, measure, with_counts
from shared.queue_messages import WakeLane
from shared.sqs_batch import BatchResponse, Record, group_of, log_failure, process

_RETRY_SECONDS = 16


def _handle(body: str, record: Record) -> None:
    wake = WakeLane.from_json(body)
    try:
        end = run_slice(deps(), wake)
    except Exception as error:
        log_failure("lane", error)
        count("LaneFailed")
        # With its token: the lane may still be kept for it.
        deps().lane_queue.send(wake, group=group_of(record) or wake.phone_number_id, delay_seconds=_RETRY_SECONDS)
        return
    if end is not None:
        count("CampaignMessagesAccepted", end.sent)
        measure("TickLag", round(end.slowest_tick * 1000))
        logger.info(
            "slice ended",
            extra={"phone_number_id": wake.phone_number_id, "lane": wake.lane, "sent": end.sent},
        )


@with_counts
def lambda_handler(event: dict[str, Any], _context: object) -> BatchResponse:
    return process(event, _handle)
