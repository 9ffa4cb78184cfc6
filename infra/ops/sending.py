"""`sending`: stop and resume what is sent, of the platform or of one tenant."""

import argparse
from dataclasses import replace

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, moment, said_why
from infra.ops.tenant_log import deed, entered
from shared.domain.audit.actions import Action
from shared.domain.audit.kinds import Kind
from shared.domain.campaigns.sending_stop import SendingStop
from shared.errors import Conflict
from shared.ids import TenantId
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.engine.audited import Occasion

_CAMPAIGNS = "no campaign starts or sends: lanes stop within seconds, and keep everybody's place"
_EVERYTHING = f"{_CAMPAIGNS}; bots, agents and the API write to nobody"


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "sending", "what is sent: stop it, and let it go on")
    for name, run, what, acts in (
        ("status", _status, "whether it is stopped", False),
        ("stop", _stop, "stop campaigns; with --everything also what bots, agents and the API send", True),
        ("resume", _resume, "let it go on: the sweep wakes lanes and starts what is overdue, within two minutes", True),
    ):
        verb = add_verb(verbs, name, run, what, acts=acts)
        of = verb.add_mutually_exclusive_group(required=True)
        of.add_argument("--platform", action="store_true", help="of all tenants")
        of.add_argument("--tenant", default="", help="of one tenant")
        if name == "stop":
            verb.add_argument("--everything", action="store_true", help="also bots, agents and the API")
        if name != "resume":
            verb.add_argument("--table", default="", help="in this Directory table, restored and not yet in use")
        if acts:
            said_why(verb, "why, for the audit and for whoever asks")


def _of(desk: Desk, args: argparse.Namespace) -> TenantId | None:
    return desk.tenant_named(args.tenant) if args.tenant else None


def _stops(desk: Desk, args: argparse.Namespace) -> SendingStops:
    """Those of the Directory in use, or of one that is about to be."""
    if not args.table:
        return desk.stops
    return SendingStops(replace(desk.database, env={**desk.database.env, "DIRECTORY_TABLE": args.table}))


def _deed(desk: Desk, tenant_id: TenantId | None, action: Action, reason: str) -> Occasion:
    return deed(desk, tenant_id, action, Kind.TENANT, tenant_id or "", reason)


def _name(tenant_id: TenantId | None) -> str:
    return f"tenant {tenant_id}" if tenant_id else "platform"


def shown(stop: SendingStop | None) -> Answer:
    """As every status shows it."""
    if stop is None:
        return {"stopped": False}
    return {
        "stopped": True,
        "of": "the platform" if stop.platform else "this tenant",
        "covers": _EVERYTHING if stop.everything else _CAMPAIGNS,
        "reason": stop.reason,
        "by": stop.by,
        "since": moment(stop.at),
    }


def _status(desk: Desk, args: argparse.Namespace) -> Answer:
    tenant_id, stops = _of(desk, args), _stops(desk, args)
    of_platform = shown(stops.read(None, consistent=True))
    if tenant_id is None:
        return {"platform": of_platform}
    of_tenant = shown(stops.read(tenant_id, consistent=True))
    return {"platform": of_platform, "tenant": of_tenant, "suspension": shown(stops.suspension(tenant_id))}


def _stop(desk: Desk, args: argparse.Namespace) -> Answer:
    tenant_id, stops = _of(desk, args), _stops(desk, args)
    target = f"{_name(tenant_id)} in {args.table}" if args.table else _name(tenant_id)
    stop = SendingStop(args.reason[:500], desk.who, desk.now, args.everything, tenant_id is None)

    # What stands in another table is nobody's yet.
    of = None if args.table else tenant_id

    def do() -> Answer:
        with entered(desk, _deed(desk, of, Action.TENANT_SENDING_STOPPED, args.reason)):
            if not stops.stop(tenant_id, stop):
                raise Conflict("it is stopped already: see `sending status`", code="already_stopped")
        return shown(stops.read(tenant_id, consistent=True))

    covers = _EVERYTHING if args.everything else _CAMPAIGNS
    return desk.act(args, "sending.stop", target, do, reason=args.reason, preview={"covers": covers})


def _resume(desk: Desk, args: argparse.Namespace) -> Answer:
    tenant_id = _of(desk, args)
    standing = desk.stops.read(tenant_id, consistent=True)
    if standing is None:
        raise Conflict(f"sending of the {_name(tenant_id)} is not stopped", code="not_stopped")

    def do() -> Answer:
        with entered(desk, _deed(desk, tenant_id, Action.TENANT_SENDING_RESUMED, args.reason)):
            if not desk.stops.go_on(tenant_id, standing.at):
                raise Conflict("somebody else stopped or resumed it just now: look again", code="changed_meanwhile")
        return {"platform": shown(desk.stops.read(None)), "of_it": shown(desk.stops.read(tenant_id, consistent=True))}

    return desk.act(args, "sending.resume", _name(tenant_id), do, reason=args.reason, preview=shown(standing))
