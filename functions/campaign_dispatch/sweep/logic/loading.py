"""Which shards of a campaign that is being loaded need a worker again."""

from collections.abc import Mapping, Sequence

from shared.clock import EpochMs
from shared.domain.campaigns.load_record import SealedBlock

LOADER_SILENT_MS = 150_000
"""Two slices of a loader and some time in the queue."""


def silent_shards(
    progress: Sequence[SealedBlock | None], kept_at: Mapping[int, EpochMs], frozen_at: EpochMs, now: EpochMs
) -> list[int]:
    """Those whose worker said nothing for so long that it must have died. `progress` is each shard's last record;
    `kept_at` when a worker that sealed nothing noted how far it came (few of the shard's people are meant). Times are
    epoch ms.

    When all are loaded and the campaign still is not before its lanes, the last worker died: any shard does its last
    step again.
    """
    if all(last and last.end for last in progress):
        return [0]
    return [
        shard
        for shard, last in enumerate(progress)
        if not (last and last.end)
        and now - max(frozen_at, last.at if last else 0, kept_at.get(shard, 0)) > LOADER_SILENT_MS
    ]
