"""Payment events from the BillingQueue (standard, any order, any repetition).

An event of an unknown customer is parked; one of a kind that is not used here is counted and acknowledged.

What bounds a tenant: the queue is fair by customer, and customers take turns within a batch.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.billing_events.apply import apply_event
from functions.billing_events.bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import one_line
from shared.queue_messages import BillingEvent
from shared.sqs_batch import BatchResponse, Record, process


@one_line
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    return process(event, _handle, park=deps().parking.park, time_left_ms=context.get_remaining_time_in_millis)


def _handle(body: str, record: Record) -> None:
    apply_event(deps(), BillingEvent.from_json(body), epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
