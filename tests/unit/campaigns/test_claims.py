"""Who is written to next: retries that are due, then the running campaigns by weight, within the budget."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.campaign_dispatch.lane.logic.claims import Window, has_work, next_window, segment_of
from shared.clock import EpochMs
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId
from tests.unit.campaigns.lane_samples import batch, lane, run, work

NOW = EpochMs(1_000_000)


def claimed(window: Window) -> int:
    return sum(stop - start for start, stop in window.moves.values()) + sum(len(b.entries) for b in window.retries)


def test_a_single_campaign_gets_the_whole_budget() -> None:
    state = lane({CampaignId("c1"): 20})
    assert next_window(work([run(size=100)], state), state, 30, NOW).moves == {"c1": (20, 50)}


def test_the_last_window_ends_with_the_segment() -> None:
    state = lane({CampaignId("c1"): 95})
    assert next_window(work([run(size=100)], state), state, 30, NOW).moves == {"c1": (95, 100)}
    done = lane({CampaignId("c1"): 100})
    assert next_window(work([run(size=100)], done), done, 30, NOW).empty


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_a_campaign_that_is_stopped_gets_nothing_and_neither_do_its_retries(state: str) -> None:
    at = lane({CampaignId("c1"): 0, CampaignId("c2"): 0})
    found = next_window(work([run(CampaignId("c1"), state=state), run(CampaignId("c2"))], at, [batch(3)]), at, 10, NOW)
    assert found.moves == {"c2": (0, 10)}
    assert found.retries == ()


def test_retries_come_first_and_out_of_the_same_budget() -> None:
    at = lane({CampaignId("c1"): 40})
    found = next_window(work([run()], at, [batch(4)]), at, 10, NOW)
    assert [len(b.entries) for b in found.retries] == [4]
    assert found.moves == {"c1": (40, 46)}


def test_a_retry_that_is_not_due_yet_waits() -> None:
    at = lane({CampaignId("c1"): 100})
    later = batch(2, due=EpochMs(NOW + 1))
    assert next_window(work([run()], at, [later]), at, 10, NOW).empty
    assert next_window(work([run()], at, [later]), at, 10, EpochMs(NOW + 1)).retries == (later,)


def test_retries_of_another_lane_or_of_a_campaign_that_is_gone_are_left_alone() -> None:
    at = lane({CampaignId("c1"): 100})
    others = [batch(2, index=1), batch(2, campaign_id=CampaignId("gone"))]
    assert next_window(work([run()], at, others), at, 10, NOW).retries == ()


def test_a_list_larger_than_what_is_left_waits_for_the_next_window() -> None:
    at = lane({CampaignId("c1"): 100})
    lists = [batch(6, key="Q#0#1#a"), batch(6, key="Q#0#2#b")]
    found = next_window(work([run()], at, lists), at, 10, NOW)
    assert found.retries == (lists[0],)


@pytest.mark.parametrize("budget", [1, 5, 39])
def test_a_list_larger_than_the_whole_budget_is_taken_alone_and_never_stuck(budget: int) -> None:
    """A rate that fell, or a burst of refusals, leaves lists that no later budget holds."""
    at = lane({CampaignId("c1"): 50})
    found = next_window(work([run()], at, [batch(40)]), at, budget, NOW)
    assert [len(b.entries) for b in found.retries] == [40]
    assert all(start == stop for start, stop in found.moves.values())


def test_a_claim_of_retries_alone_moves_no_cursor_but_is_noted_with_the_campaign() -> None:
    """The grace period of what is in doubt begins with the last claim, of retries too."""
    at = lane({CampaignId("c1"): 100})
    assert next_window(work([run()], at, [batch(3)]), at, 10, NOW).moves == {"c1": (100, 100)}


def test_campaigns_share_by_weight() -> None:
    at = lane({CampaignId("c1"): 0, CampaignId("c2"): 0, CampaignId("c3"): 0})
    runs = [run(CampaignId("c1"), 1000, weight=2), run(CampaignId("c2"), 1000), run(CampaignId("c3"), 1000)]
    moves = next_window(work(runs, at), at, 80, NOW).moves
    assert moves == {"c1": (0, 40), "c2": (0, 20), "c3": (0, 20)}


def test_at_one_message_a_window_campaigns_take_turns_by_weight() -> None:
    at = lane({CampaignId("c1"): 0, CampaignId("c2"): 0, CampaignId("c3"): 0})
    runs = [run(CampaignId("c1"), 1000, weight=2), run(CampaignId("c2"), 1000), run(CampaignId("c3"), 1000)]
    turns = Counter(
        next(iter(next_window(work(runs, at), at, 1, EpochMs(second * 1000)).moves)) for second in range(NOW, NOW + 400)
    )
    assert turns == {"c1": 200, "c2": 100, "c3": 100}


def test_what_one_campaign_leaves_goes_to_the_others() -> None:
    at = lane({CampaignId("c1"): 98, CampaignId("c2"): 0})
    assert next_window(work([run(CampaignId("c1")), run(CampaignId("c2"))], at), at, 30, NOW).moves == {
        "c1": (98, 100),
        "c2": (0, 28),
    }


def test_a_campaign_whose_cursor_is_not_open_yet_is_left_alone() -> None:
    at = lane({})
    assert next_window(work([run()], at), at, 30, NOW).empty


def test_each_lane_moves_in_its_own_segment_only() -> None:
    sizes = (10,) * SHARDS
    for index in range(4):
        at = lane({CampaignId("c1"): 0}, index)
        found = next_window(work([run(sizes=sizes, lanes=4)], at), at, 1_000, NOW)
        assert found.moves == {"c1": (0, 40)}
    extra = lane({CampaignId("c1"): 0}, 4)
    assert next_window(work([run(sizes=sizes, lanes=4)], extra), extra, 1_000, NOW).empty


campaigns = st.lists(
    st.tuples(
        st.integers(0, 200), st.integers(0, 200), st.integers(1, 5), st.sampled_from(["running", "paused", "cancelled"])
    ),
    max_size=6,
)
lists = st.lists(st.tuples(st.integers(0, 7), st.integers(1, 60), st.integers(NOW - 5, NOW + 5)), max_size=8)


@given(campaigns, lists, st.integers(1, 300))
def test_every_window_keeps_the_rules(
    campaigns: list[tuple[int, int, int, str]], lists: list[tuple[int, int, int]], budget: int
) -> None:
    runs = [
        run(CampaignId(f"c{i}"), size, state=state, weight=weight)
        for i, (size, _, weight, state) in enumerate(campaigns)
    ]
    at = lane({CampaignId(f"c{i}"): min(size, cursor) for i, (size, cursor, _, _) in enumerate(campaigns)})
    retries = [
        batch(count, campaign_id=CampaignId(f"c{owner}"), due=EpochMs(due), key=f"Q#0#{due:013d}#{i}")
        for i, (owner, count, due) in enumerate(lists)
    ]
    everything = work(runs, at, sorted(retries, key=lambda b: b.key))
    found = next_window(everything, at, budget, NOW)
    by_id = {r.campaign_id: r for r in runs}
    alone = len(found.retries) == 1 and len(found.retries[0].entries) > budget
    assert claimed(found) <= budget or (alone and claimed(found) == len(found.retries[0].entries))
    for campaign_id, (start, stop) in found.moves.items():
        assert by_id[campaign_id].state == "running"
        assert at.cursors[campaign_id] == start <= stop <= segment_of(by_id[campaign_id], 0).length
    for taken in found.retries:
        assert taken.due <= NOW
        assert by_id[taken.campaign_id].state == "running"
        assert taken.campaign_id in at.cursors
        assert taken.campaign_id in found.moves
    waiting = sum(segment_of(r, 0).length - at.cursors[r.campaign_id] for r in runs if r.state == "running")
    due = [b for b in retries if b.due <= NOW and b.campaign_id in by_id and by_id[b.campaign_id].state == "running"]
    assert claimed(found) >= min(budget, waiting + sum(len(b.entries) for b in found.retries))
    if found.empty:
        assert not due
        assert not waiting


def test_windows_one_after_another_claim_everybody_once() -> None:
    runs = [run(CampaignId("c1"), 157, weight=3), run(CampaignId("c2"), 80), run(CampaignId("c3"), 1)]
    cursors = {CampaignId("c1"): 0, CampaignId("c2"): 0, CampaignId("c3"): 0}
    seen: list[tuple[str, int]] = []
    for _ in range(100):
        at = lane(dict(cursors))
        window = next_window(work(runs, at), at, 7, NOW)
        if window.empty:
            break
        for campaign_id, (start, stop) in window.moves.items():
            seen += [(campaign_id, position) for position in range(start, stop)]
            cursors[campaign_id] = stop
    assert sorted(seen) == sorted((r.campaign_id, i) for r in runs for i in range(sum(r.sizes)))


@pytest.mark.parametrize(
    ("state", "cursor", "with_retry", "expected"),
    [
        ("running", 0, False, True),
        ("running", 99, False, True),
        ("running", 100, False, False),
        ("running", 100, True, True),
        ("paused", 0, True, False),
        ("cancelled", 0, True, False),
    ],
)
def test_whether_a_lane_has_anybody_left(state: str, cursor: int, with_retry: bool, expected: bool) -> None:
    retries = [batch(1, due=EpochMs(NOW + 60_000))] if with_retry else []
    assert has_work(work([run(state=state)], lane({CampaignId("c1"): cursor}), retries), 0) is expected


def test_a_lane_that_never_ran_has_its_whole_segment_left() -> None:
    assert has_work(work([run()]), 0)
    assert not has_work(work([run()]), 1)
    assert not has_work(work([]), 0)


def test_a_retry_of_another_lane_is_not_this_lanes_work() -> None:
    sizes = (10,) * SHARDS
    at = lane({CampaignId("c1"): 40}, 0)
    assert not has_work(work([run(sizes=sizes, lanes=4)], at, [batch(1, index=1)]), 0)
