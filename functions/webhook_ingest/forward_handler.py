"""What is another stack's, from the ForwardQueue (standard, fair by cell and by whether it is a no, up to 10 records a
batch, any order, any repetition; a cell takes in twice what it is told twice as it does Meta's own).

The records of a batch are worked on at the same time: a cell that lets us wait holds up no other. Retries are messages
of their own; only what could not be sent on or put off comes back from the queue itself.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.webhook_ingest.forward.forwarder import read_work
from functions.webhook_ingest.forward_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import one_line
from shared.queue_messages import LeaveControl
from shared.sqs_batch import BatchResponse, Record, process_together

_NEEDED_MS = 5_000
"""For one try and what is written of it."""


@one_line
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    return process_together(
        event,
        _handle,
        park=deps().parking.park,
        time_left_ms=context.get_remaining_time_in_millis,
        needed_ms=_NEEDED_MS,
    )


def _handle(body: str, _record: Record) -> None:
    work = read_work(body)
    if isinstance(work, LeaveControl):
        deps().leave(work, epoch_ms())
    else:
        deps().forward(work, epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
