"""What a phone number's lanes have to do, and how far they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.ids import CampaignId, PhoneNumberId, TenantId

OPENING = "opening"
"""The state of a run that is on its number but not yet the lanes' to send."""


@dataclass(frozen=True, slots=True)
class Run:
    """A campaign on a number. `state` is opening, running, paused or cancelled; `plan` is the compiled message."""

    phone_number_id: PhoneNumberId
    tenant_id: TenantId
    campaign_id: CampaignId
    state: str
    sizes: tuple[int, ...]
    lanes: int
    frozen_at: EpochMs
    category: str
    plan: str
    reason: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """Positions a lane took last: [start, stop) of its segment, at `at` (epoch ms)."""

    start: int
    stop: int
    at: EpochMs


@dataclass(frozen=True, slots=True)
class LaneState:
    """`expires_at` is when the lease ends, or for how long the lane is kept for the worker that was woken;
    `claimed_at` when it was last renewed by a claim (epoch ms); `rate` in messages per 1,000 seconds, 0 when never
    learned."""

    lane: int
    fence: int
    expires_at: EpochMs
    cursors: Mapping[CampaignId, int]
    claims: Mapping[CampaignId, Claim]
    rate: int = 0
    claimed_at: EpochMs = EpochMs(0)


@dataclass(frozen=True, slots=True)
class RetryBatch:
    """(block, slot, next attempt) of messages Meta refused for now or that never left."""

    key: str
    campaign_id: CampaignId
    lane: int
    due: EpochMs
    entries: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class NumberWork:
    """Everything a number has to do, as of one consistent read."""

    runs: tuple[Run, ...]
    lanes: Mapping[int, LaneState]
    retries: tuple[RetryBatch, ...]
