"""Campaigns: make, try, launch, pause, resume, cancel, and what became of them."""

from functions.api.campaigns.allowances import allowance_of
from functions.api.campaigns.control import CampaignControl, CampaignDraft
from functions.api.campaigns.costs.estimate import actual_cost, cost_range
from functions.api.campaigns.costs.models import CostOut, CostRangeOut
from functions.api.campaigns.costs.rate_cards import rate_card_of
from functions.api.campaigns.dry_run_models import DryRunOut, DryRunStartedOut
from functions.api.campaigns.dry_runs import DryRuns
from functions.api.campaigns.launch_checks import LaunchChecks, refresh_number, refresh_template_of
from functions.api.campaigns.logic.conditions import changes, conditions_of
from functions.api.campaigns.logic.dry_run_result import DryRun
from functions.api.campaigns.models import CampaignIn, CampaignOut, CampaignsOut, LaunchIn, RetryIn
from functions.api.campaigns.parts import CampaignParts
from functions.api.campaigns.recipients import BOOKS_MS
from functions.api.campaigns.report_models import ReportOut, SinceDryRunOut
from functions.api.http.fields import CampaignPath
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from shared.clock import deadline_passed, epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.campaigns.campaign import EarlierCampaign, FrequencyCap, State
from shared.domain.campaigns.outlook import Allowance, outlook
from shared.failures import failure
from shared.ids import CampaignId
from shared.observability import count, logger
from shared.store.campaigns.books import read_books
from shared.store.campaigns.standing import read_standing

router = new_router()
deps = parts_for(router, CampaignParts)
_BEGUN = frozenset({State.LOADING, State.SENDING, State.COMPLETED})


def _control() -> CampaignControl:
    parts = deps()
    return CampaignControl(
        parts.accounts,
        parts.campaigns,
        parts.fields,
        parts.templates,
        parts.lanes,
        parts.schedules,
        parts.start_queue,
        parts.lane_queue,
        _not_announced,
        parts.media.usable,
    )


def _not_announced(campaign_id: CampaignId, error: Exception) -> None:
    logger.warning("the sweep must act on this campaign", extra={"campaign_id": campaign_id, **failure(error)})
    count("StartNotAnnounced")


def _dry_runs() -> DryRuns:
    parts = deps()
    return DryRuns(parts.directory, parts.campaigns, parts.sends, parts.leases, parts.dry_run_queue)


