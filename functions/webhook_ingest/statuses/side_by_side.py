"""Reading many things at the same time, so that nobody's slow one keeps the others waiting."""

from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
_READERS = 16
"""Of the 32 connections that the database's client has."""


def a_quarter(time_left_ms: Callable[[], int]) -> float:
    """Of the time that an invocation has left (ms), in seconds."""
    return time_left_ms() / 4_000


def read_side_by_side(keys: Iterable[K], read: Callable[[K], V], seconds: float) -> dict[K, V | Exception]:
    """What each of these gives, or what it raised; TimeoutError for what is not there in time. They are begun in their
    order."""
    threads = ThreadPoolExecutor(_READERS)
    try:
        reading = {key: threads.submit(read, key) for key in keys}
        wait(reading.values(), timeout=seconds)
    finally:
        # Who is still at it ends by itself, and nobody asks for what it found.
        threads.shutdown(wait=False, cancel_futures=True)
    found: dict[K, V | Exception] = {}
    for key, one in reading.items():
        try:
            found[key] = one.result(timeout=0)
        except CancelledError:
            found[key] = TimeoutError()
        except Exception as error:
            found[key] = error
    return found
