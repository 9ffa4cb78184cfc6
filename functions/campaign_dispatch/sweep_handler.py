"""Trigger: SweepQueue. One message is one campaign's turn, with an invocation of its own: however long its books take,
it keeps nobody waiting.

One that fails is come back to next minute. A message comes again only when its worker died, and a turn that has ended
meanwhile is not taken twice. What bounds a tenant: the queue is fair by tenant.
"""

from typing import Any

from functions.campaign_dispatch.sweep.turn import take_turn
from functions.campaign_dispatch.sweep_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import measure, one_line
from shared.queue_messages import SweepCampaign
from shared.sqs_batch import BatchResponse, Record, process


def _handle(body: str, record: Record) -> None:
    now = epoch_ms()
    measure("TurnLag", now - int(record["attributes"]["SentTimestamp"]))
    take_turn(deps(), SweepCampaign.from_json(body), now)


@one_line
def lambda_handler(event: dict[str, Any], _context: object) -> BatchResponse:
    return process(event, _handle)
