"""What people write, from the InboundQueue (FIFO, one group per person and number, up to 10 records a batch).

After a failure the rest of that person's messages wait with it; others go on, and none waits for another person's. What
cannot be routed is parked, and a no in it heard before.

What bounds a tenant: a batch's people are worked on at the same time, and a number brings at most what Meta lets
through it (1,000 messages a second in both directions together; Meta, throughput), which is less than the 200 workers
take in.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.webhook_ingest.bootstrap import message_parts as deps
from functions.webhook_ingest.consent.take import ConsentParts, take_consent
from functions.webhook_ingest.messages.take import take_message
from functions.webhook_ingest.receive.overheard import overheard
from shared.clock import epoch_ms
from shared.observability import one_line
from shared.queue_messages import InboundMessage
from shared.sqs_batch import BatchResponse, Record, group_of, process_together

_NEEDED_MS = 10_000
"""What one message may take."""


@one_line
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    return process_together(
        event,
        _handle,
        order=group_of,
        park=_park,
        time_left_ms=context.get_remaining_time_in_millis,
        needed_ms=_NEEDED_MS,
    )


def _handle(body: str, record: Record) -> None:
    take_message(deps(), InboundMessage.from_json(body), epoch_ms())


def _park(reason: str, body: str) -> None:
    """What says no in it is heard first: if that fails, all of it comes again."""
    parts, now = deps(), epoch_ms()
    for said in overheard(body, now):
        take_consent(ConsentParts(parts.owners, parts.people), said, now)
    parts.parking.park(reason, body)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
