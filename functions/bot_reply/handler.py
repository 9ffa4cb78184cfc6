"""Messages a bot may answer, from the BotQueue (FIFO, up to 10 records a batch).

A turn is taken at most once: the answer is stored before it is sent. What cannot be understood is parked.

What bounds a tenant: its turns come in 16 groups (a conversation always in the same one, so in order), hence it has at
most 16 of the 50 workers at a time; tenants take turns within a batch; and a turn compares its message with 5,000
folded keywords at most (`MOST_KEYWORDS`), read in one page. After a failure the rest of its group waits with it.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.bot_reply.bootstrap import deps
from functions.bot_reply.turn import take_turn
from shared.clock import epoch_ms
from shared.observability import logger, with_counts
from shared.queue_messages import BotTurn
from shared.sqs_batch import BatchResponse, Record, process


@logger.inject_lambda_context(clear_state=True)
@with_counts
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    return process(
        event, _handle, fifo=True, park=deps().parking.park, time_left_ms=context.get_remaining_time_in_millis
    )


def _handle(body: str, record: Record) -> None:
    take_turn(deps(), BotTurn.from_json(body), epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
