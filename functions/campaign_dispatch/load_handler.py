"""Trigger: LoadQueue. One message freezes (or dry-runs) one contact shard; redelivery writes the same blocks."""

from typing import Any, Protocol

from functions.campaign_dispatch.bootstrap import deps
from functions.campaign_dispatch.load import load_shard
from shared.clock import epoch_ms
from shared.events import LoadShard
from shared.observability import logger, metrics
from shared.sqs_batch import BatchResponse, process

_RESERVE_MS = 20_000


class Context(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Context) -> BatchResponse:
    def handle(body: str, _record: object) -> None:
        task = LoadShard.from_json(body)
        out_of_time = lambda: context.get_remaining_time_in_millis() < _RESERVE_MS  # noqa: E731
        result = load_shard(deps(), task, epoch_ms(), out_of_time)
        logger.info("shard", extra={"campaign_id": task.campaign_id, "shard": task.shard, "result": result})

    return process(event, handle)
