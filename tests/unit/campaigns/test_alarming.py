"""What of a campaign wakes somebody: people wait and nobody sends, too much is unknown, or nothing is heard."""

from dataclasses import replace

import pytest

from functions.campaign_dispatch.sweep.logic.alarming import (
    STUCK_MS,
    UNHEARD_MS,
    is_stuck,
    is_unheard,
    load_is_stuck,
    much_is_unknown,
)
from functions.campaign_dispatch.sweep.logic.loading import LOADER_SILENT_MS
from functions.campaign_dispatch.sweep.logic.step import NO_WORK
from shared.clock import EpochMs
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.number_work import LaneState
from shared.ids import CampaignId
from tests.support.campaigns import a_campaign
from tests.unit.campaigns.lane_samples import batch, lane, run, work

NOW = EpochMs(10_000_000)
LONG_AGO, JUST_NOW = EpochMs(NOW - STUCK_MS - 1), EpochMs(NOW - STUCK_MS)
SIZES = (100,) + (0,) * 15


def campaign(state: State = State.SENDING, **changes: object) -> Campaign:
    known = a_campaign("c1", state=state, sizes=SIZES)
    return replace(known, **changes)  # type: ignore[arg-type]


def lane_at(cursor: int, claimed_at: EpochMs) -> LaneState:
    return replace(lane({CampaignId("c1"): cursor}), claimed_at=claimed_at)


@pytest.mark.parametrize(("claimed_at", "stuck"), [(LONG_AGO, True), (JUST_NOW, False), (NOW, False)])
def test_people_who_wait_for_a_lane_that_claims_nobody_are_stuck(claimed_at: EpochMs, stuck: bool) -> None:
    assert is_stuck(campaign(), work([run()], lane_at(10, claimed_at)), NOW) is stuck


def test_a_lane_that_nobody_ever_took_is_stuck_once_the_audience_was_frozen_for_long() -> None:
    assert is_stuck(campaign(), work([run()]), NOW)
    assert not is_stuck(campaign(), work([replace(run(), frozen_at=JUST_NOW)]), NOW)


def test_what_was_resumed_just_now_is_given_time() -> None:
    assert not is_stuck(campaign(resumed_at=JUST_NOW), work([run()], lane_at(10, LONG_AGO)), NOW)


@pytest.mark.parametrize("state", [s for s in State if s not in (State.SENDING, State.SCHEDULED)])
def test_what_stands_still_on_purpose_or_is_over_is_not_stuck(state: State) -> None:
    assert not is_stuck(campaign(state), work([run()], lane_at(10, LONG_AGO)), NOW)


def test_who_has_written_to_everybody_is_not_stuck() -> None:
    assert not is_stuck(campaign(), work([run()], lane_at(100, LONG_AGO)), NOW)
    assert not is_stuck(campaign(cursors=(100,)), work([]), NOW), "taken off its lanes"


@pytest.mark.parametrize(("due", "stuck"), [(LONG_AGO, True), (JUST_NOW, False), (EpochMs(NOW + 1), False)])
def test_another_try_is_stuck_long_after_it_is_due(due: EpochMs, stuck: bool) -> None:
    waiting = work([run()], lane_at(100, LONG_AGO), [batch(3, due=due)])
    assert is_stuck(campaign(), waiting, NOW) is stuck


def test_one_that_never_came_before_its_lanes_is_stuck() -> None:
    assert is_stuck(campaign(frozen_at=LONG_AGO), work([]), NOW)
    assert not is_stuck(campaign(frozen_at=JUST_NOW), work([]), NOW)


@pytest.mark.parametrize(("begins", "stuck"), [(LONG_AGO, True), (JUST_NOW, False), (EpochMs(NOW + 1), False)])
def test_a_start_is_stuck_long_after_it_was_due(begins: EpochMs, stuck: bool) -> None:
    assert is_stuck(campaign(State.SCHEDULED, sizes=(), begins_at=begins), NO_WORK, NOW) is stuck


def sealed(at: EpochMs, *, end: bool) -> SealedBlock:
    return SealedBlock(0, 0, 1, {}, "", end, at=at)


@pytest.mark.parametrize(("silent_ms", "stuck"), [(LOADER_SILENT_MS + STUCK_MS + 1, True), (LOADER_SILENT_MS, False)])
def test_a_load_is_stuck_when_nobody_takes_what_was_queued_again(silent_ms: int, stuck: bool) -> None:
    progress = [sealed(NOW, end=True), sealed(EpochMs(NOW - silent_ms), end=False)]
    assert load_is_stuck(progress, {}, EpochMs(0), NOW) is stuck
    assert not load_is_stuck(progress, {1: NOW}, EpochMs(0), NOW), "it found nobody, and says so"


@pytest.mark.parametrize(("at", "stuck"), [(LONG_AGO, True), (JUST_NOW, False)])
def test_a_load_whose_last_step_nobody_does_is_stuck(at: EpochMs, stuck: bool) -> None:
    assert load_is_stuck([sealed(at, end=True)], {}, EpochMs(0), NOW) is stuck


@pytest.mark.parametrize(
    ("books", "much"),
    [
        (Books(sent=1_880, failed=20, unknown=101), True),
        (Books(sent=1_900, failed=0, unknown=100), False),
        (Books(sent=0, unknown=99), False),
        (Books(waiting=10**6, sent=500, unknown=100), True),
    ],
)
def test_a_twentieth_of_those_written_to_is_much_unknown_and_a_few_never_are(books: Books, much: bool) -> None:
    assert much_is_unknown(books) is much


HEARD_OF_NONE = Books(planned=60, sent=60, held=10)


@pytest.mark.parametrize(
    ("books", "unheard"),
    [
        (HEARD_OF_NONE, True),
        (replace(HEARD_OF_NONE, held=11), False),
        (replace(HEARD_OF_NONE, delivered=1), False),
        (replace(HEARD_OF_NONE, billable=1), False),
    ],
)
def test_a_number_whose_messages_nothing_is_told_of_is_unheard(books: Books, unheard: bool) -> None:
    begun = campaign(started_at=EpochMs(NOW - UNHEARD_MS - 1))
    assert is_unheard(begun, books, NOW) is unheard
    assert not is_unheard(campaign(started_at=EpochMs(NOW - UNHEARD_MS)), books, NOW), "statuses take a while"
    resumed = replace(begun, resumed_at=EpochMs(NOW - UNHEARD_MS))
    assert not is_unheard(resumed, books, NOW), "it stood still, and most were written to just now"
    assert is_unheard(resumed, books, EpochMs(NOW + 1)) is unheard
