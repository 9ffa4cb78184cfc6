"""Arrival times are judged by a watch that says when it stood still."""

import asyncio
import time

import pytest

from infra.local.standstill import peak, shortly_after, watch


def test_the_peak_counts_a_window_of_one_second() -> None:
    assert peak([]) == 0
    assert peak([0.0, 0.5, 0.999, 1.0]) == 3
    assert peak([0.0, 1.0, 2.0]) == 1


@pytest.mark.parametrize(("ended", "counted"), [(5.0, 3), (4.3, 2), (8.0, 3)])
def test_seconds_with_a_standstill_in_them_do_not_count(ended: float, counted: int) -> None:
    moments = [0.0, 0.9, 2.0, 4.1, 4.3, 4.4, 6.5, 6.6]
    assert peak(moments, [(ended, 0.1)]) == counted


@pytest.mark.parametrize(
    ("moment", "after"), [(4.8, False), (4.95, True), (5.0, True), (5.9, True), (6.1, False), (9.0, False)]
)
def test_what_comes_in_the_second_of_a_standstill_or_the_next_comes_shortly_after(moment: float, after: bool) -> None:
    assert shortly_after(moment, [(1.0, 0.1), (5.0, 0.1)]) is after


def test_a_loop_that_is_held_up_says_for_how_long() -> None:
    noted: list[tuple[float, float]] = []

    async def hold_up() -> None:
        watching = asyncio.ensure_future(watch(lambda at, seconds: noted.append((at, seconds))))
        await asyncio.sleep(0.05)
        time.sleep(0.2)
        await asyncio.sleep(0.05)
        watching.cancel()

    asyncio.run(hold_up())
    assert any(seconds > 0.15 for _, seconds in noted)
