"""`number`: whether it may send, how fast, and what it is sending."""

import argparse

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, masked, moment
from infra.ops.sending import shown as stop_shown
from shared.domain.campaigns.stop_conditions import reason_to_idle
from shared.domain.campaigns.stop_reasons import next_action
from shared.errors import NotFound
from shared.ids import PhoneNumberId


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "number", "one of Meta's phone number ids")
    add_verb(verbs, "status", _status, "whether it may send, its account, its lanes", ("phone_number_id",))


def _status(desk: Desk, args: argparse.Namespace) -> Answer:
    return status(desk, PhoneNumberId(args.phone_number_id))


def status(desk: Desk, phone_number_id: PhoneNumberId) -> Answer:
    """Raises NotFound."""
    tenant_id = desk.accounts.tenant_of_number(phone_number_id)
    if tenant_id is None:
        raise NotFound("this number is nobody's here: give Meta's phone number id")
    number = desk.accounts.number(tenant_id, phone_number_id)
    waba = desk.accounts.waba(tenant_id, number.waba_id)
    work = desk.lanes.work(phone_number_id)
    idle = reason_to_idle(number, desk.now)
    return {
        "number": phone_number_id,
        "tenant": tenant_id,
        "display": masked(number.display),
        "status": number.state_at(desk.now),
        "may_not_send": idle,
        "remedy": next_action(idle),
        "sending": stop_shown(desk.stops.of(tenant_id)),
        "restricted_until": moment(number.restricted_until),
        "quality": number.quality,
        "throughput": number.throughput,
        "campaigns_may_use": number.sending_rate,
        "account": {
            "waba": waba.waba_id,
            "status": waba.status,
            "reason": waba.reason,
            "has_token": bool(waba.token),
            "review": waba.review,
            "messaging_limit": waba.messaging_limit,
        },
        "runs": [{"campaign": run.campaign_id, "status": run.state, "reason": run.reason} for run in work.runs],
        "lanes": [
            {
                "lane": lane.lane,
                "lease": f"held or kept until {moment(lane.expires_at)}" if lane.expires_at > desk.now else "free",
                "fence": lane.fence,
                "last_tick": moment(lane.claimed_at),
                "rate_per_second": lane.rate / 1000,
            }
            for lane in work.lanes.values()
        ],
        "retries_waiting": sum(len(batch.entries) for batch in work.retries),
    }
