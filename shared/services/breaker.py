"""Carrying out a breaker (`shared/domain/webhooks/breaker.py`) that is stored where several workers see it.

`change` and `note` store what they make of the stored one: a compare-and-swap, repeated when somebody was first.
"""

from collections.abc import Callable
from typing import TypeVar

from shared.clock import EpochMs
from shared.domain.webhooks.breaker import Breaker
from shared.errors import Conflict

B = TypeVar("B", bound=Breaker)
Change = Callable[[Callable[[B], B]], object]


def left_alone_until(seen: B, change: Change[B], now: EpochMs) -> EpochMs:
    """Until when to wait, 0 to go on: of all that find the pause over, whose write is first tries."""
    if not seen.left_alone:
        return EpochMs(0)
    if seen.paused_until > now:
        return seen.paused_until
    try:
        change(lambda found: found.tried(now))
    except Conflict:
        return seen.paused(now).paused_until
    return EpochMs(0)


def judge(seen: B, note: Change[B], at: EpochMs, *, ok: bool, trial: bool) -> bool:
    """Whether a failure was counted. Writes only when the health changes; `at` is when it was tried."""
    if ok:
        if seen.failing_since or seen.left_alone:
            note(lambda found: found.succeeded())
        return False
    if seen.left_alone and not trial:
        return False
    note(lambda found: found.failed(at, trial=trial))
    return True
