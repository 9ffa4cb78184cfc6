"""Starting a campaign: compile it against the template as it is now, freeze that, and fan the load out by shard."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from functions.campaign_dispatch.load.beside import take_place
from functions.campaign_dispatch.start.parts import StartParts
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, State, after, is_early
from shared.domain.campaigns.further_tries import not_settled
from shared.domain.campaigns.stop_reasons import START_REFUSED
from shared.domain.contacts.identity import SHARDS
from shared.domain.media.library import CAMPAIGN_MARGIN_MS, AtMeta, FileUse
from shared.domain.templates.compiler import CompileError, Problem, Variable, compile_plan
from shared.domain.templates.variables import named_files, with_files
from shared.errors import Conflict, NotFound, PermanentError
from shared.ids import CampaignId, TenantId
from shared.queue_messages import LoadShard
from shared.store.engine.documents import to_document

FILES_AT_ONCE = 11
"""A carousel has ten cards (Meta, carousel templates), and any template a file in its header."""


def start_campaign(parts: StartParts, tenant_id: TenantId, campaign_id: CampaignId, now: EpochMs) -> str:
    """Returns what happened: loading, early (it begins later, and is announced again then), refused, stopped (all
    sending is; the sweep starts it once that is lifted), or ignored (a duplicate firing, or no longer scheduled).

    A template, a file or a segment that stopped being usable since launch cancels the campaign with the reason, and so
    does an earlier campaign that is not done with the people this one is for; nobody is written to. Raises
    RetryableError when Meta does not take a file right now.
    """
    try:
        campaign = parts.campaigns.get(tenant_id, campaign_id)
    except NotFound:
        return "ignored"
    if campaign.state is State.SCHEDULED:
        if is_early(campaign, now):
            return "early"
        if parts.stops.of(tenant_id) is not None:
            return "stopped"
        try:
            campaign = _freeze_plan(parts, tenant_id, campaign, now)
        except (CompileError, NotFound) as exc:
            _refuse(parts, tenant_id, campaign_id, f"{START_REFUSED}: {exc}", now)
            return "refused"
        except Conflict:
            return "ignored"
    if campaign.state is not State.LOADING:
        return "ignored"
    try:
        # Whichever starts first is first. One that cannot have its number yet takes it when it is loaded.
        take_place(parts.campaigns, tenant_id, campaign)
    except Conflict:
        return "ignored"
    # Also on a redelivery: loading a shard twice gives the same blocks, not loading it would strand the campaign.
    parts.load_queue.send_all(Outgoing(LoadShard(tenant_id, campaign_id, shard), tenant_id) for shard in range(SHARDS))
    return "loading"


def _freeze_plan(parts: StartParts, tenant_id: TenantId, campaign: Campaign, now: EpochMs) -> Campaign:
    _check_source(parts, tenant_id, campaign)
    template = parts.templates.get(tenant_id, campaign.template_id)
    known = {field.key: field.kind for field in parts.fields.all(tenant_id)}
    variables = _with_files(parts, tenant_id, campaign, now)
    plan = to_document(compile_plan(template, variables, known, now))
    segments = parts.segments.freeze(tenant_id, campaign.audience, now, campaign.segments)

    def load(current: Campaign) -> Campaign:
        if is_early(current, now):
            raise Conflict("the campaign begins later")
        return replace(
            current,
            state=after(current.state, "load"),
            frozen_at=now,
            plan=plan,
            category=template.category,
            segments=segments,
        )

    return parts.campaigns.change(tenant_id, campaign.campaign_id, load)


def _check_source(parts: StartParts, tenant_id: TenantId, campaign: Campaign) -> None:
    """Raises CompileError while it is open what became of the people of an earlier campaign that this one is for."""
    source = campaign.audience.source
    if source is None:
        return
    if problem := not_settled(parts.campaigns.get(tenant_id, source.campaign_id), source):
        raise CompileError([Problem("audience.source.campaign_id", problem)])


def _with_files(parts: StartParts, tenant_id: TenantId, campaign: Campaign, now: EpochMs) -> Mapping[str, Variable]:
    """The mapping with Meta's id of each of the tenant's files, fit to be sent for as long as the campaign may last.
    Files go to Meta side by side: one after the other, two slow ones would take more time than a start has.

    Raises CompileError for files that cannot be sent.
    """
    named = list(named_files(campaign.variables))
    if not named:
        return campaign.variables
    media = parts.media()

    def at_meta(use: FileUse) -> AtMeta | PermanentError:
        try:
            return media.at_meta(tenant_id, campaign.phone_number_id, use, now, margin_ms=CAMPAIGN_MARGIN_MS)
        except PermanentError as error:
            return error

    uses = list(dict.fromkeys(use for _, use in named))
    with ThreadPoolExecutor(min(FILES_AT_ONCE, len(uses))) as threads:
        found = dict(zip(uses, threads.map(at_meta, uses), strict=True))
    refused = {use: error for use, error in found.items() if isinstance(error, PermanentError)}
    problems = [Problem(field, refused[use].message) for field, use in named if use in refused]
    if problems:
        raise CompileError(problems)
    return with_files(campaign.variables, {u.file_id: at for u, at in found.items() if isinstance(at, AtMeta)})


def _refuse(parts: StartParts, tenant_id: TenantId, campaign_id: CampaignId, reason: str, now: EpochMs) -> None:
    def cancel(current: Campaign) -> Campaign:
        return replace(current, state=after(current.state, "cancel"), reason=reason, finished_at=now)

    try:
        parts.campaigns.change(tenant_id, campaign_id, cancel)
    except Conflict:
        return
