"""Once a minute: start what is overdue, wake lanes that should run, settle, close, and check the books."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from functions.campaign_dispatch.lane.claims import has_work
from functions.campaign_dispatch.lane.trip import RecentOutcomes
from functions.campaign_dispatch.load.gate import waits_for_another
from functions.campaign_dispatch.sweep.parts import SweepParts
from shared.clients.queue import Outgoing
from shared.domain.campaigns.books import CANCELLED, Books, StatusChange
from shared.domain.campaigns.campaign import Campaign, State, after, resend_of
from shared.domain.campaigns.incident import Incident
from shared.domain.campaigns.number_work import OPENING, Claim, NumberWork, Run
from shared.domain.campaigns.standing import add_up
from shared.domain.campaigns.stop_reasons import Scope, meta_code
from shared.errors import Conflict
from shared.queue_messages import LoadShard, StartCampaign, WakeLane
from shared.services.campaign_resumption import let_lanes_go_on
from shared.services.campaign_stop import CampaignStop
from shared.store.campaigns.books import read_books, standings
from shared.store.campaigns.lanes import LeaseLost

_LOADER_SILENT_MS = 150_000
"""Two slices of a loader and some time in the queue."""
HELD_GRACE_MS = 24 * 3600 * 1000
"""What Meta keeps back is let go or dropped within about an hour (Meta, template pacing); a day leaves room."""
_FIGURES = ("planned", "sent", "failed", "skipped", "cancelled", "unknown", "waiting")


def sweep_campaign(parts: SweepParts, tenant_id: str, campaign_id: str, now: int) -> str:
    """Bring one campaign on. Returns what was done, for the log."""
    campaign = parts.catalogue.campaign(tenant_id, campaign_id)
    if campaign.closed and campaign.held_until is not None:
        return _give_up_on_held(parts, tenant_id, campaign) if now >= campaign.held_until else "closed"
    if campaign.state is State.SCHEDULED:
        parts.start_queue.send(StartCampaign(tenant_id, campaign_id), group=tenant_id)
        return "started"
    if campaign.state is State.LOADING:
        return _reload(parts, tenant_id, campaign, now)
    if not campaign.sizes:
        # Cancelled before its audience was frozen: nobody was in it yet.
        return _close(parts, tenant_id, campaign, {}, now)
    work = parts.lanes.work(campaign.phone_number_id)
    run = next((r for r in work.runs if r.campaign_id == campaign_id), None)
    if run is None and campaign.state is State.SENDING and not campaign.cursors:
        parts.opening.put_before_lanes(tenant_id, campaign, now)
        return "opened"
    if run is not None:
        _agree(parts, tenant_id, campaign, run, now)
    if campaign.state is State.CANCELLED:
        return _close_cancelled(parts, tenant_id, campaign, run, work, now)
    if campaign.state is State.COMPLETED:
        return _close(parts, tenant_id, campaign, _cursors(campaign, work), now)
    if campaign.state is State.SENDING:
        return _follow(parts, tenant_id, campaign, work, now)
    return "waiting"


def _reload(parts: SweepParts, tenant_id: str, campaign: Campaign, now: int) -> str:
    """Queue the shards again whose worker said nothing for so long that it must have died. When all are loaded and the
    campaign still is not before its lanes, the last worker died: any shard does its last step again."""
    if waits_for_another(parts.catalogue, tenant_id, campaign):
        return "waiting"
    progress = parts.sends.load_progress(tenant_id, campaign.campaign_id)
    silent = [
        shard
        for shard, end in enumerate(progress)
        if not (end and end.end)
        and now - max(campaign.frozen_at, end.at if end else 0) > _LOADER_SILENT_MS
        and not _keeps(parts, tenant_id, campaign, shard, now)
    ]
    if all(end and end.end for end in progress):
        silent = [0]
    parts.load_queue.send_all(
        Outgoing(LoadShard(tenant_id, campaign.campaign_id, shard), tenant_id) for shard in silent
    )
    return "reloading" if silent else "loading"


def _keeps(parts: SweepParts, tenant_id: str, campaign: Campaign, shard: int, now: int) -> bool:
    """Whether a loader that sealed nothing kept lately how far it came: few of the shard's people are meant."""
    kept = parts.slices.kept(tenant_id, campaign.campaign_id, "", shard)
    return kept is not None and now - kept.at <= _LOADER_SILENT_MS


