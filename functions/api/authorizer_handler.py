"""Trigger: API Gateway's REQUEST authorizer (payload 2.0, simple responses).

Turns `Authorization: Bearer <Cognito access token or API key>` into the caller. API Gateway keeps an answer for a
minute, so a revoked key works that much longer. The token never reaches a log.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.authorizer_bootstrap import AuthorizerDeps, authorizer_deps
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Role, scopes_of
from shared.observability import count, logger, with_counts

API_KEY_PREFIX = "wpb_"
_DENIED: dict[str, Any] = {"isAuthorized": False}


@with_counts
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    headers = {str(name).lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, token = str(headers.get("authorization") or "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or not token.isascii():
        count("CallerDenied")
        return _DENIED
    granted = grant(authorizer_deps(), token, epoch_ms())
    if granted is None:
        count("CallerDenied")
        logger.info("caller denied", extra={"kind": "api_key" if token.startswith(API_KEY_PREFIX) else "access_token"})
        return _DENIED
    return {"isAuthorized": True, "context": granted}


def grant(deps: AuthorizerDeps, token: str, now: EpochMs) -> dict[str, str] | None:
    """The context that the API reads, or None for a token that opens nothing."""
    if token.startswith(API_KEY_PREFIX):
        owner = deps.accounts.owner_of_key(token)
        if owner is None:
            return None
        return {
            "tenant_id": owner.tenant_id,
            "member_id": owner.details["key_id"],
            "role": "api_key",
            "scopes": owner.details["scopes"],
        }
    subject = deps.tokens.subject(token, now)
    owner = deps.accounts.owner_of_subject(subject) if subject else None
    if owner is None:
        return None
    try:
        role = Role(owner.details["role"])
    except ValueError:
        # Written by a release that knows more roles than this one: nobody gets rights that are only guessed.
        logger.error("a member has a role that is not known here", extra={"tenant_id": owner.tenant_id})
        count("UnknownRoleDenied")
        return None
    return {
        "tenant_id": owner.tenant_id,
        "member_id": owner.details["member_id"],
        "role": role,
        "scopes": ",".join(sorted(scopes_of(role))),
    }
