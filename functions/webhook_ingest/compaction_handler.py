"""Trigger: CompactQueue. One message folds one part of a campaign's journal of statuses into its blocks.

What bounds a tenant: the queue is fair by tenant, a part is for two million people or little more, and whoever runs out
of time keeps what is done and is queued again with the next minute.
"""

from typing import Any, Protocol

from functions.webhook_ingest.compaction_bootstrap import deps
from functions.webhook_ingest.statuses.compaction import compact
from shared.clock import epoch_ms
from shared.observability import concerns, one_line, say
from shared.queue_messages import CompactJournal
from shared.sqs_batch import BatchResponse, process

_SPARE_MS = 150_000
"""What the blocks of one portion may take, and telling of their people whoever asked for it."""


class Context(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


@one_line
def lambda_handler(event: dict[str, Any], context: Context) -> BatchResponse:
    def handle(body: str, _record: object) -> None:
        task = CompactJournal.from_json(body)
        concerns(task.tenant_id, task.campaign_id)
        say(part=task.part)
        say(result=compact(deps(), task, epoch_ms(), lambda: context.get_remaining_time_in_millis() < _SPARE_MS))

    return process(event, handle)
