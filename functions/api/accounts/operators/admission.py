"""Letting operators of the platform in: the authorizer's part, which stands before every call and loads little.

Three things make an operator, and each is read anew with every token that the gateway does not remember: the group that
the access token names, the name that their person holds for the platform, and the second factor. Without the last they
may set it up, and nothing else.

To look at a tenant they have another token, which names one access. It opens what a viewer may see, no longer than the
access lasts, and as long as the session that it was opened with.
"""

from functions.api.accounts.user_pool.access_tokens import AccessToken
from functions.api.http.refusal import Refusal
from shared.clock import EpochMs
from shared.domain.accounts.account import PLATFORM, Tenant
from shared.domain.accounts.operator import GROUP, AccessStatus
from shared.domain.accounts.permissions import ACTING_SCOPES, OPERATOR, operator_scopes
from shared.domain.accounts.person import Person
from shared.errors import NotFound
from shared.observability import say
from shared.store.accounts.people import People
from shared.store.accounts.support_access import SupportAccesses
from shared.store.accounts.tenants import Accounts, hash_key
from shared.store.engine.directory import Directory, Owner

ACCESS_PREFIX = "wpo_"
"""Of the token with which an operator looks at a tenant."""


def operating(owner: Owner, person: Person, token: AccessToken) -> dict[str, str] | Refusal:
    """The context of somebody whose name the platform holds."""
    if GROUP not in token.groups or owner.details.get("role") != OPERATOR:
        return Refusal.FORBIDDEN
    return {
        "tenant_id": PLATFORM,
        "member_id": owner.details["member_id"],
        "role": OPERATOR,
        "scopes": ",".join(sorted(operator_scopes(enrolled=person.second_factor))),
        "session": token.session,
        "issued_at": str(token.issued_at),
    }


def acting(directory: Directory, people: People, token: str, now: EpochMs) -> dict[str, str] | Refusal:
    """The context of an operator who looks at a tenant: 4 RRU."""
    accounts = Accounts(directory)
    found = SupportAccesses(directory).of_token(hash_key(token))
    if found is None:
        return Refusal.TOKEN_INVALID
    tenant_id, access = found
    if access.status_at(now) is not AccessStatus.OPEN:
        return Refusal.ACCESS_ENDED
    owner, person = accounts.owner_of_subject(access.subject), people.find(access.subject)
    # Whoever was removed and is an operator again has another id.
    is_operator = owner is not None and owner.tenant_id == PLATFORM and owner.details["member_id"] == access.operator_id
    if not is_operator or not person.second_factor or person.is_over(access.session, access.issued_at):
        return Refusal.ACCESS_ENDED
    try:
        tenant = accounts.tenant(tenant_id)
    except NotFound:
        return Refusal.ACCESS_ENDED
    say(support_access_id=access.access_id)
    return {
        "tenant_id": tenant_id,
        "member_id": access.operator_id,
        "role": OPERATOR,
        "scopes": ",".join(sorted(ACTING_SCOPES)),
        "support_access_id": access.access_id,
        "until": str(access.expires_at),
        **tenant_context(tenant),
    }


def tenant_context(tenant: Tenant) -> dict[str, str]:
    """What every caller's context has of its tenant."""
    suspended = {"suspended": "true"} if tenant.suspension is not None else {}
    return {"plan": tenant.entitlements.plan, **suspended}
