"""An event loop whose time jumps to the next thing to happen: hours pass in milliseconds, always in the same order."""

import asyncio
import selectors
from typing import Any

from shared.clock import EpochMs

EPOCH_MS = 1_767_225_600_000


class _NeverWaiting(selectors.DefaultSelector):
    """The loop would wait in real time for the next thing to happen, behind one that was cancelled."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._now = 1_000.0
        super().__init__(_NeverWaiting())

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        state: Any = self
        if not state._ready and state._scheduled:
            self._now = max(self._now, state._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]

    def advance(self, seconds: float) -> None:
        """Let everything happen that is due within this time."""
        self.run_until_complete(asyncio.sleep(seconds))


class VirtualClock:
    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> EpochMs:
        return EpochMs(EPOCH_MS + round(self._loop.time() * 1000))

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.001))
