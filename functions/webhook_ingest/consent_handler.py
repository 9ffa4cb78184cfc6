"""What people say of consent, from the ConsentQueue (standard, fair by number, up to 10 records a batch, any order, any
repetition). Nothing else is in that queue, so a no waits for no conversation; nor does it for the other noes of its
batch: all are worked on at the same time."""

import os
from collections.abc import Mapping
from typing import Any

from functions.webhook_ingest.consent.take import take_consent
from functions.webhook_ingest.consent_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import one_line
from shared.queue_messages import ConsentSaid
from shared.sqs_batch import BatchResponse, Record, process_together


@one_line
def lambda_handler(event: Mapping[str, Any], context: object) -> BatchResponse:
    return process_together(event, _handle)


def _handle(body: str, record: Record) -> None:
    take_consent(deps(), ConsentSaid.from_json(body), epoch_ms())


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
