"""`campaign`: its books, its lanes, and why it is not sending."""

import argparse
from dataclasses import asdict, replace

from functions.campaign_dispatch.lane.logic.claims import segment_of
from functions.campaign_dispatch.load.beside import read_beside, waits_for
from functions.campaign_dispatch.sweep.logic.books import last_claim
from functions.campaign_dispatch.sweep.logic.step import NO_WORK
from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, moment, said_why
from infra.ops.incidents import shown as incident_shown
from infra.ops.tenant_log import deed
from infra.ops.why import Look, why_not_sending
from shared.clock import EpochMs, deadline_passed
from shared.domain.audit.actions import Action
from shared.domain.audit.kinds import Kind
from shared.domain.campaigns.books import COUNTS
from shared.domain.campaigns.campaign import Campaign, State, after
from shared.domain.campaigns.chunks import BooksNotReady
from shared.domain.campaigns.number_work import LaneState, NumberWork
from shared.domain.campaigns.standing import positions
from shared.domain.campaigns.stop_reasons import next_action
from shared.errors import NotFound
from shared.ids import CampaignId, TenantId
from shared.store.campaigns.books import read_books
from shared.store.campaigns.standing import read_standing
from shared.store.engine.audited import on_occasion

_BOOKS_MS = 60_000
_EVER = EpochMs(9_999_999_999_998)
"""The last moment (epoch ms) of thirteen digits, and the one before which the index can be asked for."""
OPEN = (State.SCHEDULED, State.LOADING, State.SENDING, State.PAUSED)


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "campaign", "a campaign")
    add_verb(verbs, "status", _status, "books, lanes, and why it is not sending", ("tenant", "campaign"))
    add_verb(verbs, "open", _open, "of all tenants, those that are scheduled, loading, sending or paused")
    what = "stop it for good, as its tenant can"
    cancel = add_verb(verbs, "cancel", _cancel, what, ("tenant", "campaign"), acts=True)
    said_why(cancel, "why, for the audit")


def _status(desk: Desk, args: argparse.Namespace) -> Answer:
    return status(desk, desk.tenant_named(args.tenant), CampaignId(args.campaign))


def _open(desk: Desk, args: argparse.Namespace) -> Answer:
    """However far off the sweep's next look at them is."""
    found = ((one, desk.campaigns.get(one.tenant_id, one.campaign_id)) for one in desk.campaigns.to_sweep(_EVER))
    return {
        "campaigns": [
            {"tenant": one.tenant_id, "campaign": one.campaign_id, "status": str(campaign.state), "name": campaign.name}
            for one, campaign in found
            if campaign.state in OPEN
        ]
    }


def _cancel(desk: Desk, args: argparse.Namespace) -> Answer:
    """What it was scheduled with is left: whatever that starts finds the campaign cancelled."""
    tenant_id, campaign_id = desk.tenant_named(args.tenant), CampaignId(args.campaign)
    known = desk.campaigns.get(tenant_id, campaign_id)

    def cancelled(current: Campaign) -> Campaign:
        if current.state is State.CANCELLED:
            return current
        return replace(current, state=after(current.state, "cancel"), reason="cancelled on request")

    def do() -> Answer:
        with on_occasion(deed(desk, tenant_id, Action.CAMPAIGN_CANCELLED, Kind.CAMPAIGN, campaign_id, args.reason)):
            campaign = desk.campaigns.change(tenant_id, campaign_id, cancelled)
        desk.lanes.runs.set_state(campaign.phone_number_id, campaign_id, "cancelled", campaign.reason)
        return {"status": str(campaign.state)}

    target = f"{tenant_id} {campaign_id}"
    return desk.act(args, "campaign.cancel", target, do, reason=args.reason, preview={"status": str(known.state)})


def status(desk: Desk, tenant_id: TenantId, campaign_id: CampaignId) -> Answer:
    """Raises NotFound."""
    look = look_at(desk, tenant_id, desk.campaigns.get(tenant_id, campaign_id))
    campaign = look.campaign
    lanes = range(campaign.lanes if campaign.sizes else 0)
    incidents = [one for one in desk.campaigns.incidents(tenant_id) if one.campaign_id == campaign_id]
    return {
        "campaign": campaign_id,
        "tenant": tenant_id,
        "name": campaign.name,
        "status": str(campaign.state),
        "reason": campaign.reason,
        "remedy": next_action(campaign.reason),
        "why_not_sending": [asdict(why) for why in why_not_sending(look)],
        "number": campaign.phone_number_id,
        "category": campaign.category,
        "moments": {
            name: moment(getattr(campaign, name))
            for name in ("created_at", "begins", "frozen_at", "started_at", "resumed_at", "finished_at", "held_until")
        },
        "last_claim": moment(last_claim(campaign, look.work)),
        "books": books(desk, tenant_id, campaign, look.work),
        "lanes": [lane_shown(campaign, look.work, lane, desk.now) for lane in lanes],
        "incidents": [incident_shown(one) for one in incidents],
    }


def look_at(desk: Desk, tenant_id: TenantId, campaign: Campaign) -> Look:
    """One look at a campaign as it is by now and what it depends on, with what the sweep would read."""
    work = NO_WORK
    if campaign.sizes:
        campaign, work = read_standing(desk.campaigns, desk.lanes, tenant_id, campaign)
    try:
        number = desk.accounts.number(tenant_id, campaign.phone_number_id)
    except NotFound:
        number = None
    try:
        template = desk.templates.get(tenant_id, campaign.template_id)
    except NotFound:
        template = None
    loading = campaign.state is State.LOADING
    waits = loading and waits_for(campaign, read_beside(desk.campaigns, tenant_id, campaign)) is not None
    return Look(campaign, work, number, template, waits, desk.now, desk.stops.of(tenant_id))


def books(desk: Desk, tenant_id: TenantId, campaign: Campaign, work: NumberWork) -> Answer:
    """As a report reads them; `balanced` is the promise that everybody is accounted for."""
    if not campaign.sizes and not campaign.skipped:
        return {}
    try:
        found, as_of = read_books(desk.sends, tenant_id, campaign, work, desk.now, deadline_passed(_BOOKS_MS))
    except BooksNotReady:
        return {"not_ready": "there are more than could be read in a minute: ask again, it goes on from there"}
    return {
        **{name: getattr(found, name) for name in COUNTS},
        "balanced": found.balanced,
        "as_of": moment(as_of),
        "failed_by_code": dict(found.failed_by.most_common()),
        "skipped_by_reason": dict(found.skipped_by.most_common()),
    }


def lane_shown(campaign: Campaign, work: NumberWork, lane: int, now: EpochMs) -> Answer:
    """One of its lanes, and where that stands in it."""
    state = work.lanes.get(lane) or LaneState(lane, 0, EpochMs(0), {}, {})
    run = next((run for run in work.runs if run.campaign_id == campaign.campaign_id), None)
    ours = [b for b in work.retries if b.campaign_id == campaign.campaign_id and b.lane == lane]
    claim = state.claims.get(campaign.campaign_id)
    return {
        "lane": lane,
        "run": run.state if run else "not on the number",
        "at": positions(campaign, work)[lane],
        "of": segment_of(run, lane).length if run else None,
        "lease": f"held or kept until {moment(state.expires_at)}" if state.expires_at > now else "free",
        "fence": state.fence,
        "last_tick": moment(state.claimed_at),
        "last_claim_of_it": moment(claim.at) if claim else None,
        "rate_per_second": state.rate / 1000,
        "retries_waiting": sum(len(batch.entries) for batch in ours),
        "next_retry": moment(min((batch.due for batch in ours), default=None)),
    }
