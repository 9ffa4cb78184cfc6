"""How many calls may be under way at a time."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.leases import Bound, Lease, Leases, with_lease, without_lease
from shared.errors import RateLimited

BOUND = Bound("k", 3, 2, "too_many", "too many")


def test_a_caller_and_a_tenant_have_their_bounds_and_are_told_when_to_come_again() -> None:
    leases = with_lease(Leases(), "1", Lease("a", EpochMs(5_000)), EpochMs(0), BOUND)
    leases = with_lease(leases, "2", Lease("a", EpochMs(9_000)), EpochMs(0), BOUND)
    with pytest.raises(RateLimited) as caught:
        with_lease(leases, "3", Lease("a", EpochMs(9_000)), EpochMs(1), BOUND)
    assert (caught.value.code, caught.value.extensions) == ("too_many", {"retry_after_seconds": 5})
    leases = with_lease(leases, "3", Lease("b", EpochMs(9_000)), EpochMs(0), BOUND)
    with pytest.raises(RateLimited):
        with_lease(leases, "4", Lease("c", EpochMs(9_000)), EpochMs(0), BOUND)
    assert with_lease(without_lease(leases, "2"), "4", Lease("c", EpochMs(9_000)), EpochMs(0), BOUND).held.keys() == {
        "1",
        "3",
        "4",
    }


def test_what_was_never_given_back_ends_by_itself() -> None:
    full = Leases({str(i): Lease("a", EpochMs(100)) for i in range(3)})
    assert with_lease(full, "x", Lease("a", EpochMs(200)), EpochMs(100), BOUND).held.keys() == {"x"}


def test_a_repeated_call_has_one_lease() -> None:
    leases = with_lease(Leases(), "1", Lease("a", EpochMs(100)), EpochMs(0), BOUND)
    assert with_lease(leases, "1", Lease("a", EpochMs(200)), EpochMs(0), BOUND).held == {"1": Lease("a", EpochMs(200))}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50), st.integers(1, 60)), max_size=40))
def test_the_bounds_hold_whatever_comes(calls: list[tuple[str, int, int]]) -> None:
    leases, now = Leases(), 0
    for i, (holder, pause, length) in enumerate(calls):
        now += pause
        with suppress(RateLimited):
            leases = with_lease(leases, str(i), Lease(holder, EpochMs(now + length)), EpochMs(now), BOUND)
        live = [lease for lease in leases.held.values() if lease.until > now]
        assert len(live) <= BOUND.most
        assert all(sum(one.holder == lease.holder for one in live) <= BOUND.most_of_holder for lease in live)
