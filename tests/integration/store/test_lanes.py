"""Leases, fences and claims: one owner, and nobody claims what another has claimed."""

import random
from dataclasses import replace

import pytest
from botocore.exceptions import ReadTimeoutError

from shared.clock import EpochMs
from shared.domain.campaigns.number_work import OPENING, LaneState, Run
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, PhoneNumberId, TenantId, new_ulid
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.runs import LeaseLost
from shared.store.engine.database import Database
from tests.support.faults import answer_lost, at_once, sent_twice

NOW = EpochMs(1_700_000_000_000)
LEASE = 15_000


@pytest.fixture
def lanes(database: Database) -> Lanes:
    return Lanes(database)


def run_on(pn: PhoneNumberId, campaign_id: CampaignId = CampaignId("c1"), lanes: int = 1) -> Run:
    return Run(pn, TenantId("t"), campaign_id, "running", (10,) * SHARDS, lanes, NOW, "MARKETING", "{}")


@pytest.fixture
def run(lanes: Lanes, pn: PhoneNumberId) -> Run:
    opened = run_on(pn)
    lanes.runs.open(opened)
    return opened


def take(
    lanes: Lanes, pn: PhoneNumberId, *, owner: str = "", handoff: str = "", now: EpochMs = NOW, lane: int = 0
) -> LaneState | None:
    return lanes.acquire(pn, lane, owner or new_ulid(), handoff, now, EpochMs(now + LEASE))


def must_take(lanes: Lanes, pn: str, **options: object) -> LaneState:
    state = take(lanes, pn, **options)  # type: ignore[arg-type]
    assert state is not None
    return state


def claim(
    lanes: Lanes,
    pn: PhoneNumberId,
    fence: int,
    start: int,
    stop: int,
    *,
    token: str = "",
    campaign: CampaignId = CampaignId("c1"),
    now: EpochMs = NOW,
) -> None:
    lanes.claim(pn, 0, fence, {campaign: (start, stop)}, token or new_ulid(), now, EpochMs(now + LEASE), 72_000)


def cursor(lanes: Lanes, pn: PhoneNumberId, campaign: CampaignId = CampaignId("c1")) -> int:
    return lanes.work(pn).lanes[0].cursors[campaign]


def test_a_run_is_put_before_its_lanes_once(lanes: Lanes, pn: PhoneNumberId) -> None:
    opened = run_on(pn, lanes=4)
    lanes.runs.open(opened)
    state = must_take(lanes, pn)
    claim(lanes, pn, state.fence, 0, 5)
    lanes.runs.open(opened)
    work = lanes.work(pn)
    assert work.runs == (opened,)
    assert {i: dict(lane.cursors) for i, lane in work.lanes.items()} == {
        0: {"c1": 5},
        1: {"c1": 0},
        2: {"c1": 0},
        3: {"c1": 0},
    }


