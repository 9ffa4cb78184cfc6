"""Long work, from the SyncQueue (standard, any order, any repetition): what numbers bring along from the WhatsApp
Business app, and conversations that move.

A long task is cut into parts, or goes on later, through the same queue. What cannot be routed is parked.

What bounds a tenant: the queue is fair by account (also for what a task puts back), a part holds 50 entries, a move
stops when its time is up, and accounts take turns within a batch.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.webhook_ingest.bootstrap import sync_parts as deps
from functions.webhook_ingest.sync.tasks import take_task
from shared.clock import epoch_ms
from shared.observability import one_line
from shared.queue_messages import SyncTask
from shared.sqs_batch import BatchResponse, Record, process

_SPARE_MS = 20_000
_SLICE_MS = 20_000
"""What a task finds out of people is noted for the lanes under the time at which it began, and they look back a minute:
so it lets go long before that, and goes on as another."""


@one_line
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    def handle(body: str, _record: Record) -> None:
        task, began = SyncTask.from_json(body), epoch_ms()

        def stop() -> bool:
            return context.get_remaining_time_in_millis() < _SPARE_MS or epoch_ms() - began > _SLICE_MS

        take_task(deps(), task, began, stop)

    return process(event, handle, park=deps().parking.park, time_left_ms=context.get_remaining_time_in_millis)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
