"""Chance that repeats: every draw is a hash of the seed and of what it is about, never of when it is asked.

So the same person gets the same fate in every run, whatever the timing of the machine.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_SPAN = float(1 << 64)


def number(seed: str, *parts: str) -> int:
    """A repeatable 64-bit number for the seed and the parts."""
    return int.from_bytes(
        blake2b("\x1f".join((seed, *parts)).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )


def fraction(seed: str, *parts: str) -> float:
    """A repeatable number in [0, 1)."""
    return (number(seed, *parts) >> 11 << 11) / _SPAN


def between(bounds: tuple[float, float], seed: str, *parts: str) -> float:
    """A repeatable number between two bounds."""
    low, high = bounds
    return low + (high - low) * fraction(seed, *parts)


def pick(options: Sequence[T], seed: str, *parts: str) -> T:
    """A repeatable choice; `options` must not be empty."""
    return options[number(seed, *parts) % len(options)]


def first_hit(shares: Mapping[T, float], draw: float) -> T | None:
    """Which of several exclusive shares a draw in [0, 1) falls into, in their order; None beyond them all."""
    edge = 0.0
    for name, share in shares.items():
        edge += share
        if draw < edge:
            return name
    return None
