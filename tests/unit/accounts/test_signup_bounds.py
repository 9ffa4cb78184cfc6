"""Whoever tries an address too often is told when it may be tried again."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.clock import EpochMs
from shared.domain.accounts.signup import (
    HOUR_MS,
    MOST_CODES,
    MOST_SIGNUPS,
    Change,
    PendingSignup,
    hold_for_code,
    hold_for_signup,
)
from shared.errors import RateLimited


@pytest.mark.parametrize(("hold", "most"), [(hold_for_signup, MOST_SIGNUPS), (hold_for_code, MOST_CODES)])
def test_the_wait_ends_an_hour_after_the_first_try(hold: Callable[[EpochMs], Change], most: int) -> None:
    found = PendingSignup()
    for minute in range(most):
        found = replace(hold(EpochMs(HOUR_MS + minute * 60_000))(found), held_until=EpochMs(0))
    with pytest.raises(RateLimited) as caught:
        hold(EpochMs(HOUR_MS + most * 60_000))(found)
    seconds = caught.value.extensions["retry_after_seconds"]
    assert (caught.value.code, caught.value.field, seconds) == ("too_many_requests", "email", 3600 - most * 60)
    assert hold(EpochMs(2 * HOUR_MS))(found).held_until
