"""Members who are in a conversation right now."""

from dataclasses import dataclass
from typing import Literal

from shared.clock import EpochMs

Doing = Literal["viewing", "typing"]
PRESENT_MS = 30_000
"""How long a member counts as present after the last sign of them."""


@dataclass(frozen=True, slots=True)
class Present:
    """`until` (epoch ms) is when they count as gone unless they give another sign."""

    member_id: str
    doing: Doing
    until: EpochMs
