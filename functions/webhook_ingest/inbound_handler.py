"""What people write, from the InboundQueue (FIFO, one group per person and number, up to 10 records a batch).

After a failure the rest of that person's messages wait with it; others go on. What cannot be routed is parked.
"""

import os
from collections.abc import Mapping
from typing import Any

from functions.webhook_ingest.bootstrap import message_parts as deps
from functions.webhook_ingest.messages.take import take_message
from shared.clock import epoch_ms
from shared.observability import logger, metrics
from shared.queue_messages import InboundMessage
from shared.sqs_batch import BatchResponse, Record, process


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: object) -> BatchResponse:
    return process(event, _handle, fifo=True, park=deps().parking.park)


def _handle(body: str, record: Record) -> None:
    take_message(deps(), InboundMessage.from_json(body), epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
