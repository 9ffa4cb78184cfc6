"""Files of messages to copy, from the MediaQueue (standard, one record an invocation: a file may have 100 MB).

Redelivery copies again what is not stored yet and changes nothing that is.

What bounds a tenant: one file of at most 100 MB an invocation, two minutes, and a queue that is fair by tenant: whoever
has few files under way is served first, so one whose files come slowly waits for them itself.
"""

import os
from collections.abc import Mapping
from typing import Any

from functions.webhook_ingest.media_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import concerns, one_line, say
from shared.queue_messages import CopyMedia
from shared.sqs_batch import BatchResponse, Record, process


@one_line
def lambda_handler(event: Mapping[str, Any], context: object) -> BatchResponse:
    return process(event, _handle, park=deps().parking.park)


def _handle(body: str, record: Record) -> None:
    task = CopyMedia.from_json(body)
    delivery = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    concerns(task.tenant_id)
    say(message_id=task.message_id)
    say(result=deps().copier.copy(task, delivery, epoch_ms()))


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
