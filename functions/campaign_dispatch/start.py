"""Starting a campaign: compile it against the template as it is now, freeze that, and fan the load out by shard."""

from dataclasses import replace

from functions.campaign_dispatch.bootstrap import Deps
from shared.clients.queue import Outgoing
from shared.domain.campaign import Campaign, State, after
from shared.domain.compiler import CompileError, compile_plan
from shared.domain.identity import SHARDS
from shared.errors import Conflict, NotFound
from shared.events import LoadShard
from shared.store.directory import to_document


def start_campaign(deps: Deps, tenant_id: str, campaign_id: str, now: int) -> str:
    """Returns what happened: loading, refused, or ignored (a duplicate firing, or no longer scheduled).

    A template that stopped being sendable since launch cancels the campaign with the reason; nobody is written to.
    """
    try:
        campaign = deps.catalogue.campaign(tenant_id, campaign_id)
    except NotFound:
        return "ignored"
    if campaign.state is State.SCHEDULED:
        try:
            campaign = _freeze_plan(deps, tenant_id, campaign, now)
        except (CompileError, NotFound) as exc:
            _refuse(deps, tenant_id, campaign_id, str(exc), now)
            return "refused"
        except Conflict:
            return "ignored"
    if campaign.state is not State.LOADING:
        return "ignored"
    # Also on a redelivery: loading a shard twice gives the same blocks, not loading it would strand the campaign.
    deps.load_queue.send_all(Outgoing(LoadShard(tenant_id, campaign_id, shard), tenant_id) for shard in range(SHARDS))
    return "loading"


def _freeze_plan(deps: Deps, tenant_id: str, campaign: Campaign, now: int) -> Campaign:
    template = deps.catalogue.template(tenant_id, campaign.template_id)
    known = {field.key: field.kind for field in deps.catalogue.fields(tenant_id)}
    plan = to_document(compile_plan(template, campaign.variables, known, now))

    def load(current: Campaign) -> Campaign:
        return replace(
            current, state=after(current.state, "load"), frozen_at=now, plan=plan, category=template.category
        )

    return deps.catalogue.change_campaign(tenant_id, campaign.campaign_id, load)


def _refuse(deps: Deps, tenant_id: str, campaign_id: str, reason: str, now: int) -> None:
    def cancel(current: Campaign) -> Campaign:
        return replace(current, state=after(current.state, "cancel"), reason=reason, finished_at=now)

    try:
        deps.catalogue.change_campaign(tenant_id, campaign_id, cancel)
    except Conflict:
        return
