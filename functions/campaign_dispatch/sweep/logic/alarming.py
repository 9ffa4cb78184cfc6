"""What of a campaign must wake somebody although no call of ours failed. Pure; moments are epoch ms."""

from collections.abc import Mapping, Sequence

from functions.campaign_dispatch.lane.logic.claims import segment_of
from functions.campaign_dispatch.sweep.logic.loading import silent_shards
from shared.clock import EpochMs
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.number_work import NumberWork, Run

STUCK_MS = 300_000
"""A start that is overdue, or work that no worker was seen at, for so long. A lane that is alive renews its lease every
second, however long Meta has it wait."""
UNHEARD_MS = 900_000
"""Statuses come within seconds of a message, and are folded within a minute."""
_SOME = 50
_MANY_UNKNOWN = 100
_SHARE_UNKNOWN = 0.05


def is_stuck(campaign: Campaign, work: NumberWork, now: EpochMs) -> bool:
    """Whether people of a campaign that is to be sent wait, and nobody sends. What its tenant, Meta or the plan has
    stopped is not stuck; nor is one that loads, see `load_is_stuck`."""
    if campaign.state is State.SCHEDULED:
        begins = campaign.begins if campaign.begins is not None else campaign.created_at
        return now - begins > STUCK_MS
    if campaign.state is not State.SENDING:
        return False
    run = next((run for run in work.runs if run.campaign_id == campaign.campaign_id), None)
    if run is None:
        return not campaign.cursors and now - campaign.frozen_at > STUCK_MS
    return any(_stands(campaign, run, work, lane, now) for lane in range(run.lanes))


def load_is_stuck(
    progress: Sequence[SealedBlock | None], kept_at: Mapping[int, EpochMs], frozen_at: EpochMs, now: EpochMs
) -> bool:
    """Whether shards were queued again and still nobody works on them; see `silent_shards`."""
    if all(last and last.end for last in progress):
        return now - max((last.at for last in progress if last), default=frozen_at) > STUCK_MS
    return bool(silent_shards(progress, kept_at, frozen_at, EpochMs(now - STUCK_MS)))


def much_is_unknown(books: Books) -> bool:
    """Whether nobody knows of more than a twentieth of those written to whether they have it. What is in flight counts,
    so it must be so for minutes to mean something."""
    written = books.sent + books.failed + books.unknown
    return books.unknown >= _MANY_UNKNOWN and books.unknown > written * _SHARE_UNKNOWN


def is_unheard(campaign: Campaign, books: Books, now: EpochMs) -> bool:
    """Whether Meta took messages a while ago and told of none what became of it: its webhooks do not come here.
    One that stood still is listened to anew from when it went on."""
    began = None if campaign.started_at is None else max(campaign.started_at, campaign.resumed_at or 0)
    heard = books.delivered or books.billable or books.priced
    return began is not None and now - began > UNHEARD_MS and books.sent - books.held >= _SOME and not heard


def _stands(campaign: Campaign, run: Run, work: NumberWork, lane: int, now: EpochMs) -> bool:
    state = work.lanes.get(lane)
    seen = max(run.frozen_at, campaign.resumed_at or 0, state.claimed_at if state else 0)
    if now - seen <= STUCK_MS:
        return False
    done = state.cursors.get(run.campaign_id, 0) if state else 0
    batches = [batch for batch in work.retries if batch.lane == lane and batch.campaign_id == run.campaign_id]
    return done < segment_of(run, lane).length or any(now - batch.due > STUCK_MS for batch in batches)
