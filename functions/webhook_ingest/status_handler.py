"""Delivery statuses from the StatusQueue (standard, thousands of records a batch, any order, any repetition).

A batch's are folded first; then a campaign's go into its journal as one page, or into their blocks where these are
few. Only the records of a failed write are delivered again.

What bounds a tenant: the queue is fair by number, and tenants take turns among the writes, so that what no longer fits
into the invocation is of whoever had most.
"""

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.webhook_ingest.bootstrap import status_parts as deps
from functions.webhook_ingest.statuses.record import record_statuses
from shared.clock import epoch_ms
from shared.observability import one_line
from shared.sqs_batch import BatchResponse, failures


@one_line
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> BatchResponse:
    failed = record_statuses(deps(), event["Records"], epoch_ms(), context.get_remaining_time_in_millis)
    return failures(sorted(failed))


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
