"""Messages a bot may answer, from the BotQueue (FIFO, up to 10 records a batch).

A turn is taken at most once: the answer is stored before it is sent. What cannot be understood is parked.

The turns of a batch are taken side by side, those of one conversation in order: a Meta that is slow for one tenant's
number keeps nobody else of the batch waiting. A turn is not begun unless there is time for Meta's slowest answer.

What bounds a tenant: its turns come in 16 groups (a conversation always in the same one), hence it has at most 16 of
the 50 workers at a time; and a turn compares its message with 5,000 folded keywords at most (`MOST_KEYWORDS`), read in
one page. After a failure the rest of its conversation waits with it.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.bot_reply.bootstrap import deps
from functions.bot_reply.turn import take_turn
from shared.clock import epoch_ms
from shared.errors import InvalidInput
from shared.observability import one_line
from shared.queue_messages import BotTurn
from shared.sqs_batch import BatchResponse, Record, group_of, process_together

_TURN_MS = 27_000
"""What a turn may take: Meta's answer is awaited for 20 s (`single_send`), the tables for seconds."""


@one_line
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    return process_together(
        event,
        _handle,
        order=_conversation,
        park=deps().parking.park,
        time_left_ms=context.get_remaining_time_in_millis,
        needed_ms=_TURN_MS,
    )


def _conversation(record: Record) -> str:
    try:
        return BotTurn.from_json(record["body"]).conversation_id
    except InvalidInput:
        return group_of(record)


def _handle(body: str, record: Record) -> None:
    take_turn(deps(), BotTurn.from_json(body), epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
