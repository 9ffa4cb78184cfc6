"""Trigger: StartQueue, which EventBridge Scheduler writes to when a campaign is due. Duplicates are harmless.

What bounds a tenant: the queue is fair by tenant, and a start has its invocation to itself, so that files that go to
Meta slowly (45 s each, those of a campaign side by side) delay nobody else's.
"""

from typing import Any, Protocol

from functions.campaign_dispatch.start.campaign import start_campaign
from functions.campaign_dispatch.start_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import concerns, one_line, say
from shared.queue_messages import StartCampaign
from shared.sqs_batch import BatchResponse, Record, process


class Context(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


def _handle(body: str, _record: Record) -> None:
    task = StartCampaign.from_json(body)
    concerns(task.tenant_id, task.campaign_id)
    say(result=start_campaign(deps(), task.tenant_id, task.campaign_id, epoch_ms()))


@one_line
def lambda_handler(event: dict[str, Any], context: Context) -> BatchResponse:
    return process(event, _handle, time_left_ms=context.get_remaining_time_in_millis)
