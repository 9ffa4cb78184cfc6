"""A campaign's turn: start it if overdue, wake lanes that should run, settle, close, and check the books."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from functions.campaign_dispatch.lane.logic.trip import RecentOutcomes
from functions.campaign_dispatch.lane.reservation import wake_and_keep
from functions.campaign_dispatch.load.beside import read_beside, take_place, waits_for
from functions.campaign_dispatch.sweep.leftovers import cancel_retries, resend_unknown
from functions.campaign_dispatch.sweep.logic.books import Finding, incident, judge, last_claim
from functions.campaign_dispatch.sweep.logic.ending import (
    all_claimed,
    asks_for_a_resend,
    completed,
    ended,
    still_held_until,
    with_positions,
)
from functions.campaign_dispatch.sweep.logic.loading import silent_shards, waiting
from functions.campaign_dispatch.sweep.logic.rest import put_to_rest
from functions.campaign_dispatch.sweep.logic.step import (
    NO_WORK,
    Close,
    CloseCancelled,
    Correction,
    Follow,
    Load,
    Open,
    Rest,
    SettleHeld,
    Start,
    correction,
    next_step,
)
from functions.campaign_dispatch.sweep.parts import SweepParts
from functions.campaign_dispatch.sweep.watch import note_books, note_standstill, note_standstill_of_load, say_books
from shared.clients.queue import Outgoing
from shared.clock import EpochMs, deadline_passed
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.chunks import FOR_SWEEP, BooksNotReady
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.standing import positions
from shared.domain.campaigns.stop_reasons import Scope, meta_code
from shared.errors import Conflict
from shared.ids import CampaignId, TenantId
from shared.queue_messages import AccountForPeople, LoadShard, StartCampaign
from shared.services.campaign_resumption import let_lanes_go_on
from shared.services.campaign_stop import CampaignStop
from shared.store.campaigns.books import CampaignBooks, OutOfTime
from shared.store.campaigns.runs import LeaseLost

BOOKS_MS = 45_000
"""For how long a turn may read the books: some 400 chunks. The next one, a minute later, goes on from there."""
_JUST_READ_MS = 600_000
"""What was read so lately is not read again before a campaign is closed, so that the turns of a large one get there."""


def sweep_campaign(
    parts: SweepParts,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    now: EpochMs,
    out_of_time: OutOfTime | None = None,
) -> str:
    """Bring one campaign on. Returns what was done, for the log. Its books are read until `out_of_time`, or for
    BOOKS_MS."""
    try:
        return _bring_on(parts, tenant_id, campaign_id, now, out_of_time or deadline_passed(BOOKS_MS))
    except BooksNotReady:
        return "reading the books"


def _bring_on(
    parts: SweepParts, tenant_id: TenantId, campaign_id: CampaignId, now: EpochMs, out_of_time: OutOfTime
) -> str:
    campaign = parts.campaigns.get(tenant_id, campaign_id)
    # Not before the campaign, as whoever only looks does (`read_standing`): of one that was cancelled, what its lanes
    # did before they heard of it must be in here. That it may be off its number by now is met by what is written.
    work = parts.lanes.work(campaign.phone_number_id) if campaign.sizes else NO_WORK
    note_standstill(parts, tenant_id, campaign, work, now)
    if wrong := correction(campaign, work):
        _correct(parts, tenant_id, campaign, wrong, now)
    match next_step(campaign, work, now):
        case Rest(why):
            _let_rest(parts, tenant_id, campaign, now, corrected=bool(wrong))
            return why
        case Start():
            return _start(parts, tenant_id, campaign)
        case Load():
            return _reload(parts, tenant_id, campaign, now)
        case Open():
            parts.opening.put_before_lanes(tenant_id, campaign, now)
            return "opened"
        case Follow(wake):
            _wake(parts, tenant_id, campaign, work, wake, now)
            return _follow(parts, tenant_id, campaign, work, now, out_of_time)
        case Close(cursors):
            return _close(parts, tenant_id, campaign, cursors, now, out_of_time)
        case CloseCancelled():
            return _close_cancelled(parts, tenant_id, campaign, work, now, out_of_time)
        case SettleHeld():
            return _give_up_on_held(parts, tenant_id, campaign, work, now, out_of_time)


def _start(parts: SweepParts, tenant_id: TenantId, campaign: Campaign) -> str:
    """Announce an overdue start again, unless operators have stopped sending."""
    if parts.stops.of(tenant_id) is not None:
        return "stopped"
    parts.start_queue.send(StartCampaign(tenant_id, campaign.campaign_id), group=tenant_id)
    return "started"


def _correct(parts: SweepParts, tenant_id: TenantId, campaign: Campaign, wrong: Correction, now: EpochMs) -> None:
    match wrong:
        case Correction.OPEN:
            # Opened perhaps after the campaign was read here, sent and closed: that has to be looked at again.
            parts.opening.put_before_lanes(tenant_id, campaign, now)
        case Correction.GO_ON:
            let_lanes_go_on(parts.campaigns, parts.lanes, tenant_id, campaign)
        case Correction.RUNNING | Correction.PAUSED | Correction.CANCELLED:
            parts.lanes.runs.set_state(campaign.phone_number_id, campaign.campaign_id, wrong.value, campaign.reason)


def _let_rest(parts: SweepParts, tenant_id: TenantId, campaign: Campaign, now: EpochMs, *, corrected: bool) -> None:
    """Note when to come back, where that is not the next minute."""
    rest = partial(put_to_rest, now=now, corrected=corrected)
    if rest(campaign) != campaign:
        parts.campaigns.change(tenant_id, campaign.campaign_id, rest)


def _reload(parts: SweepParts, tenant_id: TenantId, campaign: Campaign, now: EpochMs) -> str:
    """Queue the shards again whose worker must have died; while it waits for another campaign, say so."""
    try:
        campaign = take_place(parts.campaigns, tenant_id, campaign)
    except Conflict:
        return "changed"
    other = waits_for(campaign, read_beside(parts.campaigns, tenant_id, campaign))
    if other is not None:
        wait = partial(waiting, other=other.campaign_id, now=now)
        parts.campaigns.change(tenant_id, campaign.campaign_id, wait)
    if other is not None or not campaign.load_order:
        return "waiting"
    progress = parts.sends.load_progress(tenant_id, campaign.campaign_id)
    kept = {
        shard: parts.slices.kept(tenant_id, campaign.campaign_id, "", shard)
        for shard in silent_shards(progress, {}, campaign.frozen_at, now)
    }
    kept_at = {shard: one.at for shard, one in kept.items() if one}
    note_standstill_of_load(tenant_id, campaign, progress, kept_at, now)
    silent = silent_shards(progress, kept_at, campaign.frozen_at, now)
    parts.load_queue.send_all(
        Outgoing(LoadShard(tenant_id, campaign.campaign_id, shard), tenant_id) for shard in silent
    )
    return "reloading" if silent else "loading"


def _wake(
    parts: SweepParts, tenant_id: TenantId, campaign: Campaign, work: NumberWork, wake: tuple[int, ...], now: EpochMs
) -> None:
    """Nobody while operators have stopped sending: they would find that out, and end."""
    if not wake or parts.stops.of(tenant_id) is not None:
        return
    for lane in wake:
        fence = work.lanes[lane].fence if lane in work.lanes else 0
        wake_and_keep(parts.lanes, parts.lane_queue, tenant_id, campaign.phone_number_id, lane, fence=fence, now=now)


def _follow(
    parts: SweepParts,
    tenant_id: TenantId,
    campaign: Campaign,
    work: NumberWork,
    now: EpochMs,
    out_of_time: OutOfTime,
) -> str:
    """That nobody waits follows from cursors and retry lists; that nobody is unsettled, from chunks in which nobody
    is. Neither can be undone, so no summary is too old for it to be complete."""
    recent = RecentOutcomes(campaign, work)
    look = CampaignBooks(parts.sends, tenant_id, campaign, work, now, FOR_SWEEP, out_of_time)
    look.look(recent.first, recent.note)
    note_books(tenant_id, campaign, look.books, now)
    code, claimed_at, grace_ms = recent.failure(), last_claim(campaign, work), parts.unknown_grace_ms
    finding = judge(look.books, code, last_claim=claimed_at, grace_ms=grace_ms, now=now)
    if finding is Finding.LOST:
        # Policy `hold`: what was not confirmed within the grace period is shown as such, never sent again by itself.
        look.give_up(lambda chunk: chunk.unsettled > 0, lambda block: block.unsettled)
        finding = Finding.SETTLED if look.books.settled else Finding.SENDING
    elif finding is Finding.SENDING:
        look.catch_up()
        finding = judge(look.books, code, last_claim=claimed_at, grace_ms=grace_ms, now=now)
    match finding:
        case Finding.UNBALANCED:
            parts.campaigns.put_incident(tenant_id, incident(campaign, look.books, now))
            return "unbalanced"
        case Finding.FAILING:
            stop = CampaignStop(parts.campaigns, parts.lanes)
            stop(tenant_id, campaign.campaign_id, Scope.CAMPAIGN, meta_code(code))
            return "tripped"
        case Finding.SETTLED if all_claimed(campaign, positions(campaign, work)):
            return _complete(parts, tenant_id, campaign, work, now, out_of_time)
        case _:
            return "sending"


def _give_up_on_held(
    parts: SweepParts,
    tenant_id: TenantId,
    campaign: Campaign,
    work: NumberWork,
    now: EpochMs,
    out_of_time: OutOfTime,
) -> str:
    """What Meta kept back and was never heard of again is unknown. No policy sends it again by itself: Meta may still
    let it go. Who had no outcome when a chunk was summed up may have been kept back since."""
    look = CampaignBooks(parts.sends, tenant_id, campaign, work, now, FOR_SWEEP, out_of_time)
    look.look()
    note_books(tenant_id, campaign, look.books, now)
    held_until = still_held_until(campaign, look.books, now)
    if held_until is None and not look.give_up(
        lambda chunk: chunk.held > 0 or chunk.unsettled > 0, lambda block: set(block.status.kept_back())
    ):
        return "settling held"
    parts.campaigns.change(tenant_id, campaign.campaign_id, lambda current: replace(current, held_until=held_until))
    return "held settled" if held_until is None else "held still"


def _complete(
    parts: SweepParts,
    tenant_id: TenantId,
    campaign: Campaign,
    work: NumberWork,
    now: EpochMs,
    out_of_time: OutOfTime,
) -> str:
    try:
        campaign = parts.campaigns.change(tenant_id, campaign.campaign_id, lambda current: completed(current, work))
    except Conflict:
        return "changed"
    return _close(parts, tenant_id, campaign, dict(enumerate(campaign.cursors)), now, out_of_time)


def _close(
    parts: SweepParts,
    tenant_id: TenantId,
    campaign: Campaign,
    cursors: Mapping[int, int],
    now: EpochMs,
    out_of_time: OutOfTime,
) -> str:
    """Take it off its number and note the end; until that is noted, the sweep comes back to it.

    Of somebody without an outcome (there may be some when it was cancelled) it may have been stored since a chunk was
    summed up that Meta keeps them back, so those chunks are read again."""
    work = parts.lanes.work(campaign.phone_number_id)
    look = CampaignBooks(parts.sends, tenant_id, campaign, work, now, FOR_SWEEP, out_of_time)
    look.look()
    look.refresh(lambda chunk: chunk.unsettled > 0, EpochMs(now - _JUST_READ_MS))
    if asks_for_a_resend(campaign, look.books) and look.has_unknown():
        resend_unknown(parts, tenant_id, campaign, now)
    try:
        parts.lanes.runs.close(campaign.phone_number_id, campaign.campaign_id, campaign.lanes, cursors, now)
    except LeaseLost:
        return "closing"
    if campaign.state is State.CANCELLED:
        # A lane that stood still may have given back what it had claimed since that was looked at; now none can.
        cancel_retries(parts, tenant_id, campaign, parts.lanes.work(campaign.phone_number_id))
    # Before the end is noted: until then it is done again.
    parts.load_queue.send(AccountForPeople(tenant_id, campaign.campaign_id, 0, 0), group=tenant_id)
    say_books(books := look.books)
    parts.campaigns.change(tenant_id, campaign.campaign_id, lambda current: ended(current, books, now))
    return "closed"


def _close_cancelled(
    parts: SweepParts,
    tenant_id: TenantId,
    campaign: Campaign,
    work: NumberWork,
    now: EpochMs,
    out_of_time: OutOfTime,
) -> str:
    """Its lanes have seen the cancellation: give waiting retries their outcome and take it off the number."""
    cancel_retries(parts, tenant_id, campaign, work)
    kept = parts.campaigns.change(tenant_id, campaign.campaign_id, lambda current: with_positions(current, work))
    return _close(parts, tenant_id, kept, dict(enumerate(kept.cursors)), now, out_of_time)
