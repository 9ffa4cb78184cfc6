"""Passing by everybody who is due, once a minute. What a run cannot do in its time the next one begins with, so nobody
waits for longer than as many runs as all of them take, and one."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from shared.store.campaigns.sweep_turns import SweepTurns


class Placed(Protocol):
    @property
    def place(self) -> str:
        """Where a run goes on behind."""


T = TypeVar("T")
P = TypeVar("P", bound=Placed)


def pass_by(
    places: SweepTurns,
    due: Callable[[str], Iterator[P]],
    queue: Callable[[Sequence[P]], None],
    more_time: Callable[[], bool],
    at_once: int,
) -> bool:
    """Give `queue` everybody who is due, `at_once` at a time; `due` has them from behind a place on, and comes round to
    it. False when there was no time for all."""
    began = behind = places.place()
    for some in batched(due(began), at_once):
        if not more_time():
            places.keep_place(began, behind)
            return False
        queue(some)
        behind = some[-1].place
    if began:
        places.keep_place(began, "")
    return True


def batched(items: Iterator[T], size: int) -> Iterator[list[T]]:
    """So many at a time, the last ones fewer."""
    while some := list(islice(items, size)):
        yield some
