"""Sign-up, log-in, the caller and API keys."""

import secrets
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.accounts.api_keys import revoke_api_key
from functions.api.accounts.models import (
    ApiKeyIn,
    ApiKeyOut,
    ApiKeysOut,
    LoginIn,
    LoginOut,
    MeOut,
    NewApiKeyOut,
    SignupIn,
    SignupOut,
)
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.signup import Application, log_in, sign_up, sign_up_unverified
from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, public, secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import ApiKey, Scope
from shared.errors import Forbidden
from shared.store.accounts.tenants import hash_key

router = new_router()
deps = parts_for(router, AccountParts)
_KEY_PREFIX = "wpb_"


@router.post("/v1/signup", **public("account", "sign_up", summary="Make an account for a business", status=201))
def post_signup(body: SignupIn) -> SignupOut:
    """The answer is the same for an address that has an account. A new sign-up for one that was not confirmed takes the
    place of the former, and has another code mailed."""
    application = Application(body.business_name, body.email, body.password, body.country)
    if deps().verify_email:
        sign_up(deps().doors, application, epoch_ms())
        return SignupOut(tenant_id=None, member_id=None, email_verification="required")
    tenant_id, member_id = sign_up_unverified(deps().doors, application, epoch_ms())
    return SignupOut(tenant_id=tenant_id, member_id=member_id, email_verification="skipped")


@router.post("/v1/login", **public("account", "log_in", summary="Log in"))
def post_login(body: LoginIn) -> LoginOut:
    """An access token for 60 minutes of calls, and a refresh token. The first log-in after a sign-up takes the mailed
    code as `confirmation_code`.
    """
    session = log_in(deps().doors, body.email, body.password, code=body.confirmation_code, now=epoch_ms())
    return LoginOut(
        access_token=session.access_token,
        id_token=session.id_token,
        refresh_token=session.refresh_token,
        expires_in=session.expires_in,
    )


@router.get(
    "/v1/me", **secured(Scope.READ, "account", "get_caller", summary="The caller, the tenant and what its plan allows")
)
def get_me() -> MeOut:
    """For an API key `member` is null, and the scopes are those of the key."""
    principal = caller(router)
    accounts = deps().accounts
    members = {member.member_id: member for member in accounts.members(principal.tenant_id)}
    return MeOut.of(principal, accounts.tenant(principal.tenant_id), members.get(principal.member_id))


@router.get("/v1/api-keys", **secured(Scope.SETTINGS, "api keys", "list_api_keys", summary="The tenant's API keys"))
def list_api_keys(limit: Limit = 50, cursor: CursorText = None) -> ApiKeysOut:
    """Without the keys themselves: each was shown once, when it was made."""
    page = deps().accounts.api_keys_page(caller(router).tenant_id, limit, cursor)
    return ApiKeysOut(items=[ApiKeyOut.of(key) for key in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/api-keys",
    **effect(Scope.SETTINGS, "api keys", "create_api_key", summary="Make an API key", status=201, secret=True),
)
def post_api_key(body: ApiKeyIn) -> NewApiKeyOut:
    """The key is shown this once. It can be given scopes that the caller has, and no others."""
    principal = caller(router)
    excess = sorted(scope for scope in body.scopes if scope not in principal.scopes)
    if excess:
        raise Forbidden(f"you cannot grant what you do not have: {', '.join(excess)}", field="scopes")
    request = operation(router)
    secret = _KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        key_id=request.operation_id,
        name=body.name,
        scopes=tuple(sorted(set(body.scopes))),
        hint=secret[-4:],
        key_hash=hash_key(secret),
        created_at=request.at,
    )
    deps().accounts.add_api_key(principal.tenant_id, key)
    return NewApiKeyOut(**ApiKeyOut.of(key).model_dump(), key=secret)


@router.delete(
    "/v1/api-keys/<key_id>",
    **secured(Scope.SETTINGS, "api keys", "delete_api_key", summary="Revoke an API key", status=204),
)
def delete_api_key(key_id: Annotated[str, Path(pattern=ULID, description="id of the API key")]) -> None:
    """One's own, and those that may do nothing that one may not do oneself: owners and admins revoke any. The
    authorizer keeps its answers for a minute, so the key works that much longer."""
    revoke_api_key(deps().accounts, caller(router), key_id)
