"""Which shards of a campaign that is being loaded need a worker again, and for how long it waits for another one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State, after
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.stop_reasons import WAITED_TOO_LONG, WAITS_FOR_ANOTHER
from shared.ids import CampaignId

LOADER_SILENT_MS = 150_000
"""Two slices of a loader and some time in the queue."""
_HOUR_MS = 3_600_000
LONGEST_WAIT_MS = 6 * _HOUR_MS
"""Many large campaigns of a tenant that begin at once are loaded one after the other."""


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


def waiting(current: Campaign, other: CampaignId, now: EpochMs) -> Campaign:
    """The campaign with the other one that it waits for as its reason, so that it can be seen; after LONGEST_WAIT_MS it
    is cancelled: who begins it anew decides what is to be done without the other one."""
    if current.state is not State.LOADING:
        return current
    if now - current.frozen_at <= LONGEST_WAIT_MS:
        return replace(current, reason=f"{WAITS_FOR_ANOTHER}: campaign {other}")
    reason = f"{WAITED_TOO_LONG}: campaign {other} was not loaded within {LONGEST_WAIT_MS // _HOUR_MS} hours"
    return replace(current, state=after(current.state, "cancel"), reason=reason, finished_at=now)
