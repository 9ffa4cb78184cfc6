"""Freezing the audience: one contact shard at a time into recipient blocks, resumable, and the same twice."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from functions.campaign_dispatch.load.dry_run import dry_run_shard
from functions.campaign_dispatch.load.filling import CONTACTS_BETWEEN_LOOKS, Filling, keep, take_up
from functions.campaign_dispatch.load.gate import open_gate, waits_for_another
from functions.campaign_dispatch.load.parts import LoadParts
from shared.domain.accounts.plans import entitlements
from shared.domain.campaigns.blocks import BLOCK_SIZE, block_number
from shared.domain.campaigns.campaign import Campaign, State, after
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.outlook import Allowance, limit_words
from shared.domain.campaigns.stop_reasons import BEYOND_LIMIT, BEYOND_PLAN
from shared.domain.contacts.identity import SHARDS
from shared.domain.numbers.number import Waba
from shared.domain.templates.compiler import SendPlan
from shared.errors import Conflict, NotYet
from shared.queue_messages import LoadShard
from shared.store.engine.documents import from_document

_WAIT_SECONDS = 15
MAX_SKIPPED = 5_000
"""Skipped people in one record: about 200 KB before compression, DynamoDB takes 400 KB."""


def load_shard(parts: LoadParts, task: LoadShard, now: int, out_of_time: Callable[[], bool]) -> str:
    """Load or dry-run one shard. Returns what happened: loaded, continued or waiting (queued again), counted, or
    ignored."""
    campaign = parts.catalogue.campaign(task.tenant_id, task.campaign_id)
    if task.dry_run_id:
        if not dry_run_shard(parts, task, campaign, now, out_of_time):
            parts.load_queue.send(task, group=task.tenant_id)
            return "continued"
        return "counted"
    if campaign.state is State.SENDING and campaign.sizes:
        # The last step of the load may have been cut off after the state changed.
        parts.opening.put_before_lanes(task.tenant_id, campaign, now)
        return "ignored"
    if campaign.state is not State.LOADING:
        return "ignored"
    if waits_for_another(parts.catalogue, task.tenant_id, campaign):
        parts.load_queue.send(task, group=task.tenant_id, delay_seconds=_WAIT_SECONDS)
        return "waiting"
    plan = from_document(SendPlan, campaign.plan)
    if not _fill_blocks(parts, task, campaign, plan, now, out_of_time):
        parts.load_queue.send(task, group=task.tenant_id)
        return "continued"
    _finish(parts, task.tenant_id, campaign, now)
    return "loaded"


def _fill_blocks(
    parts: LoadParts, task: LoadShard, campaign: Campaign, plan: SendPlan, now: int, out_of_time: Callable[[], bool]
) -> bool:
    """Seal blocks until the shard ends (True) or time runs out (False)."""
    at = _resume(parts, task, now)
    if at.end:
        return True
    filling = take_up(parts.slices, task, at)
    gate = open_gate(parts, task, campaign, plan, campaign.category)
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


def _resume(parts: LoadParts, task: LoadShard, now: int) -> SealedBlock:
    last = parts.sends.shard_end(task.tenant_id, task.campaign_id, task.shard)
    if last is None:
        return SealedBlock(n=-1, spill=0, recipients=0, skipped={}, scanned_to="", end=False)
    if last.n >= 0 and last.spill == 0:
        # A crash may have come between a block and the room for its outcomes.
        recipients = parts.sends.read_block(task.tenant_id, task.campaign_id, block_number(task.shard, last.n))
        if recipients:
            parts.sends.open_status_block(task.tenant_id, task.campaign_id, task.shard, last.n, recipients, now)
    return last


def _seal(
    parts: LoadParts, task: LoadShard, at: SealedBlock, filling: Filling, scanned_to: str, now: int, *, end: bool
) -> SealedBlock:
    """Write what was gathered. Only a full block, or the last one of the shard, takes the recipients."""
    is_block = end or len(filling.recipients) == BLOCK_SIZE
    skipped = Counter(at.skipped)
    skipped.update(reason for _, reason in filling.skipped)
    sealed = SealedBlock(
        n=at.n + 1 if is_block else at.n,
        spill=0 if is_block else at.spill + 1,
        recipients=at.recipients + (len(filling.recipients) if is_block else 0),
        skipped=dict(skipped),
        scanned_to=scanned_to,
        end=end,
        carried=() if is_block else tuple(filling.recipients),
    )
    recipients = filling.recipients if is_block else []
    try:
        parts.sends.seal_block(task.tenant_id, task.campaign_id, task.shard, sealed, recipients, filling.skipped, now)
    except Conflict as exc:
        raise NotYet("another worker loads this shard") from exc
    filling.skipped = []
    if is_block:
        filling.recipients = []
    return sealed


def _finish(parts: LoadParts, tenant_id: str, campaign: Campaign, now: int) -> None:
    """When every shard is loaded: fix the totals and put the campaign before its lanes. Harmless to repeat."""
    shards = [end for end in parts.sends.load_progress(tenant_id, campaign.campaign_id) if end is not None and end.end]
    if len(shards) < SHARDS:
        return
    for shard, end in enumerate(shards):
        # Its worker may have died between the last block and the room for its outcomes, or not got there yet.
        if end.recipients > end.n * BLOCK_SIZE:
            last = parts.sends.read_block(tenant_id, campaign.campaign_id, block_number(shard, end.n))
            parts.sends.open_status_block(tenant_id, campaign.campaign_id, shard, end.n, last, now)
    sizes = tuple(end.recipients for end in shards)
    skipped: Counter[str] = Counter()
    for end in shards:
        skipped.update(end.skipped)
    tenant = parts.accounts.tenant(tenant_id)
    limit = entitlements(tenant.plan, tenant.subscription_status).campaign_recipients
    number = parts.accounts.number(tenant_id, campaign.phone_number_id)
    notice = _notice(sum(sizes), parts.accounts.waba(tenant_id, campaign.waba_id))

    def fix(current: Campaign) -> Campaign:
        if sum(sizes) > limit:
            reason = f"{BEYOND_PLAN}: the audience has {sum(sizes)} recipients; the plan allows {limit}"
            return replace(current, state=after(current.state, "cancel"), reason=reason, finished_at=now)
        return replace(
            current,
            state=after(current.state, "send"),
            sizes=sizes,
            skipped=dict(skipped),
            lanes=number.lanes,
            started_at=now,
            reason=notice,
        )

    try:
        fixed = parts.catalogue.change_campaign(tenant_id, campaign.campaign_id, fix)
    except Conflict:
        # Cancelled, or another shard's worker finished first: the lanes are woken once, by that one. Should it die
        # before it does, its message comes back.
        return
    if fixed.state is State.SENDING:
        parts.opening.put_before_lanes(tenant_id, fixed, now)


def _notice(people: int, waba: Waba) -> str:
    """What is to be known of a campaign from its start: that Meta will not let it reach everybody in one day."""
    allowance = Allowance(waba.messaging_limit)
    beyond = allowance.beyond(people)
    return f"{BEYOND_LIMIT}: {limit_words(beyond, allowance)}" if beyond else ""
