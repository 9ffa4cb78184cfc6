"""Trigger: LoadQueue and DryRunQueue. One message freezes, or dry-runs, one contact shard; redelivery writes the same
blocks. Another has a tenant who asks told of whom a closed campaign did not reach.

What bounds a tenant: five dry runs at a time (`DRY_RUNS`), which have workers of their own, so that however many are
asked for, no campaign waits for one; a worker lets go after a minute (`SLICE_MS`) and queues itself again, and the
queues are fair by tenant: whoever has few messages in flight is served with the next worker that is free.
"""

from typing import Any, Protocol

from functions.campaign_dispatch.load.account import account_for_people
from functions.campaign_dispatch.load.shard import load_shard
from functions.campaign_dispatch.load_bootstrap import deps
from shared.clock import epoch_ms
from shared.errors import InvalidInput
from shared.observability import concerns, one_line, say
from shared.queue_messages import AccountForPeople, LoadShard
from shared.sqs_batch import BatchResponse, process

_RESERVE_MS = 20_000
SLICE_MS = 60_000
"""A worker that does not seal its last block within this time queues itself again, so that the sweep can tell one that
works from one that died."""


class Context(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


@one_line
def lambda_handler(event: dict[str, Any], context: Context) -> BatchResponse:
    def handle(body: str, _record: object) -> None:
        task, began = read_work(body), epoch_ms()

        def out_of_time() -> bool:
            return epoch_ms() - began > SLICE_MS or context.get_remaining_time_in_millis() < _RESERVE_MS

        concerns(task.tenant_id, task.campaign_id)
        say(shard=task.shard)
        if isinstance(task, AccountForPeople):
            say(result=account_for_people(deps(), task, began, out_of_time))
        else:
            say(result=load_shard(deps(), task, began, out_of_time))

    return process(event, handle)


def read_work(text: str) -> LoadShard | AccountForPeople:
    """What a message asks for. Raises InvalidInput."""
    try:
        return AccountForPeople.from_json(text)
    except InvalidInput:
        return LoadShard.from_json(text)