def test_of_two_workers_one_gets_the_lane(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    taken = at_once(8, lambda _i: take(lanes, pn))
    assert sum(state is not None for state in taken) == 1


def test_a_held_lane_is_free_once_its_lease_has_expired(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    first = must_take(lanes, pn)
    assert take(lanes, pn, now=EpochMs(NOW + LEASE)) is None
    second = must_take(lanes, pn, now=NOW + LEASE + 1)
    assert second.fence > first.fence


def test_who_lost_the_lane_claims_nothing_any_more(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    first = must_take(lanes, pn)
    second = must_take(lanes, pn, now=NOW + LEASE + 1)
    with pytest.raises(LeaseLost):
        claim(lanes, pn, first.fence, 0, 5)
    assert cursor(lanes, pn) == 0
    claim(lanes, pn, second.fence, 0, 5)
    lanes.release(pn, 0, first.fence)
    assert take(lanes, pn, handoff="stale") is None
    with pytest.raises(LeaseLost):
        lanes.add_retries(pn, 0, first.fence, CampaignId("c1"), NOW, new_ulid(), [(0, 0, 2)])
    assert lanes.work(pn).retries == ()


def test_a_claim_from_anywhere_but_the_cursor_is_refused_as_a_whole(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    lanes.runs.open(run_on(pn, CampaignId("c2")))
    state = must_take(lanes, pn)
    claim(lanes, pn, state.fence, 0, 5)
    c1, c2 = CampaignId("c1"), CampaignId("c2")
    for moves in ({c1: (0, 5)}, {c1: (6, 9)}, {c1: (5, 9), c2: (1, 2)}, {c1: (5, 9), CampaignId("gone"): (0, 2)}):
        with pytest.raises(LeaseLost):
            lanes.claim(pn, 0, state.fence, moves, new_ulid(), NOW, EpochMs(NOW + LEASE), 0)
    assert (cursor(lanes, pn), cursor(lanes, pn, CampaignId("c2"))) == (5, 0)
    lanes.claim(
        pn,
        0,
        state.fence,
        {CampaignId("c1"): (5, 9), CampaignId("c2"): (0, 2)},
        new_ulid(),
        NOW,
        EpochMs(NOW + LEASE),
        0,
    )
    assert (cursor(lanes, pn), cursor(lanes, pn, CampaignId("c2"))) == (9, 2)


def test_a_claim_renews_the_lease_and_keeps_rate_and_claim(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    state = must_take(lanes, pn)
    claim(lanes, pn, state.fence, 0, 5, now=EpochMs(NOW + 10_000))
    assert take(lanes, pn, now=EpochMs(NOW + 20_000)) is None
    seen = lanes.work(pn).lanes[0]
    assert (seen.rate, seen.expires_at, seen.claims[CampaignId("c1")].at) == (
        72_000,
        NOW + 10_000 + LEASE,
        NOW + 10_000,
    )
    assert (seen.claims[CampaignId("c1")].start, seen.claims[CampaignId("c1")].stop) == (0, 5)


def test_a_claim_of_nothing_renews_the_lease_only_for_its_owner(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    first = must_take(lanes, pn)
    lanes.claim(pn, 0, first.fence, {}, new_ulid(), EpochMs(NOW + 9_000), EpochMs(NOW + 9_000 + LEASE), 0)
    assert take(lanes, pn, now=EpochMs(NOW + LEASE + 1)) is None
    must_take(lanes, pn, now=NOW + 9_000 + LEASE + 1)
    with pytest.raises(LeaseLost):
        lanes.claim(pn, 0, first.fence, {}, new_ulid(), NOW, EpochMs(NOW + LEASE), 0)


def test_a_claim_that_was_sent_twice_is_recognised_as_ones_own(
    database: Database, lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    state = must_take(lanes, pn)
    with sent_twice(database, "UpdateItem"):
        claim(lanes, pn, state.fence, 0, 5)
    assert cursor(lanes, pn) == 5


def test_a_claim_whose_answer_was_lost_can_be_repeated_with_its_token_only(
    database: Database, lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    state = must_take(lanes, pn)
    with answer_lost(database, "UpdateItem"), pytest.raises(ReadTimeoutError):
        claim(lanes, pn, state.fence, 0, 5, token="mine")
    assert cursor(lanes, pn) == 5
    with pytest.raises(LeaseLost):
        claim(lanes, pn, state.fence, 0, 5, token="other")
    claim(lanes, pn, state.fence, 0, 5, token="mine")
    assert cursor(lanes, pn) == 5


def test_a_repeated_token_does_not_help_a_worker_that_lost_the_lane(
    database: Database, lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    first = must_take(lanes, pn)
    with answer_lost(database, "UpdateItem"), pytest.raises(ReadTimeoutError):
        claim(lanes, pn, first.fence, 0, 5, token="mine")
    must_take(lanes, pn, now=NOW + LEASE + 1)
    with pytest.raises(LeaseLost):
        claim(lanes, pn, first.fence, 0, 5, token="mine")


def test_an_acquisition_that_was_sent_twice_is_ones_own(
    database: Database, lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    with sent_twice(database, "UpdateItem"):
        state = must_take(lanes, pn)
    claim(lanes, pn, state.fence, 0, 5)
    assert take(lanes, pn) is None


def test_sixteen_workers_that_race_for_a_cursor_claim_everything_once(
    lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    """All of one fence, as if leases had failed altogether: the cursor alone keeps them apart."""
    fence = must_take(lanes, pn).fence

    def work(i: int) -> list[tuple[int, int]]:
        rng, won = random.Random(i), []
        for _ in range(12):
            start = cursor(lanes, pn)
            stop = start + rng.randrange(1, 4)
            try:
                claim(lanes, pn, fence, start, stop)
            except LeaseLost:
                continue
            won.append((start, stop))
        return won

    wins = sorted(window for won in at_once(16, work) for window in won)
    claimed = [position for start, stop in wins for position in range(start, stop)]
    assert claimed == list(range(cursor(lanes, pn)))


def test_a_lane_that_was_handed_over_goes_to_the_holder_of_the_token(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    first = must_take(lanes, pn)
    lanes.release(pn, 0, first.fence)
    lanes.reserve(pn, 0, first.fence, "next", NOW, EpochMs(NOW + LEASE))
    assert take(lanes, pn, now=NOW) is None
    second = must_take(lanes, pn, handoff="next", now=NOW)
    assert second.fence > first.fence
    assert take(lanes, pn, handoff="next") is None
    with pytest.raises(LeaseLost):
        claim(lanes, pn, first.fence, 0, 5)


def test_two_deliveries_of_one_handover_give_one_owner(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    first = must_take(lanes, pn)
    lanes.release(pn, 0, first.fence)
    lanes.reserve(pn, 0, first.fence, "next", NOW, EpochMs(NOW + LEASE))
    taken = at_once(6, lambda _i: take(lanes, pn, handoff="next"))
    assert sum(state is not None for state in taken) == 1


def test_lanes_of_a_number_are_held_apart(lanes: Lanes, pn: PhoneNumberId) -> None:
    lanes.runs.open(run_on(pn, lanes=4))
    for lane in range(4):
        must_take(lanes, pn, lane=lane)
        assert take(lanes, pn, lane=lane) is None


def test_retries_are_claimed_by_one(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    fence = must_take(lanes, pn).fence
    lanes.add_retries(pn, 0, fence, CampaignId("c1"), EpochMs(NOW + 2_000), new_ulid(), [(0, 3, 2), (1, 4, 5)])
    (batch,) = lanes.work(pn).retries
    assert (batch.campaign_id, batch.lane, batch.due, batch.entries) == ("c1", 0, NOW + 2_000, ((0, 3, 2), (1, 4, 5)))
    assert sum(at_once(8, lambda _i: lanes.claim_retries(pn, batch))) == 1
    assert lanes.work(pn).retries == ()


def test_retries_come_in_the_order_in_which_they_are_due(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    fence = must_take(lanes, pn).fence
    for due in (3_000, 1_000, 2_000):
        lanes.add_retries(pn, 0, fence, CampaignId("c1"), EpochMs(NOW + due), new_ulid(), [(0, due // 1000, 2)])
    assert [batch.due for batch in lanes.work(pn).retries] == [NOW + 1_000, NOW + 2_000, NOW + 3_000]


def test_a_retry_list_that_is_stored_twice_is_one(
    database: Database, lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    fence, batch_id = must_take(lanes, pn).fence, new_ulid()

    def add() -> None:
        lanes.add_retries(pn, 0, fence, CampaignId("c1"), NOW, batch_id, [(0, 3, 2)])

    with answer_lost(database, "TransactWriteItems"), pytest.raises(ReadTimeoutError):
        add()
    add()
    assert len(lanes.work(pn).retries) == 1


def test_a_retry_list_stored_again_after_it_was_claimed_does_not_come_back(
    lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    fence, batch_id = must_take(lanes, pn).fence, new_ulid()
    lanes.add_retries(pn, 0, fence, CampaignId("c1"), NOW, batch_id, [(0, 3, 2)])
    (batch,) = lanes.work(pn).retries
    assert lanes.claim_retries(pn, batch)
    lanes.add_retries(pn, 0, fence, CampaignId("c1"), NOW, batch_id, [(0, 3, 2)])
    assert lanes.work(pn).retries == ()


def test_a_run_is_paused_resumed_and_for_good_cancelled(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    assert lanes.runs.set_state(pn, CampaignId("c1"), "paused", "why")
    assert lanes.work(pn).runs == (replace(run, state="paused", reason="why"),)
    assert lanes.runs.set_state(pn, CampaignId("c1"), "running")
    assert lanes.runs.set_state(pn, CampaignId("c1"), "cancelled")
    assert not lanes.runs.set_state(pn, CampaignId("c1"), "running")
    assert lanes.work(pn).runs[0].state == "cancelled"
    assert not lanes.runs.set_state(pn, CampaignId("c9"), "paused")
    assert len(lanes.work(pn).runs) == 1


def test_a_closed_run_is_off_its_number_and_the_others_stay(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    lanes.runs.open(run_on(pn, CampaignId("c2")))
    fence = must_take(lanes, pn).fence
    lanes.claim(
        pn, 0, fence, {CampaignId("c1"): (0, 160), CampaignId("c2"): (0, 7)}, new_ulid(), NOW, EpochMs(NOW + LEASE), 0
    )
    lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {0: 160}, EpochMs(1))
    work = lanes.work(pn)
    assert [r.campaign_id for r in work.runs] == ["c2"]
    assert dict(work.lanes[0].cursors) == {"c2": 7}
    assert not lanes.runs.set_state(pn, CampaignId("c1"), "running")
    assert len(lanes.work(pn).runs) == 1


def test_a_run_whose_lane_moved_is_not_closed(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    fence = must_take(lanes, pn).fence
    claim(lanes, pn, fence, 0, 9)
    with pytest.raises(LeaseLost):
        lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {0: 5}, EpochMs(1))
    assert (len(lanes.work(pn).runs), cursor(lanes, pn)) == (1, 9)


def test_a_run_whose_cursor_an_opener_put_back_is_closed(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    lanes.runs.open(run)  # by one that was held up while the campaign was sent to 160 and taken off this lane
    lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {0: 160}, EpochMs(1))
    assert lanes.work(pn).runs == ()


def test_a_closed_run_that_is_opened_once_more_leaves_nothing_on_its_lanes(
    lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    lanes.runs.open(run_on(pn, CampaignId("c2")))
    lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {0: 0}, EpochMs(1))
    assert not lanes.runs.open(run)
    work = lanes.work(pn)
    assert [one.campaign_id for one in work.runs] == ["c2"]
    assert dict(work.lanes[0].cursors) == {"c2": 0}


def test_a_lane_that_claimed_keeps_its_cursor_when_its_run_is_opened_while_it_is_closed(
    lanes: Lanes, pn: PhoneNumberId, run: Run
) -> None:
    claim(lanes, pn, must_take(lanes, pn).fence, 0, 9)
    with pytest.raises(LeaseLost):
        lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {0: 5}, EpochMs(1))
    assert not lanes.runs.open(run)
    assert cursor(lanes, pn) == 9


def test_a_closed_run_can_be_closed_again(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    for _ in range(2):
        lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {0: 0}, EpochMs(1))
    assert lanes.work(pn).runs == ()


@pytest.mark.parametrize(
    ("state", "expected"),
    [("opening", "running"), ("running", "running"), ("paused", "paused"), ("cancelled", "cancelled")],
)
def test_only_a_run_that_is_opening_is_begun(lanes: Lanes, pn: PhoneNumberId, state: str, expected: str) -> None:
    opened = replace(run_on(pn), state=OPENING)
    lanes.runs.open(opened)
    if state != OPENING:
        lanes.runs.set_state(pn, CampaignId("c1"), state)
    lanes.runs.begin(opened)
    assert [r.state for r in lanes.work(pn).runs] == [expected]


def test_a_run_that_is_gone_is_not_begun(lanes: Lanes, pn: PhoneNumberId, run: Run) -> None:
    lanes.runs.close(run.phone_number_id, run.campaign_id, run.lanes, {}, EpochMs(1))
    lanes.runs.begin(run)
    assert lanes.work(pn).runs == ()
