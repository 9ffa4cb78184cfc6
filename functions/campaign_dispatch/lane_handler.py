"""Trigger: LaneQueue, one message at a time. A second message for a lane that is held, or kept for another turn, is
acknowledged and does nothing.

A slice that fails queues itself again for when its lease has run out.

What bounds a tenant: a lane lets go after its slice (90 s) and queues itself again, a number has as many lanes as its
pace needs, and the queue is fair by tenant: whoever has few lanes at work is served with the next worker that is free.
"""

from typing import Any

from functions.campaign_dispatch.lane.lane import LaneEnd
from functions.campaign_dispatch.lane.slice import run_slice
from functions.campaign_dispatch.lane.trail import Trail
from functions.campaign_dispatch.lane_bootstrap import deps
from shared.observability import concerns, count, measure, one_line, say
from shared.queue_messages import WakeLane
from shared.sqs_batch import BatchResponse, Record, group_of, log_failure, process

_RETRY_SECONDS = 16


def _handle(body: str, record: Record) -> None:
    wake = WakeLane.from_json(body)
    say(message="nothing to send", phone_number_id=wake.phone_number_id, lane=wake.lane)
    trail = Trail()
    try:
        end = run_slice(deps(), wake, trail)
    except Exception as error:
        log_failure("lane", error)
        count("LaneFailed")
        # It may have sent before it failed, and be the one that is searched for.
        count("CampaignMessagesAccepted", trail.sent)
        _say_of_trail("slice failed", trail)
        # With its token: the lane may still be kept for it.
        deps().lane_queue.send(wake, group=group_of(record) or wake.phone_number_id, delay_seconds=_RETRY_SECONDS)
        return
    if end is not None:
        count("CampaignMessagesAccepted", end.sent)
        measure("TickLag", round(end.slowest_tick * 1000))
        say_of(end)


def say_of(end: LaneEnd) -> None:
    """How one message is found: its campaign and its place in the lane's part, or when it was handed to Meta, tell
    the slice; the slice tells the invocation. Whose they are is in the blocks (`infra.ops person why`)."""
    say(fence=end.fence, more=end.more)
    _say_of_trail("slice lost its lane" if end.lost else "slice ended", end.trail)


def _say_of_trail(message: str, trail: Trail) -> None:
    for campaign_id in trail.campaigns:
        concerns(None, campaign_id)
    say(
        message=message,
        token=trail.token,
        sent=trail.sent,
        ticks=trail.ticks,
        first_claim_at=trail.first_at,
        last_claim_at=trail.last_at,
        claimed=trail.lines(),
    )


@one_line
def lambda_handler(event: dict[str, Any], _context: object) -> BatchResponse:
    return process(event, _handle)
