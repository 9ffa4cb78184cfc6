"""The pacer under a simulated clock: fast enough, and never above the rate in any second."""

import bisect
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.campaign_dispatch.lane.logic.pacing import Pacer, Rate

RATES = [1, 2, 18, 72, 225, 900]


def run(
    pacer: Pacer, end: float, late: list[float], stalls: dict[int, float] | None = None, start: float = 0.0
) -> list[float]:
    """When messages leave: each is late by what `late` says in turn (s), and `stalls[i]` holds up message i."""
    now, left = start, []
    i = 0
    while now < end:
        now = pacer.due(now) + late[i % len(late)] + (stalls or {}).get(i, 0.0)
        if now >= end:
            break
        pacer.sent(now)
        left.append(now)
        i += 1
    return left


def busiest_second(left: list[float]) -> int:
    return max(bisect.bisect_left(left, start + 1.0) - i for i, start in enumerate(left))


@pytest.mark.parametrize("rate", RATES)
def test_without_jitter_98_percent_of_the_rate_are_held(rate: int) -> None:
    left = run(Pacer(Rate(rate, rate)), 30.0, [0.0])
    assert len(left) >= 0.98 * rate * 30
    assert busiest_second(left) <= rate


@pytest.mark.parametrize("rate", [18, 72, 225])
def test_small_delays_of_the_machine_are_caught_up(rate: int) -> None:
    noise = random.Random(7)
    late = [noise.uniform(0, 0.003) for _ in range(997)]
    assert len(run(Pacer(Rate(rate, rate)), 20.0, late)) >= 0.98 * rate * 20


@given(
    st.sampled_from([1, 2, 18, 72]),
    st.lists(st.floats(0, 0.4), min_size=1, max_size=40),
    st.dictionaries(st.integers(0, 400), st.floats(0.1, 20.0), max_size=5),
)
def test_no_second_holds_more_than_the_rate_whatever_the_delays(
    rate: int, late: list[float], stalls: dict[int, float]
) -> None:
    left = run(Pacer(Rate(rate, rate)), 8.0, late, stalls)
    assert not left or busiest_second(left) <= rate


@pytest.mark.parametrize("rate", [1, 18, 72, 225])
@given(
    late=st.lists(st.floats(0, 0.4), min_size=1, max_size=40),
    stalls=st.dictionaries(st.integers(0, 400), st.floats(0.1, 3.0), max_size=3),
    end=st.floats(1.0, 5.0),
    gap=st.floats(0, 1.5),
)
def test_the_second_of_a_hand_over_holds_no_more_than_the_rate(
    rate: int, late: list[float], stalls: dict[int, float], end: float, gap: float
) -> None:
    """Although either worker catches up what the machine held up."""
    first, second = Pacer(Rate(rate, rate)), Pacer(Rate(rate, rate))
    before = run(first, end, late, stalls)
    assert not before or first.hand_over_at() <= before[-1] + 1.02
    start = max(end, first.hand_over_at()) + gap
    second.take_over(start)
    after = run(second, start + 3.0, late, start=start)
    assert not before + after or busiest_second(before + after) <= rate


def test_who_kept_the_pace_hands_over_at_once() -> None:
    pacer = Pacer(Rate(72, 72))
    left = run(pacer, 5.0, [0.0])
    assert pacer.hand_over_at() <= left[-1] + 1e-9


@given(st.floats(1.0, 300.0), st.lists(st.floats(0, 0.05), min_size=1, max_size=20))
def test_a_learned_rate_that_is_no_whole_number_holds_too(rate: float, late: list[float]) -> None:
    left = run(Pacer(Rate(300.0, rate)), 4.0, late)
    assert busiest_second(left) <= rate


@pytest.mark.parametrize("stall", [0.5, 1.0, 5.0, 60.0])
@pytest.mark.parametrize("rate", [18, 72, 225])
def test_a_long_stall_is_not_made_up_for_by_a_burst(rate: int, stall: float) -> None:
    left = run(Pacer(Rate(rate, rate)), stall + 6.0, [0.0], {rate: stall})
    after = [at for at in left if at >= 1.0 + stall]
    assert len(after) <= rate * (6.0 - 1.0) + 0.25 * rate + 1
    burst = sum(at < after[0] + 0.1 for at in after)
    assert burst <= 0.36 * rate + 1


