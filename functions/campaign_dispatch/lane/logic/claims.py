"""Which recipients a lane takes next: retries that are due first, then the running campaigns by their weight."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Segment
from shared.domain.campaigns.number_work import LaneState, NumberWork, RetryBatch, Run
from shared.ids import CampaignId


@dataclass(frozen=True, slots=True)
class Window:
    """What one tick claims: cursor moves by campaign, and whole batches of retries."""

    moves: Mapping[CampaignId, tuple[int, int]]
    retries: tuple[RetryBatch, ...]

    @property
    def empty(self) -> bool:
        return not self.moves and not self.retries


def segment_of(run: Run, lane: int) -> Segment:
    return Segment(run.sizes, lane, run.lanes)


def next_window(work: NumberWork, state: LaneState, budget: int, now: EpochMs) -> Window:
    """At most `budget` messages (`now` in epoch ms), shared by weight; what one campaign leaves goes to the others.

    Only a list of retries that is larger than the whole budget goes beyond it, alone: the rate may have fallen since
    the list was made, and it would wait for ever. Retries leave their campaign's cursor where it is, but the claim
    names it, because the grace period of what stays unknown counts from the last claim.
    """
    running = {run.campaign_id: run for run in work.runs if run.state == "running" and state.lane < run.lanes}
    retries: list[RetryBatch] = []
    left = budget
    for batch in work.retries:
        ours = batch.lane == state.lane and batch.due <= now and batch.campaign_id in running
        if ours and (len(batch.entries) <= left or not retries):
            retries.append(batch)
            left -= len(batch.entries)
    moves: dict[CampaignId, tuple[int, int]] = {
        batch.campaign_id: (state.cursors[batch.campaign_id],) * 2
        for batch in retries
        if batch.campaign_id in state.cursors
    }
    open_runs = {
        campaign_id: segment_of(run, state.lane).length - state.cursors[campaign_id]
        for campaign_id, run in running.items()
        if campaign_id in state.cursors
    }
    open_runs = {campaign_id: rest for campaign_id, rest in open_runs.items() if rest > 0}
    while left > 0 and open_runs:
        weights = sum(running[campaign_id].weight for campaign_id in open_runs)
        share_of = left
        for campaign_id in _in_turn({c: running[c].weight for c in open_runs}, now):
            share = max(1, share_of * running[campaign_id].weight // weights)
            take = min(share, open_runs[campaign_id], left)
            if take == 0:
                continue
            start, stop = moves.get(campaign_id, (state.cursors[campaign_id],) * 2)
            moves[campaign_id] = (start, stop + take)
            open_runs[campaign_id] -= take
            left -= take
        open_runs = {campaign_id: rest for campaign_id, rest in open_runs.items() if rest > 0}
    return Window(moves, tuple(retries))


def _in_turn(weights: Mapping[CampaignId, int], now: EpochMs) -> list[CampaignId]:
    """Who comes first changes with the seconds, by weight: at a low rate a window holds one campaign only."""
    order = sorted(weights)
    turn = now // 1000 % sum(weights.values())
    for i, campaign_id in enumerate(order):
        turn -= weights[campaign_id]
        if turn < 0:
            return order[i:] + order[:i]
    return order


def has_work(work: NumberWork, lane: int) -> bool:
    """Whether this lane has anybody left to write to, now or after a retry's delay."""
    running = {run.campaign_id: run for run in work.runs if run.state == "running" and lane < run.lanes}
    state = work.lanes.get(lane)
    cursors = state.cursors if state else {}
    unsent = any(cursors.get(c, 0) < segment_of(run, lane).length for c, run in running.items())
    return unsent or any(batch.lane == lane and batch.campaign_id in running for batch in work.retries)
