"""Trigger: the webhook queue (SQS standard, up to ten messages, at least once, in any order).

The messages of a batch are worked on at the same time: one endpoint that lets us wait holds up none of the others. The
queue is a fair one (group = tenant), so neither does a tenant with a great many messages: what bounds it is ten seconds
for an attempt, and that whoever has few messages in flight is served first. Retries are messages of their own; only
what could not be stored or sent on comes back from the queue itself.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.events_bootstrap import deliver_deps
from shared.observability import count, logger, metrics
from shared.queue_messages import DeliverWebhook
from shared.sqs_batch import BatchResponse, process


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    courier = deliver_deps()

    def deliver(body: str) -> str:
        return courier.deliver(DeliverWebhook.from_json(body))

    records = event["Records"]
    with ThreadPoolExecutor(max_workers=len(records)) as threads:
        work = {record["messageId"]: threads.submit(deliver, record["body"]) for record in records}
        return process(event, lambda _body, record: count(work[record["messageId"]].result()))


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deliver_deps()
