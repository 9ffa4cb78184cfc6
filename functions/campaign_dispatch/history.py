"""What earlier campaigns mean for a contact: streams that run beside the scan, because all are in order of contact_id.

No write and no look-up per contact: each earlier campaign of the shard is read once, in step.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from shared.domain.campaign import SPARED, Audience, Campaign
from shared.store.campaign_people import Fate

REACHED = frozenset({"sent", "delivered", "read", "unknown", "waiting"})
"""Outcomes of people who have the message, may have it, or are about to get it."""


class Standing(Enum):
    OUTSIDE = "outside"
    INSIDE = "inside"
    OVER_THE_CAP = "over_the_cap"
    RESTING = "resting"


@dataclass(slots=True)
class Stream:
    """One earlier campaign in one shard. Ask in order of contact_id only; each question moves it forward."""

    fates: Iterator[Fate]
    _next: Fate | None = None
    _started: bool = False

    def of(self, contact_id: str) -> Fate | None:
        """What became of this contact in that campaign; None when they were not in it."""
        if not self._started:
            self._started = True
            self._next = next(self.fates, None)
        while self._next is not None and self._next.contact_id < contact_id:
            self._next = next(self.fates, None)
        return self._next if self._next is not None and self._next.contact_id == contact_id else None


@dataclass(slots=True)
class History:
    """The earlier campaigns that matter to this one, by campaign id; `counted` are those under the frequency cap.

    `rest`: whom Meta spared in the campaign that is the audience's source is left alone.
    """

    audience: Audience
    cap: int = 0
    counted: Sequence[str] = ()
    streams: Mapping[str, Stream] = field(default_factory=dict)
    rest: bool = False

    def standing(self, contact_id: str, tags: frozenset[str]) -> Standing:
        """Whether the contact is in the audience, by tags and by what became of them before."""
        # Every stream must move on with every contact, also where an earlier answer decides.
        fates = {campaign_id: stream.of(contact_id) for campaign_id, stream in self.streams.items()}
        reached = {campaign_id for campaign_id, fate in fates.items() if fate is not None and fate.outcome in REACHED}
        if not reached.isdisjoint(self.audience.exclude_campaigns):
            return Standing.OUTSIDE
        source = self.audience.source
        if source is None:
            inside = self.audience.includes(tags)
        else:
            fate = fates[source.campaign_id]
            inside = fate is not None and source.includes(fate.outcome, fate.code) and self.audience.not_excluded(tags)
        if not inside:
            return Standing.OUTSIDE
        if self.rest and source is not None and (spared := fates[source.campaign_id]) and spared.code == SPARED:
            return Standing.RESTING
        over = self.cap > 0 and len(reached.intersection(self.counted)) >= self.cap
        return Standing.OVER_THE_CAP if over else Standing.INSIDE


def open_history(
    campaign: Campaign, recent: Sequence[str], stream: Callable[[str], Iterator[Fate]], *, rest: bool = False
) -> History:
    """The history a shard's scan needs. `recent` are the marketing campaigns of the frequency cap's days; `stream`
    reads an earlier campaign's people of this shard; `rest` as in History."""
    audience = campaign.audience
    needed = {*audience.exclude_campaigns, *recent}
    if audience.source is not None:
        needed.add(audience.source.campaign_id)
    cap = campaign.frequency_cap.campaigns if campaign.frequency_cap else 0
    streams = {campaign_id: Stream(stream(campaign_id)) for campaign_id in needed}
    return History(audience, cap, tuple(recent), streams, rest)
