"""Something that must not happen, kept with its figures until somebody has looked at it."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.ids import CampaignId


@dataclass(frozen=True, slots=True)
class Incident:
    """`at` is when it was last seen (epoch ms)."""

    campaign_id: CampaignId
    kind: str
    at: EpochMs
    figures: Mapping[str, int]
