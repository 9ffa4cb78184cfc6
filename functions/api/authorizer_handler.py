"""Trigger: API Gateway's REQUEST authorizer (payload 2.0, simple responses).

Turns `Authorization: Bearer <Cognito access token, API key, or token of an operator's access to a tenant>` into the
caller, or into why there is none, which the API answers with a problem (`http/refusal.py`). A call without that header
does not come here: the gateway turns it away itself, because the header is what it keeps answers by. It keeps them for
a minute, so a revoked key, a session that somebody has ended and a role that was taken away work that much longer. The
token never reaches a log.

While the table or the user pool is out nobody can be named: that is raised, the gateway answers 500 `{"message": …}`,
which clients repeat, and keeps nothing (Amazon API Gateway, HTTP API Lambda authorizers). A refusal would be a lie, and
a 503 of our own would be kept for a minute after the outage is over.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.accounts.operators.admission import ACCESS_PREFIX, acting, operating, tenant_context
from functions.api.accounts.user_pool.access_tokens import TokenExpired
from functions.api.authorizer_bootstrap import AuthorizerDeps, authorizer_deps
from functions.api.http.outages import is_outage
from functions.api.http.refusal import REFUSED, Refusal
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import API_KEY_PREFIX, API_KEY_ROLE, PLATFORM, Role, scopes_of
from shared.errors import AppError
from shared.failures import failure
from shared.ids import TenantId
from shared.observability import count, logger, one_line_if_counted, say

_KINDS = {API_KEY_PREFIX: "api_key", ACCESS_PREFIX: "support_access"}


@one_line_if_counted
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    headers = {str(name).lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, token = str(headers.get("authorization") or "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return _refused(Refusal.TOKEN_MISSING)
    granted = grant(authorizer_deps(), token, epoch_ms())
    if isinstance(granted, Refusal):
        say(kind=_KINDS.get(token[: len(API_KEY_PREFIX)], "access_token"))
        return _refused(granted)
    return {"isAuthorized": True, "context": granted}


def _refused(refusal: Refusal) -> dict[str, Any]:
    """Let through with nothing but this."""
    count("CallerDenied")
    say(message="caller denied", refusal=str(refusal))
    return {"isAuthorized": True, "context": {REFUSED: str(refusal)}}


def grant(deps: AuthorizerDeps, token: str, now: EpochMs) -> dict[str, str] | Refusal:
    """The context that the API reads, or why a token opens nothing."""
    if not token.isascii():
        return Refusal.TOKEN_INVALID
    if token.startswith(API_KEY_PREFIX):
        return _by_key(deps, token, now)
    if token.startswith(ACCESS_PREFIX):
        return acting(deps.directory, deps.people, token, now)
    try:
        read = deps.tokens.read(token, now)
    except TokenExpired:
        return Refusal.TOKEN_EXPIRED
    if read is None:
        return Refusal.TOKEN_INVALID
    person = deps.people.find(read.subject)
    if person.is_over(read.session, read.issued_at):
        return Refusal.SESSION_ENDED
    owner = deps.accounts.owner_of_subject(read.subject)
    if owner is None:
        return Refusal.FORBIDDEN
    if owner.tenant_id == PLATFORM:
        return operating(owner, person, read)
    try:
        role = Role(owner.details["role"])
    except ValueError:
        # Written by a release that knows more roles than this one: nobody gets rights that are only guessed.
        logger.error("a member has a role that is not known here", extra={"tenant_id": owner.tenant_id})
        count("UnknownRoleDenied")
        return Refusal.FORBIDDEN
    return {
        "tenant_id": owner.tenant_id,
        "member_id": owner.details["member_id"],
        "role": role,
        "scopes": ",".join(sorted(scopes_of(role))),
        **_tenant(deps, owner.tenant_id),
    }


def _by_key(deps: AuthorizerDeps, token: str, now: EpochMs) -> dict[str, str] | Refusal:
    owner = deps.accounts.owner_of_key(token)
    if owner is None:
        return Refusal.TOKEN_INVALID
    ends = owner.details.get("expires_at") or ""
    if ends and now >= int(ends):
        return Refusal.KEY_EXPIRED
    return {
        "tenant_id": owner.tenant_id,
        "member_id": owner.details["key_id"],
        "role": API_KEY_ROLE,
        "scopes": owner.details["scopes"],
        **({"key_ends": str(ends)} if ends else {}),
        **_tenant(deps, owner.tenant_id),
    }


def _tenant(deps: AuthorizerDeps, tenant_id: TenantId) -> dict[str, str]:
    """Whose limits hold, and whether it is suspended: 1 RRU a minute for each token. Nothing where it cannot be read:
    an error from here would be the gateway's 500 for all callers of the tenant. What a suspended tenant sends is
    stopped elsewhere."""
    try:
        tenant = deps.accounts.tenant(tenant_id)
    except Exception as error:
        if not isinstance(error, AppError) and not is_outage(error):
            raise
        logger.warning("a caller is let in without a plan", extra=failure(error) | {"tenant_id": tenant_id})
        return {}
    return tenant_context(tenant)
