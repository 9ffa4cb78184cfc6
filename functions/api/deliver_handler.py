"""Trigger: the webhook queue (SQS standard, up to ten messages, at least once, in any order).

The messages of a batch are worked on at the same time: one endpoint that lets us wait holds up none of the others. The
queue is a fair one (group = tenant), so neither does a tenant with a great many messages: what bounds it is ten seconds
for an attempt, that an endpoint which failed five times in a row is tried once at the end of each of growing pauses
(half a minute to a quarter of an hour), that 10,000 events wait for one endpoint and no more, and that whoever has few
messages in flight is served first. What bounds a host, however many tenants have endpoints there: while it is slow,
twenty attempts at a time, five of one tenant. Retries are messages of their own; only what could not be stored or sent
on, or is not done when the time is over, comes back from the queue itself.

The queue also carries the events that a tenant could not be told of when they came (`events/later.py`).
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.events.later import read_work, tell_late
from functions.api.events_bootstrap import deliver_deps
from shared.observability import concerns, count, one_line
from shared.queue_messages import TellTenant
from shared.sqs_batch import BatchResponse, Record, process_together


@one_line
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    courier = deliver_deps()

    def deliver(body: str, _record: Record) -> None:
        work = read_work(body)
        concerns(work.tenant_id)
        if isinstance(work, TellTenant):
            count(tell_late(courier.publisher, courier.queue, work, courier.clock()))
        else:
            count(courier.deliver(work))

    return process_together(event, deliver, time_left_ms=context.get_remaining_time_in_millis)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deliver_deps()
