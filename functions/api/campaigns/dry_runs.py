"""Dry runs: the real gates over the whole audience, with nothing sent.

Sixteen messages, one per contact shard, go to the loader; each stores one part. The latest run of a campaign is
remembered beside it, so that asking needs no id.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from functions.api.campaigns.control import Sending
from shared.clients.queue import Outgoing
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.contacts.identity import SHARDS
from shared.errors import Conflict, NotFound
from shared.queue_messages import LoadShard
from shared.store.campaigns.catalogue import Catalogue
from shared.store.campaigns.sends import Sends
from shared.store.engine.directory import Directory

SAMPLES = 10
MISSING = 100


@dataclass(frozen=True, slots=True)
class DryRun:
    """`started_at` in epoch ms; `conditions` are those of then (see functions.api.campaigns.conditions)."""

    dry_run_id: str
    started_at: int
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DryRunResult:
    """What the parts so far add up to; `complete` once all sixteen are there. `offer_ends` is when the first of the
    recipients' offers ends (epoch ms); `markets` counts them by country, `recent` those who wrote lately."""

    run: DryRun
    complete: bool
    planned: int
    sendable: int
    skipped: dict[str, int]
    samples: list[tuple[str, str]]
    missing: list[tuple[str, str]]
    missing_by_slot: dict[str, int]
    offer_ends: int | None = None
    markets: Mapping[str, int] = field(default_factory=dict)
    recent: Mapping[str, int] = field(default_factory=dict)


def add_up(run: DryRun, parts: Sequence[str]) -> DryRunResult:
    """Sum the parts as the loader wrote them (JSON)."""
    planned = sendable = 0
    skipped: Counter[str] = Counter()
    samples: list[tuple[str, str]] = []
    missing: list[tuple[str, str]] = []
    by_slot: Counter[str] = Counter()
    offers: list[int] = []
    markets: Counter[str] = Counter()
    recent: Counter[str] = Counter()
    for part in parts:
        result = json.loads(part)
        planned += int(result["planned"])
        sendable += int(result["sendable"])
        skipped.update({str(reason): int(count) for reason, count in result["skipped"].items()})
        samples += [(str(row["contact_id"]), str(row["text"])) for row in result["samples"]]
        missing += [(str(row["contact_id"]), str(row["slot"])) for row in result["missing"]]
        by_slot.update({str(slot): int(count) for slot, count in result.get("missing_by_slot", {}).items()})
        markets.update({str(name): int(count) for name, count in result.get("markets", {}).items()})
        recent.update({str(name): int(count) for name, count in result.get("recent", {}).items()})
        if result.get("offer_ends") is not None:
            offers.append(int(result["offer_ends"]))
    return DryRunResult(
        run=run,
        complete=len(parts) >= SHARDS,
        planned=planned,
        sendable=sendable,
        skipped=dict(skipped),
        samples=samples[:SAMPLES],
        missing=missing[:MISSING],
        missing_by_slot=dict(by_slot),
        offer_ends=min(offers, default=None),
        markets=dict(markets),
        recent=dict(recent),
    )


class DryRuns:
    def __init__(self, directory: Directory, catalogue: Catalogue, sends: Sends, load_queue: Sending) -> None:
        self._directory = directory
        self._catalogue = catalogue
        self._sends = sends
        self._load_queue = load_queue

    def start(self, tenant_id: str, campaign_id: str, run: DryRun) -> None:
        """Raises NotFound, and Conflict once the audience is being frozen."""
        campaign = self._catalogue.campaign(tenant_id, campaign_id)
        if campaign.state not in (State.DRAFT, State.SCHEDULED):
            raise Conflict(f"the campaign is {campaign.state}; its report says more", code="campaign_state")
        self._directory.put(tenant_id, f"DRY#{campaign_id}", run)
        self._load_queue.send_all(
            [Outgoing(LoadShard(tenant_id, campaign_id, shard, run.dry_run_id), tenant_id) for shard in range(SHARDS)]
        )

    def latest(self, tenant_id: str, campaign_id: str) -> DryRunResult:
        """Raises NotFound when there is no campaign, or none was run for it. Results are kept for a day."""
        self._catalogue.campaign(tenant_id, campaign_id)
        run = self._directory.get(tenant_id, f"DRY#{campaign_id}", DryRun, consistent=True)
        if run is None:
            raise NotFound("no dry run was made for this campaign", code="no_dry_run")
        return add_up(run, self._sends.dry_run(tenant_id, campaign_id, run.dry_run_id))

    def compared(self, tenant_id: str, campaign: Campaign) -> DryRunResult | None:
        """How the frozen audience differs from the latest dry run (frozen minus run); None without one, or before."""
        if not campaign.sizes:
            return None
        try:
            tried = self.latest(tenant_id, campaign.campaign_id)
        except NotFound:
            return None
        if not tried.complete:
            return None
        reasons = {*campaign.skipped, *tried.skipped}
        skipped = {r: campaign.skipped.get(r, 0) - tried.skipped.get(r, 0) for r in sorted(reasons)}
        return replace(
            tried,
            planned=campaign.planned - tried.planned,
            sendable=campaign.recipients - tried.sendable,
            skipped={reason: change for reason, change in skipped.items() if change},
        )
