"""How fast a campaign went: messages accepted in each minute, as one slice of a lane saw it."""

from collections import Counter
from dataclasses import dataclass, field

from shared.clock import EpochMs
from shared.domain.campaigns.number_work import Run
from shared.store.campaigns.sends import Sends

_MINUTE_MS = 60_000


@dataclass(slots=True)
class Curve:
    run: Run | None = None
    minutes: Counter[int] = field(default_factory=Counter)

    def note(self, run: Run, now: EpochMs) -> None:
        """One more was accepted, now (epoch ms)."""
        self.run = run
        self.minutes[now // _MINUTE_MS] += 1

    def store(self, sends: Sends, lane: int, fence: int, now: EpochMs) -> None:
        if self.run is not None:
            sends.rates.put(self.run.tenant_id, self.run.campaign_id, lane, fence, self.minutes, now)