def test_on_a_machine_that_wakes_us_late_the_window_grows_and_shrinks_again() -> None:
    pacer = Pacer(Rate(72, 72))
    run(pacer, 2.0, [0.0])
    pacer.woken(1.96, 2.0)
    busy = run(pacer, 3.0, [0.0], start=2.0)
    calm = run(pacer, 33.0, [0.0], start=30.0)
    assert sum(at < busy[0] + 1.04 for at in busy) <= 72
    assert len(calm) >= 0.98 * 72 * 3


def test_a_lowered_rate_counts_at_once() -> None:
    rate = Rate(80, 80)
    pacer = Pacer(rate)
    run(pacer, 2.0, [0.0])
    rate.current = 8
    now, left = 2.0, []
    while now < 12.0:
        now = pacer.due(now)
        pacer.sent(now)
        left.append(now)
    assert busiest_second(left) <= 8
    assert len(left) >= 0.95 * 8 * 10 - 8


def test_due_is_never_in_the_past() -> None:
    pacer = Pacer(Rate(10, 10))
    assert pacer.due(5.0) == 5.0
    pacer.sent(5.0)
    assert pacer.due(5.0) > 5.0
    assert pacer.due(9.0) == 9.0


def test_throttling_slows_down_by_a_fifth_at_most_once_a_second() -> None:
    rate = Rate(100, 100)
    for i in range(50):
        rate.throttled(10.0 + i * 0.01)
    assert rate.current == pytest.approx(80)
    rate.throttled(11.0)
    assert rate.current == pytest.approx(64)


def test_the_rate_never_falls_below_one_message_a_second() -> None:
    rate = Rate(100, 100)
    for second in range(1, 60):
        rate.throttled(float(second))
    assert rate.current == 1.0


def test_after_one_complaint_the_cap_is_reached_again_within_seconds() -> None:
    rate = Rate(72, 72)
    rate.throttled(10.0)
    speeds = [rate.current]
    for tenth in range(80):
        rate.quiet(10.0 + tenth / 10)
        speeds.append(rate.current)
    assert speeds == sorted(speeds)
    assert speeds[:20] == [pytest.approx(57.6)] * 20
    assert all(later - earlier <= 0.06 * 72 for earlier, later in itertools.pairwise(speeds))
    assert speeds[-1] == 72


def test_where_complaints_keep_coming_back_few_messages_are_refused() -> None:
    rate, limit, refused, sent = Rate(100, 100), 60.0, 0.0, 0.0
    for second in range(600):
        rate.quiet(float(second))
        if rate.current > limit:
            refused += rate.current - limit
            rate.throttled(second + 0.5)
        sent += min(rate.current, limit)
    assert refused < 0.005 * sent
    assert sent > 0.85 * limit * 600


def test_what_another_worker_learned_holds_and_is_forgotten_with_time() -> None:
    rates = []
    for idle in (-5.0, 0.0, 2.0, 3600.0):
        rate = Rate(100, 100)
        rate.recall(50.0, idle)
        rates.append(rate.current)
    assert rates == [50.0, 50.0, 60.0, 100.0]


@pytest.mark.parametrize("rate", [72, 225])
def test_the_rate_is_held_although_messages_leave_late_and_the_machine_stands_still_at_times(rate: int) -> None:
    noise = random.Random(3)
    late = [noise.expovariate(1 / 0.001) for _ in range(9973)]
    stalls = {noise.randrange(rate * 120): 0.08 for _ in range(6)}
    left = run(Pacer(Rate(rate, rate)), 120.0, late, stalls)
    assert len(left) >= 0.98 * rate * 120
    assert busiest_second(left) <= rate


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 3)), max_size=80), st.integers(1, 1000))
def test_the_rate_stays_between_one_and_the_cap(events: list[tuple[bool, float]], cap: int) -> None:
    rate, now = Rate(cap, cap), 0.0
    for slower, later in events:
        now += later
        if slower:
            rate.throttled(now)
        else:
            rate.quiet(now)
        assert 1.0 <= rate.current <= cap
