"""Tasks that share the time of a run: a slow one, or one that fails, takes nothing from the others."""

from collections.abc import Callable

import pytest

from functions.api.upkeep.shares import MoreTime, do_in_turn


class Clock:
    """Time goes by only where a task says that it works."""

    def __init__(self, left_ms: int) -> None:
        self.left_ms = left_ms
        self.used: dict[str, int] = {}

    def left(self) -> int:
        return self.left_ms

    def task(self, name: str, needs_ms: int, step_ms: int = 1) -> Callable[[MoreTime], None]:
        def work(more_time: MoreTime) -> None:
            self.used[name] = 0
            while self.used[name] < needs_ms and more_time():
                self.used[name] += step_ms
                self.left_ms -= step_ms

        return work


def test_one_that_never_ends_leaves_the_others_their_share() -> None:
    clock = Clock(300)
    do_in_turn([clock.task(name, 10_000) for name in "abc"], clock.left)
    assert clock.used == {"a": 100, "b": 100, "c": 100}


def test_what_one_does_not_need_is_the_others() -> None:
    clock = Clock(300)
    do_in_turn([clock.task("a", 20), clock.task("b", 10_000), clock.task("c", 10_000)], clock.left)
    assert clock.used == {"a": 20, "b": 140, "c": 140}


def test_one_that_takes_too_long_over_a_step_takes_from_all_others_alike() -> None:
    clock = Clock(300)
    do_in_turn([clock.task("a", 10_000, step_ms=180), clock.task("b", 10_000), clock.task("c", 10_000)], clock.left)
    assert clock.used == {"a": 180, "b": 60, "c": 60}


def test_without_time_nobody_works() -> None:
    clock = Clock(0)
    do_in_turn([clock.task(name, 10) for name in "ab"], clock.left)
    assert clock.used == {"a": 0, "b": 0}


def test_one_that_fails_stops_no_other_and_the_run_has_failed() -> None:
    clock = Clock(300)

    def fails(_: MoreTime) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        do_in_turn([fails, clock.task("b", 10_000), clock.task("c", 5)], clock.left)
    assert clock.used == {"b": 150, "c": 5}
