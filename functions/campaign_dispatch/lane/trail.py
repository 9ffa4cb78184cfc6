"""What a slice of a lane has claimed, for its line in the log: by it one message is traced to its slice."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from functions.campaign_dispatch.lane.logic.claims import Window
from shared.clock import EpochMs
from shared.ids import CampaignId

_MOST_NAMED = 10
"""Campaigns that the line has the places of."""


@dataclass(slots=True)
class Claimed:
    """Of one campaign: the places in the lane's part from `first` to before `end`, and people to be tried again."""

    first: int | None = None
    end: int | None = None
    retries: int = 0


@dataclass(slots=True)
class Trail:
    """`ticks` are those in which somebody was claimed, the first and the last at these times (epoch ms; 0 for never).
    `token` is of the last one, which the lane's item keeps too; `sent` people were accepted by Meta."""

    ticks: int = 0
    first_at: EpochMs = EpochMs(0)
    last_at: EpochMs = EpochMs(0)
    token: str = ""
    sent: int = 0
    campaigns: dict[CampaignId, Claimed] = field(default_factory=dict)

    def claimed(self, window: Window, token: str, now: EpochMs) -> None:
        """A claim was stored. A lane's place only ever moves on, so what a slice claims has no gaps."""
        self.token = token
        if window.empty:
            return
        self.ticks += 1
        self.first_at, self.last_at = self.first_at or now, now
        for campaign_id, (start, stop) in window.moves.items():
            of = self.campaigns.setdefault(campaign_id, Claimed())
            of.first, of.end = (start if of.first is None else of.first), stop
        for batch in window.retries:
            self.campaigns.setdefault(batch.campaign_id, Claimed()).retries += len(batch.entries)

    def lines(self) -> Sequence[dict[str, object]]:
        """A campaign each."""
        return [
            {"campaign_id": campaign_id, "first": of.first, "end": of.end, "retries": of.retries}
            for campaign_id, of in list(self.campaigns.items())[:_MOST_NAMED]
        ]
