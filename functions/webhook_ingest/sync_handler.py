"""What numbers bring along from the WhatsApp Business app, from the SyncQueue (standard, any order, any repetition).

A long task is cut into parts, which come back through the same queue. What cannot be routed is parked.
"""

import os
from collections.abc import Mapping
from typing import Any

from functions.webhook_ingest.bootstrap import deps
from functions.webhook_ingest.sync import take_task
from shared.clock import epoch_ms
from shared.events import SyncTask
from shared.observability import logger, metrics
from shared.sqs_batch import BatchResponse, Record, process


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: object) -> BatchResponse:
    return process(event, _handle, park=deps().parking.park)


def _handle(body: str, record: Record) -> None:
    take_task(deps(), SyncTask.from_json(body), epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
