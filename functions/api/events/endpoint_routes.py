"""Webhook endpoints: where a tenant wants to be told of events, what became of each delivery, and sending it again."""

import secrets
from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.events.bounds import limit_calls
from functions.api.events.logic.endpoint_status import EndpointStatus
from functions.api.events.logic.scopes import require_events
from functions.api.events.models import (
    EndpointChange,
    EndpointIn,
    EndpointOut,
    EndpointsOut,
    NewSecretOut,
    QueuedOut,
)
from functions.api.events.parts import EndpointParts
from functions.api.events.publish import delivery_of
from functions.api.events.signature import secret_of
from functions.api.events.statuses import read_statuses
from functions.api.events.verification import verification
from functions.api.http.fields import EndpointPath
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.revisions import revised
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from shared.clients.vault import WEBHOOK_SECRET
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.leases import TESTS, Bound
from shared.domain.webhooks.delivery import delivery_id
from shared.domain.webhooks.endpoint import EVERYTHING, SealedSecret, WebhookEndpoint
from shared.domain.webhooks.target import parse_target
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.errors import Conflict
from shared.ids import TenantId

router = new_router()
deps = parts_for(router, EndpointParts)
_TAG = "webhook endpoints"
_CHALLENGE_BYTES = 24
DeliveryId = Annotated[str, Path(pattern=r"^[0-9]{13}-evt_[0-9A-Za-z_]{1,80}$")]


def _drawn_secret() -> tuple[str, SealedSecret]:
    """(as the tenant sees it, as it is stored): each attempt at the operation draws the same."""
    request = operation(router)
    shown = secret_of(request.drawn(WEBHOOK_SECRET))
    sealed = deps().vault.seal(caller(router).tenant_id, WEBHOOK_SECRET, shown)
    return shown, SealedSecret(sealed, shown[-4:], drawn_by=request.operation_id)


def _limit(bound: Bound, endpoint_id: str) -> None:
    limit_calls(deps().leases, caller(router).tenant_id, bound, operation(router).operation_id, endpoint_id)


def _ask(tenant_id: TenantId, endpoint: WebhookEndpoint) -> QueuedOut:
    """Send the challenge, once."""
    request = operation(router)
    event_id = f"evt_{request.operation_id}"
    event = verification(event_id, request.at, endpoint.endpoint_id, endpoint.challenge)
    message = delivery_of(tenant_id, endpoint, event, event.to_json(), test=True)
    deps().webhook_queue.send(message, group=tenant_id)
    return QueuedOut(delivery_id=delivery_id(request.at, event_id))


def _shown(endpoints: list[WebhookEndpoint]) -> list[EndpointOut]:
    now = epoch_ms()
    statuses = read_statuses(deps().backlog, deps().hosts, caller(router).tenant_id, endpoints, now)
    return [EndpointOut.of(endpoint, now, status) for endpoint, status in zip(endpoints, statuses, strict=True)]


def _checked(url: str) -> str:
    parse_target(url, allow_private=deps().private_webhooks)
    return url


@router.get(
    "/v1/webhook-endpoints", **secured(Scope.SETTINGS, _TAG, "list_webhook_endpoints", summary="The tenant's endpoints")
)
def list_webhook_endpoints(limit: Limit = 50, cursor: CursorText = None) -> EndpointsOut:
    """Without their secrets, of which only the last four characters are shown."""
    page = deps().endpoints.page(caller(router).tenant_id, limit, cursor)
    return EndpointsOut(items=_shown(page.items), next_cursor=page.cursor)


@router.post(
    "/v1/webhook-endpoints",
    **effect(Scope.SETTINGS, _TAG, "create_webhook_endpoint", summary="Make an endpoint", status=201, secret=True),
)
def post_webhook_endpoint(body: EndpointIn) -> NewSecretOut:
    """Signed as Standard Webhooks 1.0.0 says; the secret is shown this once. First an `endpoint.verification` is
    sent, with a `challenge` in its data: an answer 2xx with the body `{"challenge": "…"}`, or only the challenge,
    proves that whoever is there wants this. Then events from now on are delivered: at least once, not always in
    order, retried for three days with growing pauses. An answer other than 2xx within ten seconds is a failure, a
    redirect too. After five failures in a row only one delivery is tried now and then, a quarter of an hour apart
    at most; the others wait, up to 10,000 of them, and what comes beyond is given up and can be replayed. An
    endpoint that takes nothing for five days is disabled, with an `endpoint.disabled` event in the feed. Events
    other than that one carry what people write and do: to have them sent somewhere needs the scope `read` as
    well."""
    tenant_id, request = caller(router).tenant_id, operation(router)
    require_events(caller(router), body.events, field="events")
    url = _checked(body.url)
    _limit(TESTS, request.operation_id)
    shown, sealed = _drawn_secret()
    drawn = WebhookEndpoint(
        endpoint_id=request.operation_id,
        url=url,
        events=tuple(body.events),
        description=body.description,
        secrets=(sealed,),
        created_at=request.at,
        challenge=request.token("challenge"),
    )
    endpoint = deps().endpoints.create(tenant_id, drawn)
    if endpoint.challenge == drawn.challenge:
        _ask(tenant_id, endpoint)
    return NewSecretOut(**EndpointOut.of(endpoint, epoch_ms(), EndpointStatus()).model_dump(), secret=shown)


