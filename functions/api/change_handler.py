"""Trigger: the streams of the Conversations and the Directory table (up to 100 records, in order within a partition).

The tables are the one source: what is told follows from what was written, and is told even when its writer died right
after the write. A batch that fails is raised, so that it comes again, in halves if need be, for half a day; then where
to find it in the stream goes to the dead-letter queue. Whatever came through the first time comes through again under
the same ids. A record that cannot be understood never will be: it is parked, and those behind it are not held up.

What bounds a tenant: its events of a batch are told together, in one append, and side by side with those of the
others, so that one who is slow, or fails, does not keep theirs from being told. Only the shard's next batch waits for
all of them, for as long as the clients' time-outs let it. What can never be told of one tenant is parked instead of
stopping the stream for all.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from functions.api.events.changes import events_of
from functions.api.events_bootstrap import ChangeDeps, change_deps
from shared.clock import epoch_ms
from shared.domain.webhooks.tenant_event import TenantEvent
from shared.errors import PermanentError
from shared.ids import TenantId
from shared.observability import count, logger, with_counts
from shared.sqs_batch import log_failure

_SIDE_BY_SIDE = 32
"""Tenants; as many as the database's client has connections. A batch holds 100 records."""


@logger.inject_lambda_context(clear_state=True)
@with_counts
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> None:
    deps = change_deps()
    count("ChangesTaken", len(event["Records"]))
    by_tenant: defaultdict[TenantId, list[TenantEvent]] = defaultdict(list)
    for record in event["Records"]:
        try:
            tenant_id, events = events_of(record)
        except Exception as error:
            log_failure(str(record.get("eventID", "")), error)
            deps.parking.park(f"a change that is not understood: {type(error).__name__}", record)
            continue
        if events:
            by_tenant[tenant_id] += events
    failed = _tell(deps, by_tenant)
    if failed:
        raise failed[0]


def _tell(deps: ChangeDeps, by_tenant: Mapping[TenantId, Sequence[TenantEvent]]) -> list[Exception]:
    """Each tenant's events, side by side. What passes, so that the batch is to come again."""
    failed: list[Exception] = []
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        publishing = [
            (tenant_id, events, threads.submit(_publish, deps, tenant_id, events))
            for tenant_id, events in by_tenant.items()
        ]
    for tenant_id, events, work in publishing:
        try:
            work.result()
        except Exception as error:
            if not _is_lasting(error):
                failed.append(error)
                continue
            log_failure(tenant_id, error)
            bodies = [event.to_json() for event in events]
            deps.parking.park(f"events of {tenant_id} that cannot be told: {type(error).__name__}", bodies)
            continue
        count("EventsPublished", len(events))
    return failed


def _publish(deps: ChangeDeps, tenant_id: TenantId, events: Sequence[TenantEvent]) -> None:
    deps.publisher.publish(tenant_id, events, epoch_ms())


def _is_lasting(error: Exception) -> bool:
    """Whether it will be the same however often it is tried: what is stored is wrong, and no dependency away."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] == "ValidationException"
    return isinstance(error, PermanentError | ValueError | TypeError | KeyError)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    change_deps()
