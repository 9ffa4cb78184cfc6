"""Account events from the AccountQueue (standard, up to 10 records a batch, any order, any repetition).

An event of an account that is nobody's is parked; one that changes nothing here is kept.

What bounds a tenant: the queue is fair by account, and accounts take turns within a batch.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.webhook_ingest.account.account_events import take_account_event
from functions.webhook_ingest.bootstrap import account_parts as deps
from shared.clock import epoch_ms
from shared.observability import one_line
from shared.queue_messages import AccountEvent
from shared.sqs_batch import BatchResponse, Record, process


@one_line
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    return process(event, _handle, park=deps().parking.park, time_left_ms=context.get_remaining_time_in_millis)


def _handle(body: str, record: Record) -> None:
    delivery = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    take_account_event(deps(), AccountEvent.from_json(body), delivery, epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
