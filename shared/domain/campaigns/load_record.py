"""What the load of one contact shard noted."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.campaigns.blocks import Recipient

Skipped = Sequence[tuple[str, str]]
"""(contact id, reason) of people the load held back."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a shard's load. Block `n` with its recipients and whom the load held back since the record before;
    or, with a `spill`, what was met on the way to block `n`: its `recipients` so far, those of earlier spills included.
    """

    n: int
    spill: int
    recipients: Sequence[Recipient]
    skipped: Skipped
