"""What people write, from the InboundQueue (FIFO, one group per person and number, up to 10 records a batch).

After a failure the rest of that person's messages wait with it; others go on. What cannot be routed is parked.

What bounds a tenant: numbers take turns within a batch, and a number brings at most what Meta lets through it (1,000
messages a second in both directions together; Meta, throughput), which is less than the 200 workers take in.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.webhook_ingest.bootstrap import message_parts as deps
from functions.webhook_ingest.messages.take import take_message
from shared.clock import epoch_ms
from shared.observability import logger, with_counts
from shared.queue_messages import InboundMessage
from shared.sqs_batch import BatchResponse, Record, process


@logger.inject_lambda_context(clear_state=True)
@with_counts
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    return process(
        event, _handle, fifo=True, park=deps().parking.park, time_left_ms=context.get_remaining_time_in_millis
    )


def _handle(body: str, record: Record) -> None:
    take_message(deps(), InboundMessage.from_json(body), epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
