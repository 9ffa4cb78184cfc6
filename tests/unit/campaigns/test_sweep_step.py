"""What the sweep does next with a campaign, for every state of it, of its run and of its lanes."""

from dataclasses import replace

import pytest

from functions.campaign_dispatch.sweep.logic.step import (
    JUST_CLAIMED_MS,
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
    Step,
    correction,
    next_step,
)
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.number_work import Claim, LaneState
from shared.ids import CampaignId
from tests.support.campaigns import a_campaign
from tests.unit.campaigns.lane_samples import batch, lane, run, work

NOW = EpochMs(1_000_000)
SIZES = (100,) + (0,) * 15


def campaign(state: State, **changes: object) -> Campaign:
    known = a_campaign("c1", state=state, sizes=SIZES)
    return replace(known, **changes)  # type: ignore[arg-type]


def held(cursor: int, expires_at: EpochMs, claimed_at: EpochMs | None = None) -> LaneState:
    claims = {} if claimed_at is None else {CampaignId("c1"): Claim(0, cursor, claimed_at)}
    return replace(lane({CampaignId("c1"): cursor}), expires_at=expires_at, claims=claims)


def test_a_scheduled_campaign_is_not_started_before_it_begins() -> None:
    spread = campaign(State.SCHEDULED, sizes=(), start_at=EpochMs(NOW - 1000), begins_at=NOW)
    assert next_step(spread, NO_WORK, EpochMs(NOW - 1)) == Rest("scheduled")
    assert next_step(spread, NO_WORK, NOW) == Start()


@pytest.mark.parametrize(
    ("state", "step"), [(State.SCHEDULED, Start()), (State.LOADING, Load()), (State.CANCELLED, Close({}))]
)
def test_before_anybody_is_in_it(state: State, step: Step) -> None:
    assert next_step(campaign(state, sizes=()), NO_WORK, NOW) == step


@pytest.mark.parametrize("state", [State.COMPLETED, State.CANCELLED])
@pytest.mark.parametrize(("held_until", "step"), [(NOW + 1, Rest("closed")), (NOW, SettleHeld())])
def test_what_meta_keeps_back_is_given_up_on_at_its_time_and_not_before(
    state: State, held_until: int, step: Step
) -> None:
    closed = campaign(state, finished_at=NOW - 5, held_until=held_until, cursors=(100,))
    assert next_step(closed, work([]), NOW) == step


def test_one_that_sends_and_is_on_no_lane_is_put_before_them() -> None:
    assert next_step(campaign(State.SENDING), work([run(CampaignId("another"))]), NOW) == Open()


def test_one_that_sends_and_was_taken_off_its_lanes_is_not_put_before_them_again() -> None:
    assert next_step(campaign(State.SENDING, cursors=(100,)), work([]), NOW) == Follow(())


@pytest.mark.parametrize(("expires_at", "woken"), [(NOW - 1, (0,)), (NOW, ()), (NOW + 1, ())])
def test_a_lane_with_people_left_is_woken_once_nobody_holds_it(expires_at: EpochMs, woken: tuple[int, ...]) -> None:
    assert next_step(campaign(State.SENDING), work([run()], held(10, expires_at)), NOW) == Follow(woken)


def test_a_lane_that_nobody_ever_took_is_woken() -> None:
    assert next_step(campaign(State.SENDING), work([run()]), NOW) == Follow((0,))


def test_each_lane_is_woken_for_itself() -> None:
    sizes = (10,) * 16
    found = next_step(campaign(State.SENDING, sizes=sizes, lanes=4), work([replace(run(), sizes=sizes, lanes=4)]), NOW)
    assert found == Follow((0, 1, 2, 3))


def test_a_lane_that_is_done_sleeps_unless_somebody_waits_for_another_try() -> None:
    done = held(100, EpochMs(NOW - 1))
    assert next_step(campaign(State.SENDING), work([run()], done), NOW) == Follow(())
    assert next_step(campaign(State.SENDING), work([run()], done, [batch(2)]), NOW) == Follow((0,))


def test_lanes_are_not_woken_for_a_run_that_stands_still() -> None:
    assert next_step(campaign(State.SENDING), work([run(state="paused")]), NOW) == Follow(())


def test_one_that_is_paused_waits() -> None:
    assert next_step(campaign(State.PAUSED), work([run(state="paused")], held(10, EpochMs(NOW - 1))), NOW) == Rest(
        "waiting"
    )


def test_one_that_is_complete_is_closed_where_its_lanes_stand() -> None:
    assert next_step(campaign(State.COMPLETED), work([run()], held(100, EpochMs(NOW - 1))), NOW) == Close({0: 100})


@pytest.mark.parametrize("live", [{}, {CampaignId("c1"): 0}], ids=["taken off", "put back by an opener"])
def test_a_lane_it_was_taken_off_stands_where_was_kept(live: dict[CampaignId, int]) -> None:
    complete = campaign(State.COMPLETED, lanes=2, cursors=(70, 30))
    assert next_step(complete, work([], lane(live)), NOW) == Close({0: 70, 1: 30})


@pytest.mark.parametrize("state", ["running", "paused", "opening"])
def test_a_cancelled_one_waits_until_its_run_says_so(state: str) -> None:
    found = next_step(campaign(State.CANCELLED), work([run(state=state)], held(10, EpochMs(NOW - 1))), NOW)
    assert found == Rest("cancelling")


@pytest.mark.parametrize(
    ("expires_at", "claimed_at", "closes"),
    [
        (NOW + 1, NOW, False),
        (NOW + 1, NOW - JUST_CLAIMED_MS + 1, False),
        (NOW + 1, NOW - JUST_CLAIMED_MS, True),
        (NOW, NOW, True),
        (NOW + 1, None, True),
    ],
)
def test_a_cancelled_one_waits_for_a_lane_that_may_be_sending_it(
    expires_at: EpochMs, claimed_at: EpochMs | None, closes: bool
) -> None:
    found = next_step(campaign(State.CANCELLED), work([run(state="cancelled")], held(10, expires_at, claimed_at)), NOW)
    assert found == (CloseCancelled() if closes else Rest("cancelling"))


def test_a_cancelled_one_that_is_on_no_lane_is_closed() -> None:
    assert next_step(campaign(State.CANCELLED), work([]), NOW) == CloseCancelled()


@pytest.mark.parametrize(
    ("state", "runs", "wrong"),
    [
        (State.SENDING, "running", None),
        (State.SENDING, "opening", Correction.OPEN),
        (State.SENDING, "paused", Correction.GO_ON),
        (State.SENDING, "cancelled", Correction.RUNNING),
        (State.PAUSED, "paused", None),
        (State.PAUSED, "opening", Correction.PAUSED),
        (State.PAUSED, "running", Correction.PAUSED),
        (State.CANCELLED, "cancelled", None),
        (State.CANCELLED, "opening", Correction.CANCELLED),
        (State.CANCELLED, "running", Correction.CANCELLED),
        (State.CANCELLED, "paused", Correction.CANCELLED),
        (State.COMPLETED, "running", None),
    ],
)
def test_the_campaign_s_state_is_the_truth_for_its_run(state: State, runs: str, wrong: Correction | None) -> None:
    assert correction(campaign(state), work([run(state=runs)])) is wrong


def test_no_run_is_corrected_that_is_not_there_or_of_which_only_what_is_kept_back_is_open() -> None:
    assert correction(campaign(State.SENDING), work([run(CampaignId("another"), state="paused")])) is None
    closed = campaign(State.CANCELLED, finished_at=1, held_until=NOW + 1)
    assert correction(closed, work([run(state="opening")])) is None
