"""`members`: people of tenants' teams who cannot get in any more."""

import argparse

from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, said_why
from infra.ops.pool import Pool
from infra.ops.tenant_log import deed, entered
from shared.domain.accounts.account import PLATFORM
from shared.domain.audit.actions import Action
from shared.domain.audit.kinds import Kind
from shared.errors import Conflict, NotFound
from shared.store.accounts.people import People

_NEXT = (
    "they log in by their password alone, or have another one mailed (POST /v1/password/forgot), and set up another "
    "authenticator (POST /v1/me/second-factor)"
)


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "members", "people of tenants' teams who cannot get in any more")
    what = "switch off the second factor of one who has lost the authenticator and all recovery codes"
    said_why(add_verb(verbs, "forget-factor", _forget_factor, what, ("email",), acts=True), "why, for both audits")


def _forget_factor(desk: Desk, args: argparse.Namespace) -> Answer:
    """All their sessions end with it. It is in the log of their tenant, if they are of one. What broke off is finished
    by repeating it, so nobody is turned away for what is kept here alone."""
    pool, people, email = Pool(desk), People(desk.directory), str(args.email).strip().lower()
    known = pool.find(email)
    if known is None:
        raise NotFound("nobody has an account of this address", field="email")
    owner = desk.accounts.owner_of_subject(known.subject)
    if owner is not None and owner.tenant_id == PLATFORM:
        raise Conflict("this is an operator: remove them and add them again (`operators`)")
    tenant_id, member_id = (None, "") if owner is None else (owner.tenant_id, owner.details["member_id"])

    def do() -> Answer:
        disabled = Action.MEMBER_SECOND_FACTOR_DISABLED
        with entered(desk, deed(desk, tenant_id, disabled, Kind.MEMBER, member_id, args.reason)):
            pool.shut_out(people, known.subject, desk.now)
        return {"tenant": tenant_id, "member": member_id or None, "next": _NEXT}

    preview = {
        "tenant": tenant_id,
        "role": owner.details["role"] if owner is not None else None,
        "second_factor": people.find(known.subject).second_factor,
    }
    return desk.act(args, "members.forget-factor", email, do, reason=args.reason, preview=preview)
