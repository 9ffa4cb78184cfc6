"""Attempts, pauses and replays of one delivery."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.webhooks.delivery import (
    ATTEMPTS,
    KEPT_ATTEMPTS,
    KEPT_RESPONSE,
    RETRY_MS,
    Attempt,
    Delivery,
    Outcome,
    delivery_id,
    next_attempt,
)

DAY = 24 * 3_600_000
FRESH = Delivery("1-evt_1", "evt_1", "message.received", EpochMs(1))


def outcome(status: int, response: str = "") -> Outcome:
    return Outcome(Attempt(EpochMs(1), status, 5, "" if status else "timeout"), response)


@given(st.text(min_size=1, max_size=40))
def test_pauses_grow_and_end_within_three_days(event_id: str) -> None:
    now, pauses = 0, []
    for attempt in range(ATTEMPTS - 1):
        due = next_attempt(event_id, attempt, EpochMs(now))
        pauses.append(due - now)
        now = due
    assert pauses == sorted(pauses)
    assert 5_000 <= pauses[0] < 6_000
    assert RETRY_MS * 0.8 < now <= RETRY_MS == 3 * DAY
    assert next_attempt(event_id, ATTEMPTS - 1, EpochMs(now)) == 0


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({next_attempt(f"evt_{i}", 5, EpochMs(0)) for i in range(50)}) > 40


def test_an_endpoint_may_ask_for_a_longer_pause_up_to_an_hour() -> None:
    assert next_attempt("evt_1", 0, EpochMs(0), wait_ms=120_000) == 120_000
    assert next_attempt("evt_1", 0, EpochMs(0), wait_ms=1) == next_attempt("evt_1", 0, EpochMs(0))
    assert next_attempt("evt_1", 0, EpochMs(0), wait_ms=10 * DAY) == 3_600_000
    assert next_attempt("evt_1", ATTEMPTS - 1, EpochMs(0), wait_ms=120_000) == 0


@pytest.mark.parametrize(
    ("status", "next_at", "state"),
    [(200, 0, "succeeded"), (204, 0, "succeeded"), (299, 0, "succeeded"), (301, 9, "retrying"), (404, 9, "retrying"),
     (500, 9, "retrying"), (0, 9, "retrying"), (500, 0, "failed"), (199, 0, "failed")],
)  # fmt: skip
def test_an_attempt_decides_the_state(status: int, next_at: EpochMs, state: str) -> None:
    after = FRESH.after(outcome(status, "x"), 0, 0, next_at)
    assert (after.state, after.next_at, after.run_attempts) == (state, next_at, 1)
    assert after.attempts == (outcome(status).attempt,)
    assert after.response == "x"


def test_an_attempt_is_made_once_it_is_not_in_the_log() -> None:
    once = FRESH.after(outcome(500), 0, 0, EpochMs(9))
    assert not FRESH.settles(0, 0)
    assert once.settles(0, 0)
    assert not once.settles(0, 1)
    assert once.after(outcome(200), 0, 1, EpochMs(0)).settles(0, 5)


@pytest.mark.parametrize("order", list(itertools.permutations([(500, 9), (200, 0), (0, 9)])))
def test_what_once_arrived_has_arrived(order: tuple[tuple[int, int], ...]) -> None:
    """Two chains of the same delivery, in any order."""
    delivery = FRESH
    for status, next_at in order:
        delivery = delivery.after(outcome(status), 0, 0, EpochMs(next_at))
    assert (delivery.state, delivery.next_at, delivery.run_attempts) == ("succeeded", 0, 1)
    assert len(delivery.attempts) == 3


def test_a_replay_begins_anew_and_is_not_set_back_by_what_was_before() -> None:
    failed = FRESH.after(outcome(500), 0, ATTEMPTS - 1, EpochMs(0))
    assert failed.state == "failed"
    again = failed.replayed(1, now=EpochMs(77))
    assert (again.state, again.run, again.run_attempts, again.next_at) == ("retrying", 1, 0, 77)
    assert again.replayed(1, now=EpochMs(99)) == again
    assert again.settles(0, 0)
    assert not again.settles(1, 0)
    late = again.after(outcome(500), 0, ATTEMPTS - 1, EpochMs(0))
    assert (late.state, late.run) == ("retrying", 1)
    assert again.after(outcome(200), 1, 0, EpochMs(0)).state == "succeeded"


def test_a_replay_may_arrive_before_it_is_marked() -> None:
    failed = FRESH.after(outcome(500), 0, ATTEMPTS - 1, EpochMs(0))
    arrived = failed.after(outcome(200), 1, 0, EpochMs(0))
    assert (arrived.state, arrived.run) == ("succeeded", 1)
    assert arrived.replayed(1, now=EpochMs(5)) == arrived


def test_a_replay_of_what_arrived_is_made() -> None:
    again = FRESH.after(outcome(200), 0, 0, EpochMs(0)).replayed(1, now=EpochMs(5))
    assert not again.settles(1, 0)
    assert again.after(outcome(500), 1, 0, EpochMs(0)).state == "failed"


def test_the_log_is_bounded() -> None:
    delivery = FRESH
    for attempt in range(KEPT_ATTEMPTS + 5):
        delivery = delivery.after(outcome(500, "é" * 5_000), 0, attempt, EpochMs(9))
    assert len(delivery.attempts) == KEPT_ATTEMPTS
    assert len(delivery.response) == KEPT_RESPONSE


def test_ids_sort_by_time() -> None:
    ids = [delivery_id(EpochMs(at), "evt_1") for at in (5, 1_000, 1_700_000_000_000, 1_900_000_000_000)]
    assert ids == sorted(ids)
