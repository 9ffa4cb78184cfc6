"""`audit`: what operators did."""

import argparse

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, moment
from shared.clock import to_rfc3339


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "audit", "what operators did")
    verb = add_verb(verbs, "list", _list, "of a month, newest first; an entry without an outcome may have been cut off")
    verb.add_argument("--month", default="", help="such as 2026-11; this one if left out")
    verb.add_argument("--most", type=int, default=50)


def _list(desk: Desk, args: argparse.Namespace) -> Answer:
    month = args.month or to_rfc3339(desk.now)[:7]
    return {
        "month": month,
        "operations": [
            {
                "at": moment(one.at),
                "who": one.who,
                "action": one.action,
                "target": one.target,
                "reason": one.reason,
                "outcome": one.outcome or "not known",
                "id": one.operation_id,
            }
            for one in desk.audit.of_month(month, args.most)
        ],
    }