def _agree(parts: SweepParts, tenant_id: str, campaign: Campaign, run: Run, now: int) -> None:
    """The campaign's state is the truth; a crash may have come between changing it and telling the lanes."""
    wanted = {State.SENDING: "running", State.PAUSED: "paused", State.CANCELLED: "cancelled"}.get(campaign.state)
    if wanted == "running" and run.state == OPENING:
        # Opened perhaps after the campaign was read here, sent and closed: that has to be looked at again.
        parts.opening.put_before_lanes(tenant_id, campaign, now)
    elif wanted == "running" and run.state == "paused":
        let_lanes_go_on(parts.catalogue, parts.lanes, tenant_id, campaign)
    elif wanted is not None and run.state != wanted:
        parts.lanes.set_run_state(run.phone_number_id, run.campaign_id, wanted, campaign.reason)


def _follow(parts: SweepParts, tenant_id: str, campaign: Campaign, work: NumberWork, now: int) -> str:
    for lane in range(campaign.lanes):
        state = work.lanes.get(lane)
        if has_work(work, lane) and (state is None or state.expires_at < now):
            parts.lane_queue.send(WakeLane(campaign.phone_number_id, lane), group=tenant_id)
    recent = RecentOutcomes(campaign, work)
    books = add_up(campaign, recent.watch(standings(parts.sends, tenant_id, campaign, work)))
    if not books.balanced:
        parts.catalogue.put_incident(tenant_id, _incident(campaign, books, now))
        return "unbalanced"
    if books.waiting and (code := recent.failure()):
        CampaignStop(parts.catalogue, parts.lanes)(tenant_id, campaign.campaign_id, Scope.CAMPAIGN, meta_code(code))
        return "tripped"
    if books.unsettled and books.waiting == 0 and _last_claim(campaign, work) + parts.unknown_grace_ms < now:
        _give_up_on_unknown(parts, tenant_id, campaign, work)
        books = read_books(parts.sends, parts.lanes, tenant_id, campaign)
    if books.settled:
        return _complete(parts, tenant_id, campaign, work, now)
    return "sending"


def _incident(campaign: Campaign, books: Books, now: int) -> Incident:
    figures = {name: getattr(books, name) for name in _FIGURES}
    return Incident(campaign.campaign_id, "books_unbalanced", now, figures)


def _last_claim(campaign: Campaign, work: NumberWork) -> int:
    claims = [
        lane.claims[campaign.campaign_id].at for lane in work.lanes.values() if campaign.campaign_id in lane.claims
    ]
    return max(claims, default=0)


def _give_up_on_unknown(parts: SweepParts, tenant_id: str, campaign: Campaign, work: NumberWork) -> None:
    """Policy `hold`: what was not confirmed within the grace period is shown as such and never sent again by itself."""
    for block in standings(parts.sends, tenant_id, campaign, work):
        if lost := block.unsettled:
            parts.sends.record(tenant_id, campaign.campaign_id, block.number, StatusChange(unconfirmed=lost))


def _give_up_on_held(parts: SweepParts, tenant_id: str, campaign: Campaign) -> str:
    """What Meta kept back and was never heard of again is unknown. No policy sends it again by itself: Meta may still
    let it go."""
    for block in standings(parts.sends, tenant_id, campaign, parts.lanes.work(campaign.phone_number_id)):
        if kept := block.status.kept_back():
            parts.sends.record(tenant_id, campaign.campaign_id, block.number, StatusChange(unconfirmed=set(kept)))
    parts.catalogue.change_campaign(tenant_id, campaign.campaign_id, lambda current: replace(current, held_until=None))
    return "held settled"


