"""`incidents`: what must not happen, and did."""

import argparse

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, moment
from shared.domain.campaigns.incident import Incident


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "incidents", "what must not happen, and did")
    add_verb(verbs, "list", _list, "of one tenant, newest first", ("tenant",))


def _list(desk: Desk, args: argparse.Namespace) -> Answer:
    tenant_id = desk.tenant_named(args.tenant)
    found = sorted(desk.campaigns.incidents(tenant_id), key=lambda one: one.at, reverse=True)
    return {"tenant": tenant_id, "count": len(found), "incidents": [shown(one) for one in found]}


def shown(one: Incident) -> Answer:
    return {
        "kind": one.kind,
        "campaign": one.campaign_id,
        "last_seen": moment(one.at),
        "figures": dict(one.figures),
    }
