"""`operators`: who looks after tenants by the API. Nobody becomes one in any other way."""

import argparse

from functions.api.accounts.operators.actions import end_access
from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, moment, said_why
from infra.ops.pool import Pool
from infra.ops.tenant_log import deed
from shared.domain.accounts.account import PLATFORM
from shared.domain.accounts.operator import GROUP, Operator
from shared.domain.audit.actions import Action
from shared.domain.audit.kinds import Kind
from shared.errors import Conflict, NotFound
from shared.ids import new_ulid
from shared.store.accounts.operators import Operators
from shared.store.accounts.people import People
from shared.store.accounts.support_access import SupportAccesses
from shared.store.engine.audited import on_occasion


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "operators", "people who look after tenants by the API")
    add = add_verb(verbs, "add", _add, "make somebody an operator; who has no account gets one", ("email",), acts=True)
    remove = add_verb(verbs, "remove", _remove, "they open nothing any more, within a minute", ("email",), acts=True)
    for verb in (add, remove):
        said_why(verb, "why, for the audit")
    add_verb(verbs, "list", _list, "who they are, whether they have a second factor, and at which tenant they look")


def _add(desk: Desk, args: argparse.Namespace) -> Answer:
    pool, operators, email = Pool(desk), Operators(desk.directory), str(args.email).strip().lower()
    known = pool.find(email)
    if known is not None and not known.confirmed:
        raise Conflict("nobody has confirmed this address yet: have them do so first, or delete the sign-up")
    owner = desk.accounts.owner_of_subject(known.subject) if known is not None else None
    if owner is not None and owner.tenant_id != PLATFORM:
        raise Conflict(f"this person is a member of tenant {owner.tenant_id}: operators are of no team")

    def do() -> Answer:
        subject = pool.complete(email, known)
        operator = next((one for one in operators.all() if one.subject == subject), None)
        if operator is None:
            operator = Operator(new_ulid(desk.now), subject, email, desk.who, desk.now)
            operators.add(operator)
        pool.join(subject)
        return {"operator": operator.operator_id, "next": _NEXT}

    preview = {"account": "there is one" if known is not None else "is made"}
    return desk.act(args, "operators.add", email, do, reason=args.reason, preview=preview)


_NEXT = (
    "they have a password mailed (POST /v1/password/forgot), log in (POST /v1/login or /v1/session), set up their "
    "second factor (POST /v1/operator/second-factor) and log in again with it"
)


def _remove(desk: Desk, args: argparse.Namespace) -> Answer:
    pool, operators, email = Pool(desk), Operators(desk.directory), str(args.email).strip().lower()
    known = pool.find(email)
    operator = next((one for one in operators.all() if one.email == email), None)
    subject = operator.subject if operator is not None else known.subject if known is not None else ""
    if not subject:
        raise NotFound("there is no such operator: see `operators list`", field="email")

    def do() -> Answer:
        ended = ""
        if operator is not None:
            # First what the authorizer goes by: whatever fails behind it, they open nothing any more.
            operators.remove(operator)
            ended = _end_access(desk, operator, args.reason)
        pool.leave(subject)
        # Somebody of a team has sessions and a second factor that are no operator's.
        if desk.accounts.owner_of_subject(subject) is None:
            pool.shut_out(People(desk.directory), subject, desk.now)
        return {"removed": email, "support_access_ended": ended or None}

    return desk.act(args, "operators.remove", email, do, reason=args.reason)


def _end_access(desk: Desk, operator: Operator, reason: str) -> str:
    """The tenant at which they looked; "" for none."""
    accesses = SupportAccesses(desk.directory)
    acting = accesses.acting(operator.operator_id)
    if acting is None:
        return ""
    ending = deed(desk, acting.tenant_id, Action.SUPPORT_ACCESS_ENDED, Kind.SUPPORT_ACCESS, acting.access_id, reason)
    with on_occasion(ending):
        end_access(accesses, acting.tenant_id, acting.access_id, desk.who, desk.now)
    return acting.tenant_id


def _list(desk: Desk, args: argparse.Namespace) -> Answer:
    pool, people, accesses = Pool(desk), People(desk.directory), SupportAccesses(desk.directory)
    answer = pool.client.list_users_in_group(UserPoolId=pool.pool_id, GroupName=GROUP, Limit=60)
    in_group = {
        attribute["Value"] for user in answer["Users"] for attribute in user["Attributes"] if attribute["Name"] == "sub"
    }
    found = []
    for operator in Operators(desk.directory).all():
        acting = accesses.acting(operator.operator_id)
        looks = acting is not None and desk.now < acting.expires_at
        found.append(
            {
                "operator": operator.operator_id,
                "email": operator.email,
                "added_at": moment(operator.added_at),
                "added_by": operator.added_by,
                "in_group": operator.subject in in_group,
                "second_factor": people.find(operator.subject).second_factor,
                "looks_at": acting.tenant_id if acting is not None and looks else None,
            }
        )
    return {"operators": found}
