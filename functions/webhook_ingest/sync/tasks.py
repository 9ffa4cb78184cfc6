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
from shared.clock import EpochMs
from shared.domain.accounts.account import with_part_respelled
from shared.domain.contacts.identity import SHARDS
from shared.domain.contacts.number_plans import VERSION
from shared.errors import InvalidInput
from shared.ids import ContactId, ConversationId, TenantId
from shared.observability import concerns, count
from shared.queue_messages import SyncTask


def take_task(parts: SyncParts, task: SyncTask, now: EpochMs, stop: Callable[[], bool]) -> None:
    """Do it, or queue its parts when it is more than one; once `stop` says that the time is up, queue the rest.

    Raises InvalidInput for what cannot be routed.
    """
    task = whole_task(task, parts.parking)
    if task.kind == MOVE:
        _move(parts, task, now, stop)
        return
    if task.kind == RESPELL:
        _respell(parts, task, now, stop)
        return
    if task.kind not in ("history", "smb_app_state_sync"):
        raise InvalidInput("a task of an unknown kind")
    pieces = [replace(task, value=value) for value in tasks_of(task.kind, task.value)]
    if len(pieces) == 1:
        _take(parts, pieces[0], now)
        return
    fitting = [piece for piece in pieces if not too_large(piece)]
    parts.sync.send_all(Outgoing(piece, group=digest(task.waba_id)) for piece in fitting)
    count("SyncTaskCut")
    for piece in pieces:
        if piece not in fitting:
            _take(parts, piece, now)


def _move(parts: SyncParts, task: SyncTask, now: EpochMs, stop: Callable[[], bool]) -> None:
    tenant_id = TenantId(word(task.value, "tenant_id"))
    concerns(tenant_id)
    source, target = (ConversationId(word(task.value, key)) for key in ("source", "target"))
    contact_id = ContactId(word(task.value, "contact_id"))
    if not (tenant_id and source and target and contact_id):
        raise InvalidInput("a move from nowhere to nowhere")
    if parts.moves.move(tenant_id, source, target, contact_id, now, stop):
        # What the one that was taken over showed may be what the person was called or reached at before.
        parts.heads.refresh(tenant_id, contact_id)
        count("ConversationMoved")
    else:
        parts.sync.send(task, group=digest(task.waba_id))


def _respell(parts: SyncParts, task: SyncTask, now: EpochMs, stop: Callable[[], bool]) -> None:
    """Without a shard, all of them; a shard goes on from `after`. With the last one the tenant's noes hold for whoever
    has the number, without that anybody looks under other spellings: so a shard that was begun with another version of
    the table of number plans begins anew."""
    tenant_id = TenantId(word(task.value, "tenant_id"))
    concerns(tenant_id)
    shard, after = word(task.value, "shard"), word(task.value, "after")
    if not tenant_id or not (shard == "" or (shard.isdecimal() and int(shard) < SHARDS)):
        raise InvalidInput("phones of nobody to bring to their canonical form")
    if word(task.value, "version") != VERSION:
        after = ""
    if shard == "":
        pieces = [
            replace(task, value={"tenant_id": tenant_id, "shard": str(n), "version": VERSION}) for n in range(SHARDS)
        ]
        parts.sync.send_all(Outgoing(piece, group=tenant_id) for piece in pieces)
        return
    reached = respell_shard(parts.contacts, parts.people, tenant_id, int(shard), after, now, stop)
    if reached is not None:
        value = {"tenant_id": tenant_id, "shard": shard, "after": reached, "version": VERSION}
        parts.sync.send(replace(task, value=value), group=tenant_id)
        return
    parts.accounts.change_tenant(tenant_id, lambda found: with_part_respelled(found, VERSION, int(shard), SHARDS))


def _take(parts: SyncParts, task: SyncTask, now: EpochMs) -> None:
    take = take_history if task.kind == "history" else take_phone_book
    take(parts, task.waba_id, task.value, task.received_at, now)
