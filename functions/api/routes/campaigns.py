"""Campaigns: make, try, launch, pause, resume, cancel, and what became of them."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.bootstrap import deps
from functions.api.campaign_control import CampaignControl, CampaignDraft
from functions.api.dry_runs import DryRun, DryRuns
from functions.api.models.base import ULID, moment
from functions.api.models.campaigns import (
    CampaignIn,
    CampaignOut,
    CampaignsOut,
    DryRunOut,
    DryRunStartedOut,
    LaunchIn,
    MissingOut,
    OutcomeName,
    RecipientOut,
    RecipientsOut,
    ReportOut,
    SampleOut,
)
from functions.api.recipients import Recipients
from functions.api.request import caller, new_router
from functions.api.routing import effect, operation, secured
from shared.clock import epoch_ms
from shared.domain.account import Scope
from shared.domain.campaign import Audience
from shared.domain.compiler import Variable
from shared.observability import count, logger
from shared.store.campaign_books import read_books

router = new_router()
CampaignId = Annotated[str, Path(pattern=ULID)]


def _control() -> CampaignControl:
    made = deps()
    return CampaignControl(
        made.accounts,
        made.catalogue,
        made.lanes,
        made.schedules,
        made.start_queue,
        made.lane_queue,
        _not_announced,
    )


def _not_announced(campaign_id: str, error: Exception) -> None:
    logger.warning(
        "the sweep must act on this campaign", extra={"campaign_id": campaign_id, "error": type(error).__name__}
    )
    count("StartNotAnnounced")


def _dry_runs() -> DryRuns:
    made = deps()
    return DryRuns(made.directory, made.catalogue, made.sends, made.load_queue)


@router.get("/v1/campaigns", **secured(Scope.READ, "campaigns", "Campaigns, newest first"))
def list_campaigns(
    limit: Annotated[int, Query(ge=1, le=100)] = 20, cursor: Annotated[str | None, Query(max_length=500)] = None
) -> CampaignsOut:
    page = deps().catalogue.campaigns(caller(router).tenant_id, limit, cursor)
    return CampaignsOut(items=[CampaignOut.of(campaign) for campaign in page.items], next_cursor=page.cursor)


@router.post("/v1/campaigns", **effect(Scope.CAMPAIGNS, "campaigns", "Make a campaign", status=201))
def post_campaign(body: CampaignIn) -> CampaignOut:
    principal, wanted = caller(router), operation(router)
    draft = CampaignDraft(
        name=body.name,
        phone_number_id=body.phone_number_id,
        template_id=body.template_id,
        audience=Audience(tuple(body.audience.tags), tuple(body.audience.exclude_tags), body.audience.everyone),
        variables={slot: Variable(v.source, v.value, v.fallback) for slot, v in body.variables.items()},
    )
    campaign = _control().create(principal.tenant_id, wanted.operation_id, draft, principal.member_id, wanted.at)
    return CampaignOut.of(campaign)


@router.get("/v1/campaigns/<campaign_id>", **secured(Scope.READ, "campaigns", "A campaign"))
def get_campaign(campaign_id: CampaignId) -> CampaignOut:
    return CampaignOut.of(deps().catalogue.campaign(caller(router).tenant_id, campaign_id))


@router.post(
    "/v1/campaigns/<campaign_id>/dry-run",
    **effect(Scope.CAMPAIGNS, "campaigns", "Try it: count and sample, send nothing", status=202),
)
def post_dry_run(campaign_id: CampaignId) -> DryRunStartedOut:
    wanted = operation(router)
    _dry_runs().start(caller(router).tenant_id, campaign_id, DryRun(wanted.operation_id, wanted.at))
    return DryRunStartedOut(dry_run_id=wanted.operation_id)


@router.get("/v1/campaigns/<campaign_id>/dry-run", **secured(Scope.READ, "campaigns", "The latest dry run"))
def get_dry_run(campaign_id: CampaignId) -> DryRunOut:
    result = _dry_runs().latest(caller(router).tenant_id, campaign_id)
    return DryRunOut(
        dry_run_id=result.run.dry_run_id,
        status="complete" if result.complete else "running",
        started_at=moment(result.run.started_at),
        planned=result.planned,
        sendable=result.sendable,
        skipped=result.skipped,
        samples=[SampleOut(contact_id=contact_id, text=text) for contact_id, text in result.samples],
        missing=[MissingOut(contact_id=contact_id, slot=slot) for contact_id, slot in result.missing],
    )


@router.post(
    "/v1/campaigns/<campaign_id>/launch",
    **effect(Scope.CAMPAIGNS, "campaigns", "Send it, now or at a given moment"),
)
def post_launch(campaign_id: CampaignId, body: LaunchIn | None = None) -> CampaignOut:
    start = body.start_ms if body is not None else None
    return CampaignOut.of(_control().launch(caller(router).tenant_id, campaign_id, start, epoch_ms()))


@router.post("/v1/campaigns/<campaign_id>/pause", **effect(Scope.CAMPAIGNS, "campaigns", "Stop sending for now"))
def post_pause(campaign_id: CampaignId) -> CampaignOut:
    return CampaignOut.of(_control().pause(caller(router).tenant_id, campaign_id))


@router.post("/v1/campaigns/<campaign_id>/resume", **effect(Scope.CAMPAIGNS, "campaigns", "Go on sending"))
def post_resume(campaign_id: CampaignId) -> CampaignOut:
    return CampaignOut.of(_control().resume(caller(router).tenant_id, campaign_id))


@router.post("/v1/campaigns/<campaign_id>/cancel", **effect(Scope.CAMPAIGNS, "campaigns", "Stop it for good"))
def post_cancel(campaign_id: CampaignId) -> CampaignOut:
    return CampaignOut.of(_control().cancel(caller(router).tenant_id, campaign_id))


@router.get("/v1/campaigns/<campaign_id>/report", **secured(Scope.READ, "campaigns", "The books of a campaign"))
def get_report(campaign_id: CampaignId) -> ReportOut:
    made, tenant_id = deps(), caller(router).tenant_id
    campaign = made.catalogue.campaign(tenant_id, campaign_id)
    return ReportOut.of(campaign, read_books(made.sends, made.lanes, tenant_id, campaign))


@router.get(
    "/v1/campaigns/<campaign_id>/recipients", **secured(Scope.READ, "campaigns", "Who, and what became of each")
)
def get_recipients(
    campaign_id: CampaignId,
    outcome: Annotated[OutcomeName | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> RecipientsOut:
    made, tenant_id = deps(), caller(router).tenant_id
    campaign = made.catalogue.campaign(tenant_id, campaign_id)
    page = Recipients(made.sends, made.lanes).page(tenant_id, campaign, outcome, limit, cursor)
    return RecipientsOut(
        items=[
            RecipientOut.model_validate({"contact_id": f.contact_id, "outcome": f.outcome, "code": f.code or None})
            for f in page.items
        ],
        next_cursor=page.cursor,
    )
