"""Trigger: the import queue (SQS, one message at a time, at least once). One message is one slice of one import.

A slice that runs out of time notes how far it came and puts the message back by itself. Redelivery is safe: an import
is in one worker's hands at a time, and rows written twice come out unchanged.

What bounds a tenant: two of the fifty workers at a time (`MOST_AT_ONCE`); what is more goes back to the queue, which
is fair by tenant, and comes again after a minute.
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.contacts.imports.job import Imports
from functions.api.contacts.imports.run import ImportRun
from functions.api.import_bootstrap import import_deps
from shared.clock import EpochMs, epoch_ms
from shared.errors import Conflict, NotFound
from shared.observability import concerns, count, logger, one_line, say
from shared.queue_messages import ImportFile
from shared.sqs_batch import BatchResponse, log_failure, process

_BUSY_SECONDS = 60
_PAUSE_SECONDS = 30


class LambdaClock:
    """The clock of an invocation."""

    def __init__(self, context: LambdaContext) -> None:
        self._context = context

    def now(self) -> EpochMs:
        return epoch_ms()

    def remaining(self) -> int:
        return self._context.get_remaining_time_in_millis()


@one_line
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    def handle(body: str, record: Mapping[str, Any]) -> None:
        import_file(ImportFile.from_json(body), context)

    return process(event, handle)


def import_file(message: ImportFile, context: LambdaContext) -> None:
    """One slice. Raises what makes a redelivery worth while."""
    deps = import_deps()
    logger.append_keys(tenant_id=message.tenant_id, import_id=message.import_id)
    concerns(message.tenant_id)
    say(import_id=message.import_id)
    run = ImportRun(Imports(deps.directory, deps.files), deps.fields, deps.contacts, deps.heads, LambdaClock(context))
    try:
        more = run.work(message.tenant_id, message.import_id, context.aws_request_id)
    except NotFound:
        logger.warning("no such import")
        return
    except Conflict:
        # Somebody else is at it; should they die, this message is what goes on.
        deps.queue.send(message, group=message.tenant_id, delay_seconds=_BUSY_SECONDS)
        return
    except Exception as error:
        # Sooner than the queue's own redelivery, which waits out the visibility timeout; the job counts its attempts.
        log_failure(message.import_id, error)
        deps.queue.send(message, group=message.tenant_id, delay_seconds=_PAUSE_SECONDS)
        return
    if more:
        deps.queue.send(message, group=message.tenant_id)
    count("ImportSlices")
