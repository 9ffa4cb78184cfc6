"""Messages a bot may answer, from the BotQueue (FIFO, one group per conversation, up to 10 records a batch).

A turn is taken at most once: the answer is stored before it is sent. What cannot be understood is parked.
"""

import os
from collections.abc import Mapping
from typing import Any

from functions.bot_reply.bootstrap import deps
from functions.bot_reply.turn import take_turn
from shared.clock import epoch_ms
from shared.observability import logger, metrics
from shared.queue_messages import BotTurn
from shared.sqs_batch import BatchResponse, Record, process


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: object) -> BatchResponse:
    return process(event, _handle, fifo=True, park=deps().parking.park)


def _handle(body: str, record: Record) -> None:
    take_turn(deps(), BotTurn.from_json(body), epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
