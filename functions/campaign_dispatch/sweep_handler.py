"""Trigger: SweepQueue. One message is one campaign's turn, with an invocation of its own: however long its books take,
it keeps nobody waiting.

One that fails is come back to next minute. A message comes again only when its worker died, and a turn that has ended
meanwhile is not taken twice. What bounds a tenant: the queue is fair by tenant.
"""

from typing import Any

from functions.campaign_dispatch.sweep.campaign import sweep_campaign
from functions.campaign_dispatch.sweep.parts import SweepParts
from functions.campaign_dispatch.sweep_bootstrap import deps
from shared.clock import EpochMs, epoch_ms
from shared.observability import count, logger, with_counts
from shared.queue_messages import SweepCampaign
from shared.sqs_batch import BatchResponse, Record, log_failure, process


def _handle(body: str, _record: Record) -> None:
    parts, turn = deps(), SweepCampaign.from_json(body)
    now = epoch_ms()
    if not parts.turns.begin(turn.tenant_id, turn.campaign_id, turn.turn, EpochMs(now + parts.turn_ms)):
        return
    _sweep(parts, turn, now)
    parts.turns.end(turn.tenant_id, turn.campaign_id, turn.turn)


def _sweep(parts: SweepParts, turn: SweepCampaign, now: EpochMs) -> None:
    try:
        result = sweep_campaign(parts, turn.tenant_id, turn.campaign_id, now)
    except Exception as error:
        log_failure(turn.campaign_id, error)
        count("SweepFailed")
        return
    if result == "unbalanced":
        count("BooksUnbalanced")
    logger.info("swept", extra={"campaign_id": turn.campaign_id, "result": result})


@with_counts
def lambda_handler(event: dict[str, Any], _context: object) -> BatchResponse:
    return process(event, _handle)
