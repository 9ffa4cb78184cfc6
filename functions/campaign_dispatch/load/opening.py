"""Putting a loaded campaign before its lanes: the last step of its load, which the sweep repeats after a crash."""

from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.number_work import OPENING, Run
from shared.domain.campaigns.stop_conditions import reason_not_to_begin
from shared.domain.campaigns.stop_reasons import Scope
from shared.ids import CampaignId, TenantId
from shared.queue_messages import WakeLane
from shared.services.campaign_stop import CampaignStop
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.templates.templates import Templates


class Opening:
    def __init__(
        self, accounts: Accounts, campaigns: Campaigns, templates: Templates, lanes: Lanes, lane_queue: Queue
    ) -> None:
        self._accounts = accounts
        self._campaigns = campaigns
        self._templates = templates
        self._lanes = lanes
        self._lane_queue = lane_queue

    def put_before_lanes(self, tenant_id: TenantId, campaign: Campaign, now: EpochMs) -> None:
        """Open the campaign's run on its number and wake the lanes; nothing happens when that was done before.

        The lanes are woken once, though every shard that comes again gets here; should that once be lost, the sweep
        wakes lanes that have work and do none.

        What the caller read may be old: since then the campaign may have been sent and closed, or cancelled. So the
        run is opened without letting lanes at it, and they are let at it only if the campaign is still to be sent.
        """
        run = Run(
            phone_number_id=campaign.phone_number_id,
            tenant_id=tenant_id,
            campaign_id=campaign.campaign_id,
            state=OPENING,
            sizes=campaign.sizes,
            lanes=campaign.lanes,
            frozen_at=campaign.frozen_at,
            category=campaign.category,
            plan=campaign.plan,
            weight=campaign.weight,
        )
        if not self._lanes.runs.open(run):
            return
        if self._may_begin(tenant_id, campaign.campaign_id, now) and self._lanes.runs.begin(run):
            wakes = (WakeLane(campaign.phone_number_id, lane) for lane in range(campaign.lanes))
            self._lane_queue.send_all(Outgoing(wake, tenant_id) for wake in wakes)

    def _may_begin(self, tenant_id: TenantId, campaign_id: CampaignId, now: EpochMs) -> bool:
        """Whether the campaign is still to be sent. It is paused when Meta told something during the load that stops
        it, which nobody applied to a campaign that did not send yet.

        That is looked at once the campaign says that it sends: whatever Meta tells from then on finds it so, and stops
        it. Who has resumed it since has decided.
        """
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign.state is not State.SENDING or campaign.resumed_at is not None:
            return campaign.state is State.SENDING
        template = self._templates.get(tenant_id, campaign.template_id)
        number = self._accounts.number(tenant_id, campaign.phone_number_id)
        reason = reason_not_to_begin(campaign, template, number, now)
        if reason:
            stop = CampaignStop(self._campaigns, self._lanes)
            stop(tenant_id, campaign_id, Scope.CAMPAIGN, reason, campaign.frozen_at)
        return not reason
