"""A cancellation that meets what a lane had claimed and never sent: that is cancelled, and not unknown."""

from dataclasses import replace
from typing import Any

import pytest

from functions.campaign_dispatch.lane.logic.claims import segment_of
from functions.campaign_dispatch.lane.results import Sent
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import after
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from shared.ids import CampaignId, new_ulid
from tests.support.engine import World, open_test_database

PEOPLE, CLAIMED = 80, 59
STOOD_STILL_MS = 60_000


def sweep(world: World, campaign_id: CampaignId) -> str:
    """Once its lane's lease is over."""
    return world.sweep(campaign_id, EpochMs(epoch_ms() + STOOD_STILL_MS))


def hold_lane(world: World, campaign_id: CampaignId) -> int:
    """Take the lane and claim as a worker would; returns the fence."""
    now = epoch_ms()
    state = world.deps.lanes.acquire(world.phone_number_id, 0, new_ulid(), "", now, EpochMs(now + 15_000))
    assert state is not None
    claim = {campaign_id: (0, CLAIMED)}
    world.deps.lanes.claim(world.phone_number_id, 0, state.fence, claim, new_ulid(), now, EpochMs(now + 15_000), 0)
    return state.fence


@pytest.fixture
def world(dynoxide: str) -> World:
    world = World(open_test_database(dynoxide))
    world.add_contacts(PEOPLE)
    return world


def claimed(world: World, campaign_id: CampaignId, run: Run, count: int, **more: Any) -> list[Sent]:
    """What the lane had in line: the first `count` people, of whom none was sent to."""
    found = []
    for block, slot in segment_of(run, 0).locate(0, count):
        recipient = world.deps.sends.read_block(world.tenant_id, campaign_id, block)[slot]
        found.append(Sent(run, block, slot, 1, recipient, **{"outcome": None, "kept": True, **more}))
    return found


def wake_up(world: World, fence: int, batch: list[Sent]) -> None:
    """The worker goes on where it stood, and stores what came of it."""
    world.results().settle(world.phone_number_id, 0, fence, batch, epoch_ms())


def cancel(world: World, campaign_id: CampaignId) -> None:
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda c: replace(c, state=after(c.state, "cancel")))
    world.deps.lanes.runs.set_state(world.phone_number_id, campaign_id, "cancelled")


@pytest.mark.parametrize(
    "came_to",
    [{}, {"kept": False, "outcome": Outcome(Kind.THROTTLED, "130429", Action.SLOW_DOWN)}],
    ids=["never sent", "refused for now"],
)
@pytest.mark.parametrize("taken_over", [True, False])
def test_a_lane_that_stood_still_gives_back_what_it_never_sent_as_cancelled(
    world: World, taken_over: bool, came_to: dict[str, Any]
) -> None:
    campaign = world.send_to_everybody()
    (run,) = world.deps.lanes.work(world.phone_number_id).runs
    fence = hold_lane(world, campaign)
    batch = claimed(world, campaign, run, CLAIMED, **came_to)
    cancel(world, campaign)
    if taken_over:
        later = EpochMs(epoch_ms() + STOOD_STILL_MS)
        assert world.deps.lanes.acquire(world.phone_number_id, 0, new_ulid(), "", later, EpochMs(later + 1)) is not None
    assert sweep(world, campaign) == "closed"
    assert world.books(campaign).unknown == CLAIMED
    wake_up(world, fence, batch)
    books = world.books(campaign)
    assert (books.cancelled, books.unknown, books.balanced) == (PEOPLE, 0, True)
    assert world.deps.lanes.work(world.phone_number_id).retries == ()


def test_of_a_campaign_that_goes_on_what_somebody_elses_lane_may_hold_stays_unknown(world: World) -> None:
    campaign = world.send_to_everybody()
    (run,) = world.deps.lanes.work(world.phone_number_id).runs
    fence = hold_lane(world, campaign)
    later = EpochMs(epoch_ms() + STOOD_STILL_MS)
    world.deps.lanes.acquire(world.phone_number_id, 0, new_ulid(), "", later, EpochMs(later + 1))
    wake_up(world, fence, claimed(world, campaign, run, CLAIMED))
    assert world.books(campaign).unknown == CLAIMED


def test_what_is_given_back_while_the_campaign_is_being_closed_is_cancelled_and_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = world.send_to_everybody()
    (run,) = world.deps.lanes.work(world.phone_number_id).runs
    fence = hold_lane(world, campaign)
    batch = claimed(world, campaign, run, CLAIMED)
    cancel(world, campaign)
    close_run = world.deps.lanes.runs.close

    def wake_up_first(*args: Any) -> None:
        if batch:
            wake_up(world, fence, list(batch))
            batch.clear()
        close_run(*args)

    monkeypatch.setattr(world.deps.lanes.runs, "close", wake_up_first)
    assert sweep(world, campaign) == "closed"
    books = world.books(campaign)
    assert (books.cancelled, books.unknown) == (PEOPLE, 0)
    assert world.deps.lanes.work(world.phone_number_id).retries == ()


def test_a_sweep_that_dies_between_list_and_outcome_leaves_nobody_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = world.send_to_everybody()
    (run,) = world.deps.lanes.work(world.phone_number_id).runs
    fence = hold_lane(world, campaign)
    wake_up(world, fence, claimed(world, campaign, run, CLAIMED))
    cancel(world, campaign)

    class Died(Exception):
        pass

    def die(*_args: object) -> bool:
        raise Died

    for store, call in ((world.deps.sends, "record"), (world.deps.lanes, "claim_retries")):
        with monkeypatch.context() as patch:
            patch.setattr(store, call, die)
            with pytest.raises(Died):
                sweep(world, campaign)
        assert world.books(campaign).unknown == 0
    assert sweep(world, campaign) == "closed"
    assert world.books(campaign).cancelled == PEOPLE
