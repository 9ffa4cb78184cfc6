"""Freezing the audience: one contact shard at a time into recipient blocks, resumable, and the same twice."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from functions.campaign_dispatch.audience import Skip, judge, purpose_of
from functions.campaign_dispatch.bootstrap import Deps
from functions.campaign_dispatch.history import History, open_history
from shared.clients.queue import Outgoing
from shared.domain.blocks import BLOCK_SIZE, Recipient, block_number
from shared.domain.campaign import Campaign, State, after
from shared.domain.compiler import SendPlan, compile_plan, render_text
from shared.domain.contact import Contact
from shared.domain.identity import SHARDS
from shared.domain.plans import entitlements
from shared.errors import Conflict, RetryableError
from shared.events import LoadShard, WakeLane
from shared.store.campaign_people import Fate, stream_shard
from shared.store.directory import from_document
from shared.store.lanes import OPENING, Run
from shared.store.sends import SealedBlock

MAX_SKIPPED = 5_000
"""Skipped people in one record: about 200 KB before compression, DynamoDB takes 400 KB."""
_DAY_MS = 86_400_000
_SAMPLES = 3
_MISSING_SHOWN = 50


def load_shard(deps: Deps, task: LoadShard, now: int, out_of_time: Callable[[], bool]) -> str:
    """Load or dry-run one shard. Returns what happened: loaded, continued (queued again), counted, or ignored."""
    campaign = deps.catalogue.campaign(task.tenant_id, task.campaign_id)
    if task.dry_run_id:
        _dry_run(deps, task, campaign, now)
        return "counted"
    if campaign.state is State.SENDING and campaign.sizes:
        # The last step of the load may have been cut off after the state changed.
        put_before_lanes(deps, task.tenant_id, campaign)
        return "ignored"
    if campaign.state is not State.LOADING:
        return "ignored"
    plan = from_document(SendPlan, campaign.plan)
    if not _fill_blocks(deps, task, campaign, plan, now, out_of_time):
        deps.load_queue.send(task)
        return "continued"
    _finish(deps, task.tenant_id, campaign, now)
    return "loaded"


@dataclass(slots=True)
class _Filling:
    """What has been looked at since the last sealed record."""

    recipients: list[Recipient] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def _fill_blocks(
    deps: Deps, task: LoadShard, campaign: Campaign, plan: SendPlan, now: int, out_of_time: Callable[[], bool]
) -> bool:
    """Seal blocks until the shard ends (True) or time runs out (False)."""
    at = _resume(deps, task, now)
    if at.end:
        return True
    filling = _Filling(recipients=list(at.carried))
    purpose = purpose_of(campaign.category)
    history = _history(deps, task, campaign)
    for contact in deps.contacts.scan_shard(task.tenant_id, task.shard, after=at.scanned_to):
        verdict = judge(contact, history, purpose, plan)
        if isinstance(verdict, Recipient):
            filling.recipients.append(verdict)
        elif isinstance(verdict, Skip):
            filling.skipped.append((verdict.contact_id, verdict.reason))
        if len(filling.recipients) == BLOCK_SIZE or len(filling.skipped) == MAX_SKIPPED:
            at = _seal(deps, task, at, filling, contact.contact_id, now, end=False)
            if out_of_time():
                return False
    _seal(deps, task, at, filling, at.scanned_to, now, end=True)
    return True


def _history(deps: Deps, task: LoadShard, campaign: Campaign) -> History:
    """Earlier campaigns are read as they stand now, so of two that load at the same time neither counts the other."""

    def stream(campaign_id: str) -> Iterator[Fate]:
        earlier = deps.catalogue.campaign(task.tenant_id, campaign_id)
        return stream_shard(deps.sends, deps.lanes, task.tenant_id, earlier, task.shard)

    cap = campaign.frequency_cap
    recent: list[str] = []
    if cap is not None:
        since = campaign.frozen_at - cap.days * _DAY_MS
        started = deps.catalogue.campaigns_started_since(task.tenant_id, since)
        recent = [
            c.campaign_id
            for c in started
            if c.campaign_id != campaign.campaign_id and purpose_of(c.category) == "marketing"
        ]
    return open_history(campaign, recent, stream)


def _resume(deps: Deps, task: LoadShard, now: int) -> SealedBlock:
    last = deps.sends.shard_end(task.tenant_id, task.campaign_id, task.shard)
    if last is None:
        return SealedBlock(n=-1, spill=0, recipients=0, skipped={}, scanned_to="", end=False)
    if last.n >= 0 and last.spill == 0:
        # A crash may have come between a block and the room for its outcomes.
        recipients = deps.sends.read_block(task.tenant_id, task.campaign_id, block_number(task.shard, last.n))
        if recipients:
            deps.sends.open_status_block(task.tenant_id, task.campaign_id, task.shard, last.n, len(recipients), now)
    return last


def _seal(
    deps: Deps, task: LoadShard, at: SealedBlock, filling: _Filling, scanned_to: str, now: int, *, end: bool
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
        deps.sends.seal_block(task.tenant_id, task.campaign_id, task.shard, sealed, recipients, filling.skipped, now)
    except Conflict as exc:
        raise RetryableError("another worker loads this shard") from exc
    filling.skipped = []
    if is_block:
        filling.recipients = []
    return sealed


def _finish(deps: Deps, tenant_id: str, campaign: Campaign, now: int) -> None:
    """When every shard is loaded: fix the totals and put the campaign before its lanes. Harmless to repeat."""
    shards = [end for end in deps.sends.load_progress(tenant_id, campaign.campaign_id) if end is not None and end.end]
    if len(shards) < SHARDS:
        return
    for shard, end in enumerate(shards):
        # Its worker may have died between the last block and the room for its outcomes, or not got there yet.
        if size := end.recipients - end.n * BLOCK_SIZE:
            deps.sends.open_status_block(tenant_id, campaign.campaign_id, shard, end.n, size, now)
    sizes = tuple(end.recipients for end in shards)
    skipped: Counter[str] = Counter()
    for end in shards:
        skipped.update(end.skipped)
    tenant = deps.accounts.tenant(tenant_id)
    limit = entitlements(tenant.plan, tenant.subscription_status).campaign_recipients
    number = deps.accounts.number(tenant_id, campaign.phone_number_id)

    def fix(current: Campaign) -> Campaign:
        if sum(sizes) > limit:
            reason = f"the audience has {sum(sizes)} recipients; the plan allows {limit}"
            return replace(current, state=after(current.state, "cancel"), reason=reason, finished_at=now)
        return replace(
            current,
            state=after(current.state, "send"),
            sizes=sizes,
            skipped=dict(skipped),
            lanes=number.lanes,
            started_at=now,
        )

    try:
        fixed = deps.catalogue.change_campaign(tenant_id, campaign.campaign_id, fix)
    except Conflict:
        # Cancelled, or another shard's worker finished first: the lanes are woken once, by that one. Should it die
        # before it does, its message comes back.
        return
    if fixed.state is State.SENDING:
        put_before_lanes(deps, tenant_id, fixed)


def put_before_lanes(deps: Deps, tenant_id: str, campaign: Campaign) -> None:
    """Open the campaign's run on its number and wake the lanes; nothing changes when that was done before.

    What the caller read may be old: since then the campaign may have been sent and closed, or cancelled. So the run
    is opened without letting lanes at it, and they are let at it only if the campaign is still to be sent.
    """
    run = Run(
        phone_number_id=campaign.phone_number_id,
        tenant_id=tenant_id,
        campaign_id=campaign.campaign_id,
        state=OPENING,
        sizes=campaign.sizes,
        lanes=campaign.lanes,
        frozen_at=campaign.frozen_at,
        category=campaign.category,
        plan=campaign.plan,
    )
    if not deps.lanes.open_run(run):
        return
    if deps.catalogue.campaign(tenant_id, campaign.campaign_id).state is State.SENDING:
        deps.lanes.begin_run(run)
        wakes = (WakeLane(campaign.phone_number_id, lane) for lane in range(campaign.lanes))
        deps.lane_queue.send_all(Outgoing(wake) for wake in wakes)


def _dry_run(deps: Deps, task: LoadShard, campaign: Campaign, now: int) -> None:
    """The same verdicts as the load, with nothing kept but counts, samples and the first missing variables."""
    template = deps.catalogue.template(task.tenant_id, campaign.template_id)
    known = {f.key: f.kind for f in deps.catalogue.fields(task.tenant_id)}
    plan = compile_plan(template, campaign.variables, known, max(now, campaign.start_at or 0))
    contacts: Iterable[Contact] = deps.contacts.scan_shard(task.tenant_id, task.shard)
    sendable = 0
    skipped: Counter[str] = Counter()
    samples: list[dict[str, str]] = []
    missing: list[dict[str, str]] = []
    by_slot: Counter[str] = Counter()
    history = _history(deps, task, replace(campaign, frozen_at=now))
    for contact in contacts:
        verdict = judge(contact, history, purpose_of(template.category), plan)
        if isinstance(verdict, Recipient):
            sendable += 1
            if len(samples) < _SAMPLES:
                samples.append({"contact_id": contact.contact_id, "text": render_text(template, plan, verdict.values)})
        elif isinstance(verdict, Skip):
            skipped[verdict.reason] += 1
            if verdict.slot:
                by_slot[verdict.slot] += 1
            if verdict.slot and len(missing) < _MISSING_SHOWN:
                missing.append({"contact_id": contact.contact_id, "slot": verdict.slot})
    part = {
        "planned": sendable + skipped.total(),
        "sendable": sendable,
        "skipped": dict(skipped),
        "samples": samples,
        "missing": missing,
        "missing_by_slot": dict(by_slot),
    }
    deps.sends.put_dry_run(
        task.tenant_id, task.campaign_id, task.dry_run_id, task.shard, json.dumps(part, ensure_ascii=False), now
    )
