"""Dry runs: the real gates over the whole audience, with nothing sent.

Sixteen messages, one per contact shard, go to the loader by a queue of their own, so that they hold up nobody's launch;
each stores one part, and whoever stores the last gives the run's place back. The latest run of a campaign is remembered
beside it, so that asking needs no id.
"""

from dataclasses import replace

from functions.api.campaigns.control import Sending
from functions.api.campaigns.logic.dry_run_result import DryRun, DryRunResult, add_up
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.dry_run_part import DryRunPart
from shared.domain.contacts.identity import SHARDS
from shared.domain.leases import DRY_RUNS
from shared.errors import Conflict, NotFound
from shared.ids import CampaignId, TenantId
from shared.queue_messages import LoadShard
from shared.store.accounts.leases import LeaseBook
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.sends import Sends
from shared.store.engine.directory import Directory

_PLACE_MS = 15 * 60_000
"""So long a run that never becomes complete keeps its place."""


class DryRuns:
    def __init__(
        self, directory: Directory, campaigns: Campaigns, sends: Sends, leases: LeaseBook, queue: Sending
    ) -> None:
        self._directory = directory
        self._campaigns = campaigns
        self._sends = sends
        self._leases = leases
        self._queue = queue

    def start(self, tenant_id: TenantId, campaign_id: CampaignId, run: DryRun) -> None:
        """Raises NotFound, Conflict once the audience is being frozen, and RateLimited (`too_many_dry_runs`)."""
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign.state not in (State.DRAFT, State.SCHEDULED):
            raise Conflict(f"the campaign is {campaign.state}; its report says more", code="campaign_state")
        until = EpochMs(run.started_at + _PLACE_MS)
        self._leases.take(tenant_id, DRY_RUNS, run.dry_run_id, campaign_id, until=until, now=run.started_at)
        self._directory.put(tenant_id, f"DRY#{campaign_id}", run)
        self._queue.send_all(
            [Outgoing(LoadShard(tenant_id, campaign_id, shard, run.dry_run_id), tenant_id) for shard in range(SHARDS)]
        )

    def latest(self, tenant_id: TenantId, campaign_id: CampaignId) -> DryRunResult:
        """Raises NotFound when there is no campaign, or none was run for it. Results are kept for a day."""
        self._campaigns.get(tenant_id, campaign_id)
        run = self._directory.get(tenant_id, f"DRY#{campaign_id}", DryRun, consistent=True)
        if run is None:
            raise NotFound("no dry run was made for this campaign", code="no_dry_run")
        parts = self._sends.dry_run(tenant_id, campaign_id, run.dry_run_id)
        return add_up(run, [DryRunPart.from_json(part) for part in parts])

    def compared(self, tenant_id: TenantId, campaign: Campaign) -> DryRunResult | None:
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