@router.get(
    "/v1/webhook-endpoints/<endpoint_id>",
    **secured(Scope.SETTINGS, _TAG, "get_webhook_endpoint", summary="An endpoint"),
)
def get_webhook_endpoint(endpoint_id: EndpointPath) -> EndpointOut:
    """Also says whether it is verified, since when it fails, how much waits for it or was given up, and whether its
    host is slow."""
    (shown,) = _shown([deps().endpoints.get(caller(router).tenant_id, endpoint_id)])
    return shown


@router.patch(
    "/v1/webhook-endpoints/<endpoint_id>",
    **secured(Scope.SETTINGS, _TAG, "update_webhook_endpoint", summary="Change an endpoint"),
)
def patch_webhook_endpoint(endpoint_id: EndpointPath, body: EndpointChange) -> EndpointOut:
    """Another URL is asked for its challenge as a new endpoint is, five times a minute at most. To say what an endpoint
    is told, to enable it, or to move it needs the scope `read` as well, as making it does: what was told before and has
    not arrived goes to the new URL, whatever is told from now on."""
    now, principal = epoch_ms(), caller(router)
    if body.events is not None:
        require_events(principal, body.events, field="events")
    if body.url is not None:
        require_events(principal, [EVERYTHING], field="url")
    url = _checked(body.url) if body.url is not None else None
    challenge = secrets.token_urlsafe(_CHALLENGE_BYTES)

    def change(found: WebhookEndpoint) -> WebhookEndpoint:
        if body.enabled:
            require_events(principal, found.events if body.events is None else body.events, field="enabled")
        changed = replace(
            found,
            events=found.events if body.events is None else tuple(body.events),
            description=found.description if body.description is None else body.description,
        )
        changed = changed if url is None else changed.moved(url, challenge)
        changed = changed if body.enabled is None else changed.switched(enabled=body.enabled, now=now)
        # Enabling also forgets failures, and those may have come since a first attempt at this.
        return revised(found, changed, body.revision, stands=changed.settings == found.settings)

    tenant_id = principal.tenant_id
    if url is not None:
        _limit(TESTS, endpoint_id)
    endpoint = deps().endpoints.change(tenant_id, endpoint_id, change)
    if endpoint.challenge == challenge:
        _ask(tenant_id, endpoint)
    (shown,) = _shown([endpoint])
    return shown


@router.delete(
    "/v1/webhook-endpoints/<endpoint_id>",
    **secured(Scope.SETTINGS, _TAG, "delete_webhook_endpoint", summary="Remove an endpoint", status=204),
)
def delete_webhook_endpoint(endpoint_id: EndpointPath) -> None:
    """What is on its way to it is not sent any more."""
    tenant_id, endpoints = caller(router).tenant_id, deps().endpoints
    endpoints.get(tenant_id, endpoint_id)
    endpoints.delete(tenant_id, endpoint_id)


@router.post(
    "/v1/webhook-endpoints/<endpoint_id>/rotate-secret",
    **effect(
        Scope.SETTINGS,
        _TAG,
        "rotate_webhook_secret",
        summary="A new secret; the old one signs beside it for 24 hours",
        secret=True,
    ),
)
def post_rotate_secret(endpoint_id: EndpointPath) -> NewSecretOut:
    """The new secret is shown this once."""
    tenant_id, now = caller(router).tenant_id, operation(router).at
    deps().endpoints.get(tenant_id, endpoint_id)
    shown, sealed = _drawn_secret()
    endpoint = deps().endpoints.change(tenant_id, endpoint_id, lambda found: found.rotated(sealed, now))
    (with_secret,) = _shown([endpoint])
    return NewSecretOut(**with_secret.model_dump(), secret=shown)


@router.post(
    "/v1/webhook-endpoints/<endpoint_id>/test",
    **effect(
        Scope.SETTINGS,
        _TAG,
        "test_webhook_endpoint",
        summary="Send an `endpoint.test` event, once, even to a disabled endpoint",
        status=202,
    ),
)
def post_test(endpoint_id: EndpointPath) -> QueuedOut:
    """Five times a minute at most; 429 `too_many_tests` says when again. 409 `endpoint_unverified` before the endpoint
    has proved that it wants webhooks."""
    tenant_id, request = caller(router).tenant_id, operation(router)
    endpoint = deps().endpoints.get(tenant_id, endpoint_id)
    if endpoint.challenge:
        raise Conflict("the endpoint has not given back its challenge yet: see …/verify", code="endpoint_unverified")
    _limit(TESTS, endpoint_id)
    event_id = f"evt_{request.operation_id}"
    event = TenantEvent(event_id, EventType.ENDPOINT_TEST, request.at, {"endpoint_id": endpoint_id})
    message = delivery_of(tenant_id, endpoint, event, event.to_json(), test=True)
    deps().webhook_queue.send(message, group=tenant_id)
    return QueuedOut(delivery_id=delivery_id(request.at, event_id))


@router.post(
    "/v1/webhook-endpoints/<endpoint_id>/verify",
    **effect(
        Scope.SETTINGS,
        _TAG,
        "verify_webhook_endpoint",
        summary="Ask an unverified endpoint for its challenge again",
        status=202,
    ),
)
def post_verify(endpoint_id: EndpointPath) -> QueuedOut:
    """Its answer must be 2xx and hold the `challenge` in the event's data: `{"challenge": "…"}`. Five times a minute at
    most. 409 `endpoint_verified` when that is done."""
    tenant_id = caller(router).tenant_id
    endpoint = deps().endpoints.get(tenant_id, endpoint_id)
    if not endpoint.challenge:
        raise Conflict("the endpoint has proved that it wants webhooks already", code="endpoint_verified")
    _limit(TESTS, endpoint_id)
    return _ask(tenant_id, endpoint)
