"""`tenant`: who it is, its numbers, its newest campaigns, its incidents."""

import argparse

from infra.ops.campaigns import OPEN, look_at
from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, masked, moment
from infra.ops.incidents import shown as incident_shown
from infra.ops.sending import shown as stop_shown
from infra.ops.tenant_places import give_place, unplaced_tenants
from infra.ops.why import why_not_sending
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.stop_conditions import reason_to_idle
from shared.ids import TenantId

_NEWEST = 20


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "tenant", "a tenant")
    add_verb(verbs, "status", _status, "plan, numbers, newest campaigns, incidents", ("tenant",))
    what = "give each its place in the list that operators search: once, for those made before there was one"
    add_verb(verbs, "index", _index, what, acts=True)


def _status(desk: Desk, args: argparse.Namespace) -> Answer:
    return status(desk, desk.tenant_named(args.tenant))


def _index(desk: Desk, args: argparse.Namespace) -> Answer:
    """Reads the whole Directory table: 0.5 RRU per 4 KB of it."""
    unplaced = list(unplaced_tenants(desk.database))

    def do() -> Answer:
        placed = sum(give_place(desk.database, one) for one in unplaced)
        return {"placed": placed, "changed_meanwhile": len(unplaced) - placed}

    return desk.act(args, "tenant.index", "all tenants", do, preview={"without_a_place": len(unplaced)})


def status(desk: Desk, tenant_id: TenantId) -> Answer:
    """Raises NotFound."""
    tenant = desk.accounts.tenant(tenant_id)
    campaigns = desk.campaigns.page(tenant_id, _NEWEST, None).items
    incidents = desk.campaigns.incidents(tenant_id)
    return {
        "tenant": tenant_id,
        "name": tenant.name,
        "country": tenant.country,
        "plan": tenant.plan,
        "subscription": tenant.subscription_status,
        "since": moment(tenant.created_at),
        "sending": stop_shown(desk.stops.of(tenant_id)),
        "members": len(desk.accounts.members(tenant_id)),
        "accounts": [
            {"waba": waba.waba_id, "status": waba.status, "reason": waba.reason, "has_token": bool(waba.token)}
            for waba in desk.accounts.wabas(tenant_id)
        ],
        "numbers": [
            {
                "number": number.phone_number_id,
                "display": masked(number.display),
                "status": number.state_at(desk.now),
                "may_not_send": reason_to_idle(number, desk.now),
                "quality": number.quality,
            }
            for number in desk.accounts.numbers(tenant_id)
        ],
        "newest_campaigns": [_campaign(desk, tenant_id, campaign) for campaign in campaigns],
        "incidents": [incident_shown(one) for one in incidents],
    }


def _campaign(desk: Desk, tenant_id: TenantId, campaign: Campaign) -> Answer:
    why = why_not_sending(look_at(desk, tenant_id, campaign)) if campaign.state in OPEN else []
    return {
        "campaign": campaign.campaign_id,
        "status": str(campaign.state),
        "reason": campaign.reason,
        "why_not_sending": "; ".join(one.code for one in why),
        "planned": campaign.planned,
        "name": campaign.name,
    }
