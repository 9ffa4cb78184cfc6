"""What the load of one contact shard noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.clock import EpochMs
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


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """Where a shard's load stands: `recipients` and `skipped` count the shard so far, `scanned_to` is the last contact
    looked at, `end` says the shard is done, `at` (epoch ms) when the worker that sealed it began.

    `spill` 0 seals block `n`. A larger one seals only skipped people, too many for one item, met after block `n` (-1
    before the first); `carried` are the recipients gathered by then, who go into the next block.
    """

    n: int
    spill: int
    recipients: int
    skipped: Mapping[str, int]
    scanned_to: str
    end: bool
    carried: tuple[Recipient, ...] = ()
    at: EpochMs = EpochMs(0)
