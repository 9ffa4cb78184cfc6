"""Trigger: the webhook queue (SQS standard, up to ten messages, at least once, in any order).

The messages of a batch are worked on at the same time: one endpoint that lets us wait holds up none of the others. The
queue is a fair one (group = tenant), so neither does a tenant with a great many messages: what bounds it is ten seconds
for an attempt, and that whoever has few messages in flight is served first. Retries are messages of their own; only
what could not be stored or sent on comes back from the queue itself.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.events_bootstrap import deliver_deps
from shared.observability import count, logger, with_counts
from shared.queue_messages import DeliverWebhook
from shared.sqs_batch import BatchResponse, Record, process_together


@logger.inject_lambda_context(clear_state=True)
@with_counts
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    courier = deliver_deps()

    def deliver(body: str, _record: Record) -> None:
        count(courier.deliver(DeliverWebhook.from_json(body)))

    return process_together(event, deliver)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deliver_deps()
