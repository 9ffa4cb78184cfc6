"""What a lane works with, as it sees it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from shared.clock import EpochMs
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Outcome

T = TypeVar("T")


class Blocking(Protocol):
    async def __call__(self, call: Callable[[], T], /) -> T:
        """Run a database call without holding up the sending."""


class Clock(Protocol):
    def now(self) -> EpochMs:
        """Epoch milliseconds."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    async def sleep(self, seconds: float) -> None: ...


class Transmitter(Protocol):
    async def __call__(self, run: Run, body: dict[str, object]) -> Outcome:
        """Send one message; never raises."""
