"""How often the API may be called: what holds whatever is called, when, by whom and at which worker."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.http.call_limits import CallLimits
from shared.clock import EpochMs
from shared.domain.accounts.call_limits import BATCH, LET_OFF_MS, STALE_MS, WINDOW_MS, Quota, quotas_of
from shared.domain.accounts.plans import PLAN_NAMES, limits_of_plan
from shared.ids import TenantId
from tests.support.call_limits import ModelBuckets, allowance, api_key, passes, person

T, START = TenantId("01T"), 1_000_000_000
WORKERS = 3
UNWRITTEN = WORKERS * (BATCH - 1)
CALLER, TENANT = quotas_of(limits_of_plan("free"), 1, by_key=False)
calls = st.lists(
    st.tuples(st.integers(0, WORKERS - 1), st.integers(0, 3), st.integers(1, 60), st.integers(0, 3_000)), max_size=20
)
"""(worker, caller, how many calls, milliseconds until the next)"""


def workers(buckets: ModelBuckets, count: int = WORKERS) -> list[CallLimits]:
    return [CallLimits(buckets, 1) for _ in range(count)]


def most_in(moments: list[int], quota: Quota) -> int:
    """By how many calls the worst stretch of time went beyond the bucket, what flows in meanwhile, and what workers may
    have let off: once in two windows, after one of silence."""
    worst = 0
    for i, first in enumerate(moments):
        for j in range(i, len(moments)):
            flows_in = (moments[j] - first) * 1000 // quota.call_us
            let_off = UNWRITTEN * ((moments[j] - first + WINDOW_MS) // LET_OFF_MS)
            worst = max(worst, j - i + 1 - quota.calls - flows_in - let_off)
    return worst


@given(calls)
def test_nobody_gets_more_in_any_time_than_the_bucket_and_what_flows_in_and_seven_a_worker(
    asked: list[tuple[int, int, int, int]],
) -> None:
    at_hand, now = workers(ModelBuckets()), START
    let_through: dict[str, list[int]] = {"all": []}
    for worker, who, times, pause in asked:
        caller = api_key(T, "key") if who == 0 else person(T, str(who))
        for _ in range(times):
            if passes(at_hand[worker], caller, now):
                let_through.setdefault(caller.member_id, []).append(now)
                let_through["all"].append(now)
        now += pause
    for name, moments in let_through.items():
        assert most_in(moments[:200], TENANT if name == "all" else CALLER) <= UNWRITTEN


@given(st.lists(st.tuples(st.integers(0, WORKERS - 1), st.integers(0, 2_000)), max_size=CALLER.calls))
def test_nobody_is_refused_who_calls_no_more_than_a_bucketful(asked: list[tuple[int, int]]) -> None:
    at_hand, now = workers(ModelBuckets()), START
    for worker, pause in asked:
        assert passes(at_hand[worker], person(T, "a"), now)
        now += pause


@given(st.integers(0, 5_000), st.integers(1, 400))
def test_whoever_waits_as_long_as_the_answer_says_is_let_through(pause: int, asked: int) -> None:
    (worker,), now = workers(ModelBuckets(), 1), START
    for _ in range(asked):
        passes(worker, person(T, "a"), now)
    now += pause
    refusal = allowance(worker, person(T, "a"), now).refusal
    if refusal is not None:
        seconds = int(str(refusal.extensions["retry_after_seconds"]))
        assert seconds >= 1
        assert passes(worker, person(T, "a"), now + seconds * 1000)


@given(st.integers(0, 2 * 10**7), st.integers(1, 5_000), st.integers(0, 4))
def test_what_is_left_and_how_long_to_wait_say_the_same(ahead_us: int, size: int, share: int) -> None:
    quota, now = Quota("q", size + 8, size // 8 * share), EpochMs(START)
    left, wait = quota.left(now * 1000 + ahead_us, now), quota.wait_ms(now * 1000 + ahead_us, now)
    assert (left > 0) == (wait == 0)
    assert left <= quota.calls - quota.reserved
    later = EpochMs(now + wait)
    assert quota.left(now * 1000 + ahead_us, later) > 0


@given(st.lists(st.tuples(st.integers(0, WORKERS - 1), st.integers(0, 5), st.integers(0, 400)), max_size=20))
def test_however_many_keys_are_at_it_people_get_through(asked: list[tuple[int, int, int]]) -> None:
    at_hand, now = workers(ModelBuckets()), START
    for worker, key, pause in asked:
        for _ in range(30):
            passes(at_hand[worker], api_key(T, f"key {key}"), now)
        now += pause
    for i in range(TENANT.calls // 4 - UNWRITTEN):
        assert passes(at_hand[i % WORKERS], person(T, "a person"), now)


def test_a_key_that_is_over_its_limit_takes_nothing_from_its_tenant() -> None:
    buckets = ModelBuckets()
    (worker,) = workers(buckets, 1)
    answers = [passes(worker, api_key(T, "key"), START) for _ in range(5 * TENANT.calls)]
    assert answers == [True] * CALLER.calls + [False] * (5 * TENANT.calls - CALLER.calls)
    written = buckets.full_at_us[T, "ALL"]
    assert TENANT.left(written, EpochMs(START)) >= TENANT.calls - CALLER.calls
    assert passes(worker, api_key(TenantId("02T"), "key"), START), "another tenant has not even noticed"


def test_most_calls_are_not_written_down_one_by_one_and_refusals_not_at_all() -> None:
    buckets = ModelBuckets()
    (worker,) = workers(buckets, 1)
    for _ in range(80):
        assert passes(worker, person(T, "a"), START)
    assert buckets.writes <= 2 * 80 // BATCH + 2
    for _ in range(30):
        passes(worker, person(T, "a"), START)
    before = buckets.writes
    assert not any(passes(worker, person(T, "a"), START) for _ in range(100))
    assert buckets.writes == before


def test_a_worker_that_has_heard_nothing_for_a_while_asks_again() -> None:
    buckets = ModelBuckets()
    one, other = workers(buckets, 2)
    assert passes(one, person(T, "a"), START)
    for _ in range(2 * CALLER.calls):
        passes(other, person(T, "a"), START + STALE_MS)
    before = buckets.writes
    assert passes(one, person(T, "a"), START + STALE_MS)
    assert buckets.writes > before
    assert sum(passes(one, person(T, "a"), START + STALE_MS) for _ in range(CALLER.calls)) < BATCH


def test_what_was_let_through_is_written_down_in_the_end_whoever_was_refused_meanwhile() -> None:
    at_hand, through = workers(ModelBuckets()), 0
    seconds = 60
    for second in range(seconds + 1):
        for i in range(60):
            through += passes(at_hand[i % WORKERS], person(T, "a"), START + 1000 * second)
    assert through <= CALLER.calls + CALLER.calls * seconds * 1000 // WINDOW_MS + UNWRITTEN


def test_what_was_let_through_long_ago_is_not_taken_again_from_a_bucket_that_is_full() -> None:
    """A bucketful at once, spread over many workers, as often as the bucket is full."""
    many = workers(ModelBuckets(), 14)
    for start in (START, START + 2 * WINDOW_MS, START + 100 * WINDOW_MS):
        through = [passes(many[i % len(many)], api_key(T, "key"), start) for i in range(CALLER.calls)]
        assert all(through)


def test_without_a_plan_a_caller_is_held_to_no_less_than_what_may_be_paid_for() -> None:
    (worker,) = workers(ModelBuckets(), 1)
    for plan, limits in (("", limits_of_plan("growth")), ("unheard of", limits_of_plan("free"))):
        caller = quotas_of(limits, 1, by_key=False)[0]
        policy = allowance(worker, person(T, "a", plan), START).headers["RateLimit-Policy"]
        assert policy.startswith(f'"caller";q={caller.calls};')


def test_each_answer_says_what_there_is_and_what_is_left() -> None:
    (worker,) = workers(ModelBuckets(), 1)
    said = allowance(worker, person(T, "a"), START).headers
    assert said == {
        "RateLimit-Policy": '"caller";q=100;w=10, "tenant";q=200;w=10',
        "RateLimit": '"caller";r=99;t=1, "tenant";r=199;t=1',
    }
    said = allowance(worker, api_key(T, "k"), START).headers
    assert said["RateLimit"] == '"caller";r=99;t=1, "tenant";r=148;t=1', "a quarter is for people"
    left = []
    for _ in range(120):
        answer = allowance(worker, person(T, "a"), START)
        found = re.fullmatch(r'"caller";r=(\d+);t=(\d+), "tenant";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
        assert found
        left.append(int(found[1]))
    assert left == [max(0, 98 - i) for i in range(120)]
    refusal = allowance(worker, person(T, "a"), START).refusal
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("rate_limited", 429)
    assert "the caller may make 100 in 10 s" in refusal.message


@pytest.mark.parametrize("plan", [*PLAN_NAMES, "", "unheard of"])
@pytest.mark.parametrize("by_key", [False, True])
def test_each_plan_has_room_for_more_than_what_is_not_written_yet(plan: str, by_key: bool) -> None:
    caller, tenant = quotas_of(limits_of_plan(plan), 1, by_key=by_key)
    assert caller.calls * 2 == tenant.calls
    assert caller.calls >= 10 * BATCH
    assert tenant.reserved == (tenant.calls // 4 if by_key else 0)
    assert WINDOW_MS * 1000 // quotas_of(limits_of_plan(plan), 1000, by_key=by_key)[1].calls > 0
