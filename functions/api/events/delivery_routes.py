"""What became of each delivery to a webhook endpoint, and sending it again."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.events.bounds import limit_calls
from functions.api.events.logic.scopes import require_events
from functions.api.events.models import (
    DeliveriesOut,
    DeliveryOut,
    DeliveryState,
    DeliverySummary,
    ReplayIn,
    ReplayOut,
)
from functions.api.events.parts import EndpointParts
from functions.api.events.replay import replay_failed, replay_one
from functions.api.http.fields import EndpointPath, epoch_ms_of
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.leases import REPLAYS
from shared.domain.webhooks.endpoint import EVERYTHING
from shared.errors import InvalidInput, NotFound

router = new_router()
deps = parts_for(router, EndpointParts)
_TAG = "webhook endpoints"
DeliveryId = Annotated[
    str, Path(pattern=r"^[0-9]{13}-evt_[0-9A-Za-z_]{1,80}$", description="id of a delivery to this endpoint")
]


def _limit(endpoint_id: str) -> None:
    limit_calls(deps().leases, caller(router).tenant_id, REPLAYS, operation(router).operation_id, endpoint_id)


@router.get(
    "/v1/webhook-endpoints/<endpoint_id>/deliveries",
    **secured(Scope.SETTINGS, _TAG, "list_deliveries", summary="What became of each event, newest first, for 30 days"),
)
def list_deliveries(
    endpoint_id: EndpointPath,
    status: Annotated[DeliveryState | None, Query(description="only deliveries that have come to this")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> DeliveriesOut:
    """With `status`, a page may hold fewer than `limit` and still not be the last: go by the cursor."""
    tenant_id = caller(router).tenant_id
    deps().endpoints.get(tenant_id, endpoint_id)
    page = deps().deliveries.page(tenant_id, endpoint_id, limit, cursor, status)
    return DeliveriesOut(items=[DeliverySummary.of(logged) for logged in page.items], next_cursor=page.cursor)


@router.get(
    "/v1/webhook-endpoints/<endpoint_id>/deliveries/<delivery_id>",
    **secured(Scope.SETTINGS, _TAG, "get_delivery", summary="A delivery: its attempts, the body, the last answer"),
)
def get_delivery(endpoint_id: EndpointPath, delivery_id: DeliveryId) -> DeliveryOut:
    """Needs the scope `read` as well, for its body."""
    tenant_id = caller(router).tenant_id
    deps().endpoints.get(tenant_id, endpoint_id)
    logged = deps().deliveries.get(tenant_id, endpoint_id, delivery_id)
    if logged is None:
        raise NotFound("there is no such thing here")
    require_events(caller(router), [logged.delivery.event_type])
    return DeliveryOut.of(logged)


@router.post(
    "/v1/webhook-endpoints/<endpoint_id>/deliveries/<delivery_id>/replay",
    **effect(Scope.SETTINGS, _TAG, "replay_delivery", summary="Send it again, whatever became of it", status=202),
)
def post_replay_one(endpoint_id: EndpointPath, delivery_id: DeliveryId) -> DeliverySummary:
    """Needs the scope `read` as well, as making an endpoint does: it goes to where the endpoint is now."""
    tenant_id, parts = caller(router).tenant_id, deps()
    parts.endpoints.get(tenant_id, endpoint_id)
    require_events(caller(router), [EVERYTHING])
    _limit(endpoint_id)
    by = operation(router).operation_id
    logged = replay_one(parts.webhook_queue, parts.deliveries, tenant_id, endpoint_id, delivery_id, epoch_ms(), by=by)
    return DeliverySummary.of(logged)


@router.post(
    "/v1/webhook-endpoints/<endpoint_id>/replay",
    **effect(Scope.SETTINGS, _TAG, "replay_failed_deliveries", summary="Send again all that failed since", status=202),
)
def post_replay(endpoint_id: EndpointPath, body: ReplayIn) -> ReplayOut:
    """A hundred at a time: go on with `next_cursor` until it is null. Needs the scope `read` as well."""
    tenant_id, parts, now = caller(router).tenant_id, deps(), epoch_ms()
    parts.endpoints.get(tenant_id, endpoint_id)
    require_events(caller(router), [EVERYTHING])
    _limit(endpoint_id)
    since, until = epoch_ms_of(body.since), min(now, epoch_ms_of(body.until)) if body.until else now
    if since >= until:
        raise InvalidInput("since must come before until, and before now", field="since")
    queue, by = parts.webhook_queue, operation(router).operation_id
    done = replay_failed(queue, parts.deliveries, tenant_id, endpoint_id, since, until, body.cursor, now, by=by)
    return ReplayOut(replayed=len(done.items), next_cursor=done.cursor)
