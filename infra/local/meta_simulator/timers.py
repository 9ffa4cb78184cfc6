"""Things that will happen later, counted, so that a test can wait until nothing is left to happen."""

import asyncio
from collections.abc import Callable


class Timers:
    """Delayed calls on the running loop."""

    def __init__(self) -> None:
        self.pending = 0
        self._closed = False

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` after `seconds`."""
        self.pending += 1
        asyncio.get_running_loop().call_later(seconds, self._run, action)

    def close(self) -> None:
        """Nothing that is still pending will run."""
        self._closed = True

    def _run(self, action: Callable[[], None]) -> None:
        self.pending -= 1
        if not self._closed:
            action()
