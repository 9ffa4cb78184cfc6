"""Freezing the audience: one contact shard at a time into recipient blocks, resumable, and the same twice."""

from collections.abc import Callable
from functools import partial

from functions.campaign_dispatch.load.beside import Beside, read_beside, take_place, waits_for
from functions.campaign_dispatch.load.dry_run import dry_run_shard
from functions.campaign_dispatch.load.filling import CONTACTS_BETWEEN_LOOKS, Filling, keep, take_up
from functions.campaign_dispatch.load.gate import open_gate
from functions.campaign_dispatch.load.logic.records import NOTHING_SEALED, loaded, next_record, totals
from functions.campaign_dispatch.load.parts import LoadParts
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, block_number
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.templates.compiler import SendPlan
from shared.domain.webhooks.recipient_outcomes import skipped_entries
from shared.errors import Conflict, NotYet
from shared.ids import TenantId
from shared.queue_messages import LoadShard
from shared.store.engine.documents import from_document

_WAIT_SECONDS = 15
MAX_SKIPPED = 5_000
"""Skipped people in one record: about 200 KB before compression, DynamoDB takes 400 KB."""


def load_shard(parts: LoadParts, task: LoadShard, now: EpochMs, out_of_time: Callable[[], bool]) -> str:
    """Load or dry-run one shard. Returns what happened: loaded, continued or waiting (queued again), counted, or
    ignored."""
    campaign = parts.campaigns.get(task.tenant_id, task.campaign_id)
    if task.dry_run_id:
        if not dry_run_shard(parts, task, campaign, now, out_of_time):
            parts.dry_run_queue.send(task, group=task.tenant_id)
            return "continued"
        return "counted"
    if campaign.state is State.SENDING and campaign.sizes:
        # The last step of the load may have been cut off after the state changed.
        parts.opening.put_before_lanes(task.tenant_id, campaign, now)
        return "ignored"
    if campaign.state is not State.LOADING:
        return "ignored"
    try:
        campaign = take_place(parts.campaigns, task.tenant_id, campaign)
    except Conflict:
        return "ignored"
    beside = read_beside(parts.campaigns, task.tenant_id, campaign)
    if not campaign.load_order or waits_for(campaign, beside):
        parts.load_queue.send(task, group=task.tenant_id, delay_seconds=_WAIT_SECONDS)
        return "waiting"
    if not _fill_blocks(parts, task, campaign, beside, now, out_of_time):
        parts.load_queue.send(task, group=task.tenant_id)
        return "continued"
    _finish(parts, task.tenant_id, campaign, task.shard, now)
    return "loaded"


def _fill_blocks(
    parts: LoadParts, task: LoadShard, campaign: Campaign, beside: Beside, now: EpochMs, out_of_time: Callable[[], bool]
) -> bool:
    """Seal blocks until the shard ends (True) or time runs out (False)."""
    at = _resume(parts, task, now)
    if at.end:
        return True
    filling = take_up(parts.slices, task, at)
    plan = from_document(SendPlan, campaign.plan)
    gate = open_gate(parts, task, campaign, beside, plan, campaign.category)
    contacts = parts.contacts.scan_shard(task.tenant_id, task.shard, after=filling.scanned_to)
    for looked_at, contact in enumerate(contacts, 1):
        filling.add(contact.contact_id, gate(contact))
        full = len(filling.recipients) == BLOCK_SIZE or len(filling.skipped) == MAX_SKIPPED
        if full:
            at = _seal(parts, task, at, filling, contact.contact_id, now, end=False)
        if (full or looked_at % CONTACTS_BETWEEN_LOOKS == 0) and out_of_time():
            if not full:
                keep(parts.slices, task, at, filling, now)
            return False
    _seal(parts, task, at, filling, at.scanned_to, now, end=True)
    return True


def _resume(parts: LoadParts, task: LoadShard, now: EpochMs) -> SealedBlock:
    last = parts.sends.shard_end(task.tenant_id, task.campaign_id, task.shard)
    if last is None:
        return NOTHING_SEALED
    if last.skipped and parts.people.asks(task.tenant_id, now):
        # A crash may have come between a record and the word of it.
        skipped = skipped_entries(parts.sends.last_skipped(task.tenant_id, task.campaign_id, task.shard))
        parts.people.queue_entries(task.tenant_id, task.campaign_id, skipped, last.at, now)
    if last.n >= 0 and last.spill == 0:
        # A crash may have come between a block and the room for its outcomes.
        recipients = parts.sends.read_block(task.tenant_id, task.campaign_id, block_number(task.shard, last.n))
        if recipients:
            parts.sends.open_status_block(task.tenant_id, task.campaign_id, task.shard, last.n, recipients, now)
    return last


def _seal(
    parts: LoadParts, task: LoadShard, at: SealedBlock, filling: Filling, scanned_to: str, now: EpochMs, *, end: bool
) -> SealedBlock:
    """Write what was gathered."""
    sealed = next_record(at, filling.recipients, filling.skipped, scanned_to, end=end)
    recipients = [] if sealed.spill else filling.recipients
    try:
        parts.sends.seal_block(task.tenant_id, task.campaign_id, task.shard, sealed, recipients, filling.skipped, now)
    except Conflict as exc:
        raise NotYet("another worker loads this shard") from exc
    if filling.skipped and parts.people.asks(task.tenant_id, now):
        skipped = skipped_entries(filling.skipped)
        parts.people.queue_entries(task.tenant_id, task.campaign_id, skipped, now, now)
    filling.skipped = []
    if not sealed.spill:
        filling.recipients = []
    return sealed


def _finish(parts: LoadParts, tenant_id: TenantId, campaign: Campaign, shard: int, now: EpochMs) -> None:
    """When every shard is loaded: fix the totals and put the campaign before its lanes. Harmless to repeat."""
    ends = parts.sends.whole_load(tenant_id, campaign.campaign_id, shard)
    if ends is None:
        return
    found = totals(ends)
    for block_shard, n in found.last_blocks:
        # Its worker may have died between the last block and the room for its outcomes, or not got there yet.
        last = parts.sends.read_block(tenant_id, campaign.campaign_id, block_number(block_shard, n))
        parts.sends.open_status_block(tenant_id, campaign.campaign_id, block_shard, n, last, now)
    tenant = parts.accounts.tenant(tenant_id)
    fix = partial(
        loaded,
        found=found,
        limit=tenant.entitlements.campaign_recipients,
        messaging_limit=parts.accounts.waba(tenant_id, campaign.waba_id).messaging_limit,
        lanes=parts.accounts.number(tenant_id, campaign.phone_number_id).lanes,
        now=now,
    )
    try:
        fixed = parts.campaigns.change(tenant_id, campaign.campaign_id, fix)
    except Conflict:
        # Cancelled, or another shard's worker finished first: the lanes are woken once, by that one. Should it die
        # before it does, its message comes back.
        return
    if fixed.state is State.SENDING:
        parts.opening.put_before_lanes(tenant_id, fixed, now)
