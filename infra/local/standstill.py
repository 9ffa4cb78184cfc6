"""How late a process itself was: a busy machine lets it stand still, and then it reads at once what came meanwhile.

Whoever judges a rate by arrival times needs to know when the watch stood still.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

LATE_SECONDS = 0.01
_BEAT_SECONDS = 0.005
_AFTER_SECONDS = 0.01
Standstill = tuple[float, float]
"""When it ended (monotonic seconds) and how long it lasted."""


async def watch(note: Callable[[float, float], None]) -> None:
    """Call `note(ended at, seconds)` for every standstill of this event loop, until cancelled."""
    while True:
        wanted = time.monotonic() + _BEAT_SECONDS
        await asyncio.sleep(_BEAT_SECONDS)
        now = time.monotonic()
        if now - wanted >= LATE_SECONDS:
            note(now, now - wanted)


def peak(moments: Iterable[float], standstills: Sequence[Standstill] = (), *, span: float = 1.0) -> int:
    """The most of these moments (seconds) that lie in any `span` seconds, but for those with a standstill in them."""
    still = deque(sorted(standstills))
    window: deque[float] = deque()
    most, stood_until = 0, float("-inf")
    for moment in sorted(moments):
        while still and still[0][0] - still[0][1] <= moment:
            stood_until = still.popleft()[0] + _AFTER_SECONDS
        window.append(moment)
        while window[0] <= moment - span:
            window.popleft()
        if stood_until <= moment - span:
            most = max(most, len(window))
    return most


def shortly_after(moment: float, standstills: Iterable[Standstill], *, span: float = 1.0) -> bool:
    """Whether a standstill lies in the `span` seconds before, as `peak` has it."""
    return any(ended - seconds <= moment and ended + _AFTER_SECONDS > moment - span for ended, seconds in standstills)
