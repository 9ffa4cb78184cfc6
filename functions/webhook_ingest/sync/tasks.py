"""Long work of one number, cut into tasks that one invocation can do."""

from collections.abc import Callable
from dataclasses import replace

from functions.webhook_ingest.json_input import word
from functions.webhook_ingest.people.respelling import RESPELL, respell_shard
from functions.webhook_ingest.people.reunion import MOVE
from functions.webhook_ingest.receive.oversize import too_large, whole_task
from functions.webhook_ingest.receive.routing import digest
from functions.webhook_ingest.sync.history import take_history, take_phone_book
from functions.webhook_ingest.sync.logic.history import tasks_of
from functions.webhook_ingest.sync.parts import SyncParts
from shared.clients.queue import Outgoing
from shared.domain.contacts.identity import SHARDS
from shared.errors import InvalidInput
from shared.observability import count
from shared.queue_messages import SyncTask


def take_task(at_hand: SyncParts, task: SyncTask, now: int, stop: Callable[[], bool]) -> None:
    """Do it, or queue its parts when it is more than one; once `stop` says that the time is up, queue the rest.

    Raises InvalidInput for what cannot be routed.
    """
    task = whole_task(task, at_hand.parking)
    if task.kind == MOVE:
        _move(at_hand, task, now, stop)
        return
    if task.kind == RESPELL:
        _respell(at_hand, task, now, stop)
        return
    if task.kind not in ("history", "smb_app_state_sync"):
        raise InvalidInput("a task of an unknown kind")
    parts = [replace(task, value=value) for value in tasks_of(task.kind, task.value)]
    if len(parts) == 1:
        _take(at_hand, parts[0], now)
        return
    fitting = [part for part in parts if not too_large(part)]
    at_hand.sync.send_all(Outgoing(part, group=digest(task.waba_id)) for part in fitting)
    count("SyncTaskCut")
    for part in parts:
        if part not in fitting:
            _take(at_hand, part, now)


def _move(at_hand: SyncParts, task: SyncTask, now: int, stop: Callable[[], bool]) -> None:
    tenant_id, source, target, contact_id = (
        word(task.value, key) for key in ("tenant_id", "source", "target", "contact_id")
    )
    if not (tenant_id and source and target and contact_id):
        raise InvalidInput("a move from nowhere to nowhere")
    if at_hand.moves.move(tenant_id, source, target, contact_id, now, stop):
        # What the one that was taken over showed may be what the person was called or reached at before.
        at_hand.heads.refresh(tenant_id, contact_id)
        count("ConversationMoved")
    else:
        at_hand.sync.send(task, group=digest(task.waba_id))


def _respell(at_hand: SyncParts, task: SyncTask, now: int, stop: Callable[[], bool]) -> None:
    """Without a shard, all of them; a shard goes on from `after`."""
    tenant_id, shard, after = (word(task.value, key) for key in ("tenant_id", "shard", "after"))
    if not tenant_id or not (shard == "" or (shard.isdecimal() and int(shard) < SHARDS)):
        raise InvalidInput("phones of nobody to bring to their canonical form")
    if shard == "":
        parts = [replace(task, value={"tenant_id": tenant_id, "shard": str(n)}) for n in range(SHARDS)]
        at_hand.sync.send_all(Outgoing(part, group=tenant_id) for part in parts)
        return
    reached = respell_shard(at_hand.contacts, at_hand.people, tenant_id, int(shard), after, now, stop)
    if reached is not None:
        value = {"tenant_id": tenant_id, "shard": shard, "after": reached}
        at_hand.sync.send(replace(task, value=value), group=tenant_id)


def _take(at_hand: SyncParts, task: SyncTask, now: int) -> None:
    take = take_history if task.kind == "history" else take_phone_book
    take(at_hand, task.waba_id, task.value, task.received_at, now)
