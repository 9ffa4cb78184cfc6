"""Trigger: the streams of the Conversations and the Directory table (up to 100 records, in order within a partition).

The tables are the one source: what is told follows from what was written, and is told even when its writer died right
after the write. A record that cannot be understood never will be: it is parked, and those behind it are not held up.

What bounds a tenant: its events of a batch are told together, in one append, and side by side with those of the
others. Whoever fails passingly, or has not come through after five seconds, is put off: its events go to the webhooks'
queue and are told from there (`events/later.py`), it alone maybe twice, under the same ids, and they may come behind
later ones. So the shard's next batch waits five seconds for all of them at most, and for the queue. And whoever made it
wait is put off at once for a minute (`events/slow.py`). What can never be told of one tenant is parked.

Only when the queue or the parking takes nothing, too, is the batch raised: then it comes again for everybody, in halves
if need be, for half a day, and where to find it in the stream goes to the dead-letter queue.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from functions.api.events.changes import events_of
from functions.api.events_bootstrap import ChangeDeps, change_deps
from shared.clock import epoch_ms
from shared.domain.webhooks.tenant_event import TenantEvent
from shared.errors import PermanentError
from shared.failures import failure
from shared.ids import TenantId
from shared.observability import concerns, count, logger, measure, one_line
from shared.services.tell_later import put_off
from shared.sqs_batch import log_failure

_SIDE_BY_SIDE = 32
"""Tenants; as many as the database's client has connections. A batch holds 100 records."""
_PATIENCE_SECONDS = 5.0
"""At most, and half of the time left, so that there is enough of it to put off whoever has not come through."""
_SLOW_MS = 1_000
"""Whoever fails after that long made the others wait."""


@one_line
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
            concerns(tenant_id)
    _tell(deps, by_tenant, min(_PATIENCE_SECONDS, context.get_remaining_time_in_millis() / 2_000))
    measure("FeedLag", _age_ms(event["Records"]))


def _age_ms(records: Sequence[Mapping[str, Any]]) -> int:
    """How long ago the first of them was written; DynamoDB says so in seconds."""
    now = epoch_ms()
    written = (record["dynamodb"].get("ApproximateCreationDateTime", now / 1000) for record in records)
    return now - min((round(at * 1000) for at in written), default=now)


def _tell(deps: ChangeDeps, by_tenant: Mapping[TenantId, Sequence[TenantEvent]], patience: float) -> None:
    """Each tenant's events, side by side, for so many seconds. Raises when those that could not be told could not be
    put off either."""
    untold = {tenant_id: events for tenant_id, events in by_tenant.items() if tenant_id in deps.slow}
    if untold:
        count("TenantPutOff", len(untold))
    failed_after: dict[TenantId, int] = {}
    threads = ThreadPoolExecutor(_SIDE_BY_SIDE)
    try:
        publishing = {
            tenant_id: threads.submit(_publish, deps, tenant_id, events, failed_after)
            for tenant_id, events in by_tenant.items()
            if tenant_id not in untold
        }
        wait(publishing.values(), timeout=patience)
    finally:
        # Whoever is still at it goes on while there is an invocation, and tells its tenant the same events once more.
        threads.shutdown(wait=False, cancel_futures=True)
    for tenant_id, work in publishing.items():
        events = by_tenant[tenant_id]
        try:
            work.result(timeout=0)
        except Exception as error:
            if _is_lasting(error):
                log_failure(tenant_id, error)
                bodies = [event.to_json() for event in events]
                deps.parking.park(f"events of {tenant_id} that cannot be told: {type(error).__name__}", bodies)
                continue
            logger.warning("told later", extra={"tenant_id": tenant_id, **failure(error)})
            count("TenantPutOff")
            untold[tenant_id] = events
            # Whoever had no turn behind others (it is cancelled then) is not slow by itself.
            if not work.done() or failed_after.get(tenant_id, 0) >= _SLOW_MS:
                deps.slow.note(tenant_id)
            continue
        count("EventsPublished", len(events))
    put_off(deps.queue, untold, epoch_ms())


def _publish(
    deps: ChangeDeps, tenant_id: TenantId, events: Sequence[TenantEvent], failed_after: dict[TenantId, int]
) -> None:
    """Raises what `publish` raises, and notes after how long (ms)."""
    started = deps.slow.clock()
    try:
        deps.publisher.publish(tenant_id, events, epoch_ms())
    except Exception:
        failed_after[tenant_id] = deps.slow.clock() - started
        raise


def _is_lasting(error: Exception) -> bool:
    """Whether it will be the same however often it is tried: what is stored is wrong, and no dependency away."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] == "ValidationException"
    return isinstance(error, PermanentError | ValueError | TypeError | KeyError)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    change_deps()
