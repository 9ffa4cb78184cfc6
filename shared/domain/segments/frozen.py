"""What a campaign keeps of a segment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.ids import CampaignId


@dataclass(frozen=True, slots=True)
class FrozenSegment:
    """A segment's condition as it was when the audience began to be frozen, with what else decides: the kinds of the
    custom fields that it asks about, and the tenant's time zone. `campaigns` are those that it asks about, named or
    as those of so many days (`recent`)."""

    segment_id: str
    revision: int
    name: str
    text: str
    kinds: Mapping[str, str] = field(default_factory=dict)
    campaigns: tuple[CampaignId, ...] = ()
    time_zone: str = ""
    recent: Mapping[int, tuple[CampaignId, ...]] = field(default_factory=dict)
