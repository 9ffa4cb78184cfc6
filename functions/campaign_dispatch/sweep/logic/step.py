"""What the sweep does next with a campaign, decided from one look at it and at its number."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from functions.campaign_dispatch.lane.logic.claims import has_work
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.number_work import OPENING, Claim, NumberWork, Run
from shared.domain.campaigns.standing import positions
from shared.ids import CampaignId

JUST_CLAIMED_MS = 45_000
"""So long after its last claim a lane that holds its lease may still be sending."""
NO_WORK = NumberWork((), {}, ())
"""What is looked at of the number while nobody is in the campaign yet."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is to be done now; `why` is for the log."""

    why: str


@dataclass(frozen=True, slots=True)
class Start:
    """Announce the start again: it is overdue."""


@dataclass(frozen=True, slots=True)
class Load:
    """Look after those who load it."""


@dataclass(frozen=True, slots=True)
class Open:
    """Put it before its lanes."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Wake these lanes, and look at the books."""

    wake: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """Take it off its number. `cursors`: where each of its lanes stands."""

    cursors: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class CloseCancelled:
    """Keep where its lanes stand, give back what waits for another try, then take it off its number."""


@dataclass(frozen=True, slots=True)
class SettleHeld:
    """Give up on what Meta kept back and was never heard of again."""


Step = Rest | Start | Load | Open | Follow | Close | CloseCancelled | SettleHeld


class Correction(StrEnum):
    """What the lanes are told where a run does not say what its campaign does; the last three are states of a run."""

    OPEN = "open"
    GO_ON = "go_on"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"


_RUN_STATES = {
    State.SENDING: Correction.RUNNING,
    State.PAUSED: Correction.PAUSED,
    State.CANCELLED: Correction.CANCELLED,
}


def next_step(campaign: Campaign, work: NumberWork, now: EpochMs) -> Step:
    """`work` is NO_WORK for a campaign without sizes; `now` in epoch ms."""
    if campaign.closed and campaign.held_until is not None:
        return SettleHeld() if now >= campaign.held_until else Rest("closed")
    if campaign.state is State.SCHEDULED:
        return Start() if campaign.begins is None or now >= campaign.begins else Rest("scheduled")
    if campaign.state is State.LOADING:
        return Load()
    if not campaign.sizes:
        # Cancelled before its audience was frozen: nobody was in it yet.
        return Close({})
    run = _run_of(campaign, work)
    if campaign.state is State.CANCELLED:
        lanes_know = run is None or run.state == Correction.CANCELLED
        if not lanes_know or _may_be_sending(campaign, work, now):
            return Rest("cancelling")
        return CloseCancelled()
    if campaign.state is State.COMPLETED:
        return Close(positions(campaign, work))
    if campaign.state is not State.SENDING:
        return Rest("waiting")
    if run is None and not campaign.cursors:
        return Open()
    return Follow(tuple(lane for lane in range(campaign.lanes) if has_work(work, lane) and not _held(work, lane, now)))


def correction(campaign: Campaign, work: NumberWork) -> Correction | None:
    """The campaign's state is the truth; a crash may have come between changing it and telling the lanes."""
    run = _run_of(campaign, work)
    target = _RUN_STATES.get(campaign.state)
    if run is None or target is None or run.state == target or campaign.held_until is not None:
        return None
    if target is Correction.RUNNING and run.state == OPENING:
        return Correction.OPEN
    if target is Correction.RUNNING and run.state == Correction.PAUSED:
        return Correction.GO_ON
    return target


def _run_of(campaign: Campaign, work: NumberWork) -> Run | None:
    return next((run for run in work.runs if run.campaign_id == campaign.campaign_id), None)


def _held(work: NumberWork, lane: int, now: EpochMs) -> bool:
    state = work.lanes.get(lane)
    return state is not None and state.expires_at >= now


def _may_be_sending(campaign: Campaign, work: NumberWork, now: EpochMs) -> bool:
    """Whether a lane at work may not have seen the cancellation yet."""
    return any(lane.expires_at > now and _claimed_lately(campaign, lane.claims, now) for lane in work.lanes.values())


def _claimed_lately(campaign: Campaign, claims: Mapping[CampaignId, Claim], now: EpochMs) -> bool:
    claim = claims.get(campaign.campaign_id)
    return claim is not None and claim.at > now - JUST_CLAIMED_MS
