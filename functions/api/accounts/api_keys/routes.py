"""API keys."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.accounts.api_keys.actions import (
    KeyParts,
    NewKey,
    Rotation,
    create_api_key,
    revoke_api_key,
    rotate_api_key,
)
from functions.api.accounts.api_keys.models import ApiKeyIn, ApiKeyOut, ApiKeysOut, KeyRotationIn, NewApiKeyOut
from functions.api.http.fields import ULID, epoch_ms_of
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, KeyParts)
KeyPath = Annotated[str, Path(pattern=ULID, description="id of the API key")]


@router.get("/v1/api-keys", **secured(Scope.SETTINGS, "api keys", "list_api_keys", summary="The tenant's API keys"))
def list_api_keys(limit: Limit = 50, cursor: CursorText = None) -> ApiKeysOut:
    """Without the keys themselves: each was shown once, when it was made. `last_used_at` is exact to ten minutes."""
    tenant_id = caller(router).tenant_id
    page, uses = deps().accounts.api_keys_page(tenant_id, limit, cursor), deps().keys.uses(tenant_id)
    return ApiKeysOut(
        items=[ApiKeyOut.of(key, uses.get(key.key_id), epoch_ms()) for key in page.items], next_cursor=page.cursor
    )


@router.post(
    "/v1/api-keys",
    **effect(Scope.SETTINGS, "api keys", "create_api_key", summary="Make an API key", status=201, secret=True),
)
def post_api_key(body: ApiKeyIn) -> NewApiKeyOut:
    """The key is shown this once. It can be given scopes that the caller has, and that are not for people only."""
    request = operation(router)
    expires_at = epoch_ms_of(body.expires_at) if body.expires_at else None
    new = NewKey(request.operation_id, body.name, body.scopes, request.at, expires_at, request.token("api_key"))
    return NewApiKeyOut.with_secret(*create_api_key(deps(), caller(router), new), epoch_ms())


@router.post(
    "/v1/api-keys/<key_id>/rotate",
    **effect(Scope.SETTINGS, "api keys", "rotate_api_key", summary="Put another key in its place", secret=True),
)
def post_rotate(key_id: KeyPath, body: KeyRotationIn) -> NewApiKeyOut:
    """Under the same id, with the same scopes; shown this once. The key of before goes on for `overlap_hours`, so that
    programs can be given the new one without a break."""
    request = operation(router)
    expires_at = epoch_ms_of(body.expires_at) if body.expires_at else None
    rotation = Rotation(body.overlap_hours, expires_at, request.token("api_key"))
    rotated = rotate_api_key(deps(), caller(router), key_id, rotation, request.at)
    return NewApiKeyOut.with_secret(*rotated, epoch_ms())


@router.delete(
    "/v1/api-keys/<key_id>",
    **secured(
        Scope.SETTINGS, "api keys", "delete_api_key", summary="Revoke an API key", status=204, while_suspended=True
    ),
)
def delete_api_key(key_id: KeyPath) -> None:
    """One's own, and those that may do nothing that one may not do oneself: owners and admins revoke any. The
    authorizer keeps its answers for a minute, so the key works that much longer."""
    revoke_api_key(deps(), caller(router), key_id)