def _complete(parts: SweepParts, tenant_id: str, campaign: Campaign, work: NumberWork, now: int) -> str:
    cursors = _cursors(campaign, work)

    def complete(current: Campaign) -> Campaign:
        return replace(current, state=after(current.state, "complete"), cursors=tuple(cursors.values()))

    try:
        campaign = parts.catalogue.change_campaign(tenant_id, campaign.campaign_id, complete)
    except Conflict:
        return "changed"
    return _close(parts, tenant_id, campaign, cursors, now)


def _close(parts: SweepParts, tenant_id: str, campaign: Campaign, cursors: Mapping[int, int], now: int) -> str:
    """Take it off its number and note the end; until that is noted, the sweep comes back to it."""
    books = read_books(parts.sends, parts.lanes, tenant_id, campaign)
    if campaign.state is State.COMPLETED and campaign.unknown_policy == "resend" and books.unknown:
        _resend_unknown(parts, tenant_id, campaign, now)
    try:
        parts.lanes.close_run(campaign.phone_number_id, campaign.campaign_id, campaign.lanes, cursors, now)
    except LeaseLost:
        return "closing"
    if campaign.state is State.CANCELLED:
        # A lane that stood still may have given back what it had claimed since that was looked at; now none can.
        _cancel_retries(parts, tenant_id, campaign, parts.lanes.work(campaign.phone_number_id))

    def end(current: Campaign) -> Campaign:
        held_until = now + HELD_GRACE_MS if books.held else None
        return current if current.finished_at else replace(current, finished_at=now, held_until=held_until)

    parts.catalogue.change_campaign(tenant_id, campaign.campaign_id, end)
    return "closed"


def _resend_unknown(parts: SweepParts, tenant_id: str, campaign: Campaign, now: int) -> None:
    """What the campaign's policy asks for. Before the end is noted, so that a crash does not lose it."""
    again = resend_of(campaign, now)
    with suppress(Conflict):
        parts.catalogue.create_campaign(tenant_id, again)
    parts.start_queue.send(StartCampaign(tenant_id, again.campaign_id), group=tenant_id)


def _cursors(campaign: Campaign, work: NumberWork) -> Mapping[int, int]:
    """Each lane's last position: where the lane stands, or what was kept when it was taken off the lane."""
    kept = dict(enumerate(campaign.cursors))
    return {
        lane: work.lanes[lane].cursors.get(campaign.campaign_id, kept.get(lane, 0)) if lane in work.lanes else 0
        for lane in range(campaign.lanes)
    }


def _close_cancelled(
    parts: SweepParts, tenant_id: str, campaign: Campaign, run: Run | None, work: NumberWork, now: int
) -> str:
    """Once its lanes have seen the cancellation, give waiting retries their outcome and take it off the number."""
    if run is not None and run.state != "cancelled":
        return "cancelling"
    if any(lane.expires_at > now and _claimed_lately(campaign, lane.claims, now) for lane in work.lanes.values()):
        return "cancelling"
    _cancel_retries(parts, tenant_id, campaign, work)
    cursors = _cursors(campaign, work)

    def close(current: Campaign) -> Campaign:
        return replace(current, cursors=tuple(cursors.values()))

    parts.catalogue.change_campaign(tenant_id, campaign.campaign_id, close)
    return _close(parts, tenant_id, campaign, cursors, now)


def _cancel_retries(parts: SweepParts, tenant_id: str, campaign: Campaign, work: NumberWork) -> None:
    """Nobody will send what waits on the retry lists of a cancelled campaign. The outcome before the list goes: who
    dies in between leaves nobody without one."""
    for batch in work.retries:
        if batch.campaign_id != campaign.campaign_id:
            continue
        for block in sorted({block for block, _, _ in batch.entries}):
            slots = {slot: CANCELLED for of, slot, _ in batch.entries if of == block}
            parts.sends.record(tenant_id, campaign.campaign_id, block, StatusChange(failed=slots))
        parts.lanes.claim_retries(campaign.phone_number_id, batch)


def _claimed_lately(campaign: Campaign, claims: Mapping[str, Claim], now: int) -> bool:
    claim = claims.get(campaign.campaign_id)
    return claim is not None and claim.at > now - 45_000
