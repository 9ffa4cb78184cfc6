"""What the parts of a dry run come to."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.clock import EpochMs
from shared.domain.campaigns.dry_run_part import DryRunPart
from shared.domain.contacts.identity import SHARDS

SAMPLES = 10
MISSING = 100


@dataclass(frozen=True, slots=True)
class DryRun:
    """`started_at` in epoch ms; `conditions` are those of then (see functions.api.campaigns.logic.conditions)."""

    dry_run_id: str
    started_at: EpochMs
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DryRunResult:
    """What the parts so far add up to (see DryRunPart); `complete` once all sixteen are there."""

    run: DryRun
    complete: bool
    planned: int
    sendable: int
    skipped: dict[str, int]
    samples: list[tuple[str, str]]
    missing: list[tuple[str, str]]
    missing_by_slot: dict[str, int]
    offer_ends: EpochMs | None = None
    markets: Mapping[str, int] = field(default_factory=dict)
    recent: Mapping[str, int] = field(default_factory=dict)


def add_up(run: DryRun, parts: Sequence[DryRunPart]) -> DryRunResult:
    return DryRunResult(
        run=run,
        complete=len(parts) >= SHARDS,
        planned=sum(part.planned for part in parts),
        sendable=sum(part.sendable for part in parts),
        skipped=_sum(part.skipped for part in parts),
        samples=[sample for part in parts for sample in part.samples][:SAMPLES],
        missing=[one for part in parts for one in part.missing][:MISSING],
        missing_by_slot=_sum(part.missing_by_slot for part in parts),
        offer_ends=min((part.offer_ends for part in parts if part.offer_ends is not None), default=None),
        markets=_sum(part.markets for part in parts),
        recent=_sum(part.recent for part in parts),
    )


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)