@router.get("/v1/campaigns", **secured(Scope.READ, "campaigns", "list_campaigns", summary="Campaigns, newest first"))
def list_campaigns(limit: Limit = 20, cursor: CursorText = None) -> CampaignsOut:
    """With the status of each; what became of its people is in its report."""
    page = deps().campaigns.page(caller(router).tenant_id, limit, cursor)
    return CampaignsOut(items=[CampaignOut.of(campaign) for campaign in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/campaigns", **effect(Scope.CAMPAIGNS, "campaigns", "create_campaign", summary="Make a campaign", status=201)
)
def post_campaign(body: CampaignIn) -> CampaignOut:
    """A draft: nothing is sent before it is launched. Number and template must be of one account, and every variable of
    the template needs a value that it can take.
    """
    principal, request, cap = caller(router), operation(router), body.frequency_cap
    draft = CampaignDraft(
        name=body.name,
        phone_number_id=body.phone_number_id,
        template_id=body.template_id,
        audience=body.audience.audience,
        variables={slot: variable.to_variable() for slot, variable in body.variables.items()},
        frequency_cap=FrequencyCap(cap.campaigns, cap.days) if cap else None,
        weight=body.weight,
        unknown_policy=body.unknown_policy,
    )
    deps().segments.freeze(principal.tenant_id, draft.audience, request.at)
    campaign = _control().create(
        principal.tenant_id, CampaignId(request.operation_id), draft, principal.member_id, request.at
    )
    return CampaignOut.of(campaign)


@router.get("/v1/campaigns/<campaign_id>", **secured(Scope.READ, "campaigns", "get_campaign", summary="A campaign"))
def get_campaign(campaign_id: CampaignPath) -> CampaignOut:
    """With its status, and what to do when it stands still."""
    return CampaignOut.of(deps().campaigns.get(caller(router).tenant_id, campaign_id))


@router.post(
    "/v1/campaigns/<campaign_id>/dry-run",
    **effect(
        Scope.CAMPAIGNS, "campaigns", "start_dry_run", summary="Try it: count and sample, send nothing", status=202
    ),
)
def post_dry_run(campaign_id: CampaignPath) -> DryRunStartedOut:
    """Five of a tenant's are made at a time; 429 `too_many_dry_runs` says when again."""
    parts, tenant_id, request = deps(), caller(router).tenant_id, operation(router)
    campaign = parts.campaigns.get(tenant_id, campaign_id)
    parts.segments.freeze(tenant_id, campaign.audience, request.at, campaign.segments)
    refresh_template_of(parts, tenant_id, campaign_id, request.at)
    number, waba = refresh_number(parts, tenant_id, campaign.phone_number_id, epoch_ms())
    conditions = conditions_of(parts.templates.get(tenant_id, campaign.template_id), number, waba)
    _dry_runs().start(tenant_id, campaign_id, DryRun(request.operation_id, request.at, conditions))
    return DryRunStartedOut(id=request.operation_id)


@router.get(
    "/v1/campaigns/<campaign_id>/dry-run",
    **secured(Scope.READ, "campaigns", "get_dry_run", summary="The latest dry run"),
)
def get_dry_run(campaign_id: CampaignPath) -> DryRunOut:
    """`status` is `running` until everybody was looked at; 404 `no_dry_run` when none was made."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    result = _dry_runs().latest(tenant_id, campaign_id)
    campaign = parts.campaigns.get(tenant_id, campaign_id)
    number = parts.accounts.number(tenant_id, campaign.phone_number_id)
    waba = parts.accounts.waba(tenant_id, number.waba_id)
    template = parts.templates.get(tenant_id, campaign.template_id)
    allowance = Allowance(None)
    if result.complete:
        allowance = allowance_of(parts.campaigns, parts.sends, tenant_id, waba, now)
    expected = outlook(result.sendable, number, allowance, max(now, campaign.begins or now), result.offer_ends)
    changed = changes(result.run.conditions, conditions_of(template, number, waba))
    card = rate_card_of(parts.directory, tenant_id)
    least, most = cost_range(result, template.category, card)
    cost = CostRangeOut.of(dict(result.markets), least, most)
    return DryRunOut.of(result, number, allowance, expected, cost, changed)


@router.post(
    "/v1/campaigns/<campaign_id>/launch",
    **effect(Scope.CAMPAIGNS, "campaigns", "launch_campaign", summary="Send it, now or at a given moment"),
)
def post_launch(campaign_id: CampaignPath, body: LaunchIn | None = None) -> CampaignOut:
    """The audience is frozen when it begins. 409 `beyond_messaging_limit` when the latest dry run counted more people
    than Meta lets the business write to in a day, unless `accept_messaging_limit` says that this is meant.
    """
    launch, tenant_id, now = body or LaunchIn(), caller(router).tenant_id, epoch_ms()
    campaign = deps().campaigns.get(tenant_id, campaign_id)
    if operation(router).is_retry and campaign.state in _BEGUN:
        return CampaignOut.of(campaign)  # an earlier attempt has launched it
    segments = deps().segments.freeze(tenant_id, campaign.audience, now, campaign.segments)
    asked = [one for segment in segments for one in segment.campaigns if one != campaign_id]
    refresh_template_of(deps(), tenant_id, campaign_id, now)
    checks = LaunchChecks(deps(), _dry_runs(), tenant_id, now, beyond_limit=launch.accept_messaging_limit)
    moment = launch.start_moment
    launched = _control().launch(tenant_id, campaign_id, moment, now, checks, sharp=launch.sharp, asked=asked)
    return CampaignOut.of(launched)


@router.post(
    "/v1/campaigns/<campaign_id>/pause",
    **effect(Scope.CAMPAIGNS, "campaigns", "pause_campaign", summary="Stop sending for now", while_suspended=True),
)
def post_pause(campaign_id: CampaignPath) -> CampaignOut:
    """What was handed to Meta already still arrives. It can be resumed."""
    return CampaignOut.of(_control().pause(caller(router).tenant_id, campaign_id))


@router.post(
    "/v1/campaigns/<campaign_id>/resume",
    **effect(Scope.CAMPAIGNS, "campaigns", "resume_campaign", summary="Go on sending"),
)
def post_resume(campaign_id: CampaignPath) -> CampaignOut:
    """Also for a campaign that paused by itself, once its `reason` is gone."""
    tenant_id, now = caller(router).tenant_id, epoch_ms()
    refresh_template_of(deps(), tenant_id, campaign_id, now)
    return CampaignOut.of(_control().resume(tenant_id, campaign_id, now))


@router.post(
    "/v1/campaigns/<campaign_id>/cancel",
    **effect(Scope.CAMPAIGNS, "campaigns", "cancel_campaign", summary="Stop it for good", while_suspended=True),
)
def post_cancel(campaign_id: CampaignPath) -> CampaignOut:
    """Who has not been written to will not be. It cannot be taken back."""
    return CampaignOut.of(_control().cancel(caller(router).tenant_id, campaign_id))


@router.post(
    "/v1/campaigns/<campaign_id>/retry",
    **effect(
        Scope.CAMPAIGNS,
        "campaigns",
        "retry_campaign",
        summary="Draft the same message for those who failed",
        status=201,
    ),
)
def post_retry(campaign_id: CampaignPath, body: RetryIn | None = None) -> CampaignOut:
    """A campaign in draft, to be looked at and launched as any other: for those whom no other retry reached. Whom Meta
    spared marketing (131049) is in it not within a day, and once."""
    codes = tuple(body.codes) if body is not None else ()
    return _follow_up(campaign_id, EarlierCampaign(campaign_id, ("failed",), codes))


@router.post(
    "/v1/campaigns/<campaign_id>/resend-unknown",
    **effect(
        Scope.CAMPAIGNS,
        "campaigns",
        "resend_unknown",
        summary="Draft the same message for those nothing is known of",
        status=201,
    ),
)
def post_resend_unknown(campaign_id: CampaignPath) -> CampaignOut:
    """A campaign in draft, to be looked at and launched as any other, once the first has finished. These people may get
    the message twice."""
    return _follow_up(campaign_id, EarlierCampaign(campaign_id, ("unknown",)))


def _follow_up(campaign_id: CampaignId, chosen: EarlierCampaign) -> CampaignOut:
    principal, request = caller(router), operation(router)
    campaign = _control().follow_up(
        principal.tenant_id, campaign_id, CampaignId(request.operation_id), chosen, principal.member_id, request.at
    )
    return CampaignOut.of(campaign)


@router.get(
    "/v1/campaigns/<campaign_id>/report",
    **secured(Scope.READ, "campaigns", "get_report", summary="The books of a campaign"),
)
def get_report(campaign_id: CampaignPath) -> ReportOut:
    """Everybody is accounted for: planned = sent + failed + skipped + cancelled + unknown + waiting."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    known = parts.campaigns.get(tenant_id, campaign_id)
    campaign, work = read_standing(parts.campaigns, parts.lanes, tenant_id, known)
    changed = _dry_runs().compared(tenant_id, campaign)
    since = (
        SinceDryRunOut(planned=changed.planned, sendable=changed.sendable, skipped=changed.skipped) if changed else None
    )
    books, as_of = read_books(parts.sends, tenant_id, campaign, work, now, deadline_passed(BOOKS_MS))
    card = rate_card_of(parts.directory, tenant_id)
    cost = CostOut.of(actual_cost(books.priced, campaign.category, card))
    return ReportOut.of(campaign, books, as_of, parts.sends.rates.curve(tenant_id, campaign_id), since, cost)
