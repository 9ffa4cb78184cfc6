"""Making a campaign and moving it through its states on request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from functions.api.campaigns.earlier_campaigns import check_begun, named_and_settled, with_begin_moment
from functions.api.campaigns.logic.start_moment import start_moment
from functions.api.campaigns.media_checks import UseFile, check_files
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import (
    Audience,
    Campaign,
    EarlierCampaign,
    FrequencyCap,
    State,
    UnknownPolicy,
    after,
)
from shared.domain.campaigns.standing import positions
from shared.domain.campaigns.stop_conditions import keeps_the_gates
from shared.domain.campaigns.stop_reasons import ON_REQUEST, TEMPLATE_RECATEGORISED, Scope
from shared.domain.segments.frozen import FrozenSegment
from shared.domain.templates.compiler import CompileError, Problem, SendPlan, Variable, compile_plan
from shared.domain.templates.template import Template
from shared.errors import Conflict, NotFound
from shared.ids import CampaignId, PhoneNumberId, TenantId
from shared.queue_messages import QueueMessage, StartCampaign, WakeLane
from shared.services.campaign_resumption import let_lanes_go_on
from shared.services.campaign_stop import CampaignStop
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.contacts.fields import ContactFields
from shared.store.templates.templates import Templates


class Sending(Protocol):
    def send(self, message: QueueMessage, *, group: str = "") -> None: ...
    def send_all(self, messages: list[Outgoing]) -> None: ...


class Scheduling(Protocol):
    def start_at(self, message: StartCampaign, at: EpochMs) -> None: ...
    def remove(self, campaign_id: CampaignId) -> None: ...


Check = Callable[[Campaign, SendPlan], None]
"""What else must hold before a campaign is launched; raises when it does not."""


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    name: str
    phone_number_id: PhoneNumberId
    template_id: str
    audience: Audience
    variables: Mapping[str, Variable]
    frequency_cap: FrequencyCap | None = None
    weight: int = 1
    unknown_policy: UnknownPolicy = "hold"
    segments: tuple[FrozenSegment, ...] = ()


class CampaignControl:
    """`give_notice` is told of a start that could not be announced; the sweep starts such a campaign. `use_file` raises
    when a tenant has no such file, or cannot send it so; without it files are looked at when the campaign starts."""

    def __init__(
        self,
        accounts: Accounts,
        campaigns: Campaigns,
        fields: ContactFields,
        templates: Templates,
        lanes: Lanes,
        schedules: Scheduling,
        start_queue: Sending,
        lane_queue: Sending,
        give_notice: Callable[[CampaignId, Exception], None],
        use_file: UseFile | None = None,
    ) -> None:
        self._accounts = accounts
        self._campaigns = campaigns
        self._fields = fields
        self._templates = templates
        self._lanes = lanes
        self._schedules = schedules
        self._start_queue = start_queue
        self._lane_queue = lane_queue
        self._give_notice = give_notice
        self._use_file = use_file

    def create(
        self, tenant_id: TenantId, campaign_id: CampaignId, draft: CampaignDraft, created_by: str, now: EpochMs
    ) -> Campaign:
        """Raises NotFound (with the field) for a number or template that is not the tenant's, and CompileError."""
        try:
            number = self._accounts.number(tenant_id, draft.phone_number_id)
        except NotFound as exc:
            raise NotFound("there is no such number", field="phone_number_id") from exc
        try:
            template = self._templates.get(tenant_id, draft.template_id)
        except NotFound as exc:
            raise NotFound("there is no such template", field="template_id") from exc
        if template.waba_id != number.waba_id:
            raise CompileError([Problem("template_id", "the template belongs to another account than the number")])
        self._compile(tenant_id, template, draft.variables, now)
        named_and_settled(self._campaigns, tenant_id, draft.audience)
        campaign = Campaign(
            campaign_id=campaign_id,
            name=draft.name,
            phone_number_id=draft.phone_number_id,
            waba_id=number.waba_id,
            template_id=draft.template_id,
            category=template.category,
            audience=draft.audience,
            variables=draft.variables,
            frequency_cap=draft.frequency_cap,
            weight=draft.weight,
            unknown_policy=draft.unknown_policy,
            segments=draft.segments,
            created_at=now,
            created_by=created_by,
        )
        try:
            self._campaigns.create(tenant_id, campaign)
        except Conflict:
            return self._campaigns.get(tenant_id, campaign_id)
        return campaign

    def follow_up(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        new_id: CampaignId,
        chosen: EarlierCampaign,
        created_by: str,
        now: EpochMs,
    ) -> Campaign:
        """A draft of the same message for some of a campaign's people; it has books of its own and the same gates.

        Raises Conflict when nobody was sent anything yet, and while it is open what became of these people.
        """
        earlier = self._campaigns.get(tenant_id, campaign_id)
        if not earlier.sizes:
            raise Conflict(f"the campaign is {earlier.state}; nobody was sent anything yet", code="campaign_state")
        draft = CampaignDraft(
            name=f"{earlier.name} ({', '.join(chosen.outcomes)})"[:200],
            phone_number_id=earlier.phone_number_id,
            template_id=earlier.template_id,
            audience=earlier.audience.narrowed_to(chosen),
            variables=earlier.variables,
            frequency_cap=earlier.frequency_cap,
            segments=earlier.excluding,
        )
        return self.create(tenant_id, new_id, draft, created_by, now)

    def _compile(
        self, tenant_id: TenantId, template: Template, variables: Mapping[str, Variable], start: EpochMs
    ) -> SendPlan:
        known = {field.key: field.kind for field in self._fields.all(tenant_id)}
        plan = compile_plan(template, variables, known, start)
        if self._use_file is not None:
            check_files(tenant_id, variables, self._use_file)
        return plan

    def launch(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        start_at: EpochMs | None,
        now: EpochMs,
        check: Check | None = None,
        *,
        sharp: bool = False,
        asked: Sequence[CampaignId] = (),
    ) -> Campaign:
        """Schedule it; `asked`: campaigns that its segments ask about. Raises Conflict (state, number), CompileError,
        InvalidInput and whatever `check` raises.

        Launching again what is scheduled for the same moment announces its start again and changes nothing.
        """
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign.state is State.SCHEDULED and campaign.begins is not None:
            at_once = start_at is None and campaign.begins <= now
            if at_once or (start_at, sharp) == (campaign.start_at, campaign.sharp):
                self._announce(tenant_id, campaign, now)
                return campaign
        start = start_moment(start_at, now)
        after(campaign.state, "launch")
        self._accounts.number(tenant_id, campaign.phone_number_id).require_active(now)
        named = named_and_settled(self._campaigns, tenant_id, campaign.audience, asked)
        planned = with_begin_moment(campaign, named, start, now, sharp=sharp)
        check_begun(planned, named)
        template = self._templates.get(tenant_id, campaign.template_id)
        plan = self._compile(tenant_id, template, campaign.variables, planned.begins_at or start)
        if check is not None:
            check(campaign, plan)
        campaign = self._campaigns.change(
            tenant_id,
            campaign_id,
            lambda c: replace(
                c,
                state=after(c.state, "launch"),
                start_at=start,
                sharp=sharp,
                begins_at=planned.begins_at,
                category=template.category,
            ),
        )
        self._announce(tenant_id, campaign, now)
        return campaign

    def _announce(self, tenant_id: TenantId, campaign: Campaign, now: EpochMs) -> None:
        message = StartCampaign(tenant_id, campaign.campaign_id)
        try:
            if campaign.begins is not None and campaign.begins > now:
                self._schedules.start_at(message, campaign.begins)
            else:
                self._start_queue.send(message, group=tenant_id)
        except Exception as error:
            self._give_notice(campaign.campaign_id, error)

    def pause(self, tenant_id: TenantId, campaign_id: CampaignId) -> Campaign:
        """Repeating it stops the lanes again: the first attempt may have died before it did."""
        campaign = self._move(tenant_id, campaign_id, "pause", State.PAUSED, ON_REQUEST)
        self._lanes.runs.set_state(campaign.phone_number_id, campaign_id, "paused", campaign.reason)
        return campaign

    def resume(self, tenant_id: TenantId, campaign_id: CampaignId, now: EpochMs) -> Campaign:
        """Raises Conflict when the number or the template cannot be used, or the state does not allow it."""
        campaign = self._campaigns.get(tenant_id, campaign_id)
        number = self._accounts.number(tenant_id, campaign.phone_number_id)
        if campaign.state is State.PAUSED:
            number.require_active(now)
            template = self._templates.get(tenant_id, campaign.template_id)
            if template.status != "APPROVED":
                raise Conflict(f"the template is {template.status}; only APPROVED ones can be sent", code="template")
            self._require_category(tenant_id, campaign, template)
        work = self._lanes.work(campaign.phone_number_id)

        def resume(current: Campaign) -> Campaign:
            if current.state is State.SENDING:
                return current
            state, at = after(current.state, "resume"), positions(current, work)
            return replace(current, state=state, reason="", resumed_at=now, resumed_from=tuple(at.values()))

        campaign = self._campaigns.change(tenant_id, campaign_id, resume)
        let_lanes_go_on(self._campaigns, self._lanes, tenant_id, campaign)
        lanes = max(number.lanes, campaign.lanes)
        self._lane_queue.send_all(
            [Outgoing(WakeLane(number.phone_number_id, lane), tenant_id) for lane in range(lanes)]
        )
        return campaign

    def _require_category(self, tenant_id: TenantId, campaign: Campaign, template: Template) -> None:
        """Raises Conflict when Meta has changed the template's category and whoever resumes may not know; it is the
        campaign's reason from then on. Also when its people were let in by gates that are too wide for what the
        template is now: no lane looks at them again. Else the campaign keeps its category, and so its stricter gates.
        """
        if template.category == campaign.category:
            return
        changed = f"Meta made the template {template.category}; the campaign was made for {campaign.category}"
        warned = campaign.reason == TEMPLATE_RECATEGORISED or template.category_at < (campaign.resumed_at or 0)
        if not warned:
            CampaignStop(self._campaigns, self._lanes)(
                tenant_id, campaign.campaign_id, Scope.CAMPAIGN, TEMPLATE_RECATEGORISED
            )
        if not keeps_the_gates(campaign.category, template.category):
            raise Conflict(f"{changed}: cancel the campaign, and start a new one", code="template")
        if not warned:
            raise Conflict(f"{changed}: resume it once more if that is meant", code="template")

    def cancel(self, tenant_id: TenantId, campaign_id: CampaignId) -> Campaign:
        """For good. Repeating it stops the lanes again: the first attempt may have died before it did."""
        campaign = self._move(tenant_id, campaign_id, "cancel", State.CANCELLED, "cancelled on request")
        self._lanes.runs.set_state(campaign.phone_number_id, campaign_id, "cancelled", campaign.reason)
        if campaign.started_at is None and campaign.start_at is not None:
            try:
                self._schedules.remove(campaign_id)
            except Exception as error:  # what it starts finds the campaign cancelled
                self._give_notice(campaign_id, error)
        return campaign

    def _move(self, tenant_id: TenantId, campaign_id: CampaignId, action: str, result: State, reason: str) -> Campaign:
        return self._campaigns.change(
            tenant_id,
            campaign_id,
            lambda c: c if c.state is result else replace(c, state=after(c.state, action), reason=reason),
        )
