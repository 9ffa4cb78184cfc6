"""The step before a route that opens its occasion in the audit log: see `audited_routes`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

from functions.api.http import problems
from functions.api.http.audited_routes import ROUTES, Audited
from functions.api.http.idempotency import HEADER
from functions.api.http.request import Middleware, Operation, principal_of, request_id
from functions.api.http.wiring import part_of
from shared.clock import epoch_ms
from shared.domain.accounts.account import API_KEY_ROLE, Principal
from shared.domain.accounts.permissions import OPERATOR
from shared.domain.audit.entry import Actor, ActorKind, Entry, Origin, origin_of
from shared.errors import AppError, RateLimited
from shared.ids import new_ulid
from shared.store.audit.trail import AuditTrail
from shared.store.engine.audited import Occasion, on_occasion, open_occasion

Next = Callable[..., Response[Any]]


def audited(name: str) -> list[Middleware]:
    """The step for the operation of this name; none where nothing is entered of it."""
    rule = ROUTES.get(name)
    if not isinstance(rule, Audited):
        return []

    def enter(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
        principal = principal_of(app.current_event.raw_event)
        if principal is not None and principal.is_key and not rule.keys:
            return next_middleware(app)
        occasion = _occasion(app, rule, principal)
        if not rule.elsewhere or principal is None:
            with on_occasion(occasion):
                return next_middleware(app)
        return _begun(app, next_middleware, occasion, principal)

    return [enter]


def _occasion(app: ApiGatewayResolver, rule: Audited, principal: Principal | None) -> Occasion:
    operation: Operation | None = app.context.get("operation")
    entry = Entry(
        # Of a call that is repeated under its Idempotency-Key it is the same: it is entered once.
        entry_id=operation.operation_id if operation is not None else new_ulid(epoch_ms()),
        actor=actor_of(principal),
        action=rule.action,
        kind=rule.kind,
        object_id=_object_id(app, rule, principal),
        origin=origin(app),
    )
    # What operators change is of the tenant that they name, not of their own.
    is_of_caller = principal is not None and principal.role != OPERATOR
    tenant_id = principal.tenant_id if principal is not None and is_of_caller else None
    return Occasion(entry, tenant_id, has_actor=principal is not None)


def actor_of(principal: Principal | None) -> Actor:
    if principal is None:
        return Actor(ActorKind.MEMBER)
    kinds = {API_KEY_ROLE: ActorKind.API_KEY, OPERATOR: ActorKind.OPERATOR}
    return Actor(kinds.get(principal.role, ActorKind.MEMBER), principal.member_id)


def state_reason(reason: str) -> None:
    """What an operator states as theirs, for the entry of what they are doing."""
    occasion = open_occasion()
    if occasion is not None:
        occasion.entry = replace(occasion.entry, reason=reason)


def _object_id(app: ApiGatewayResolver, rule: Audited, principal: Principal | None) -> str:
    if rule.about == "caller":
        return "" if principal is None else principal.member_id
    return str((app.context.get("_route_args") or {}).get(rule.about, "")) if rule.about else ""


def origin(app: BaseRouter) -> Origin:
    """The gateway's own: a header that says where a call comes from can say anything."""
    raw: Mapping[str, Any] = app.current_event.raw_event
    http = (raw.get("requestContext") or {}).get("http") or {}
    address, agent = str(http.get("sourceIp") or ""), str(http.get("userAgent") or "")
    return origin_of(address, agent, request_id=request_id(app))


def _begun(app: ApiGatewayResolver, next_middleware: Next, occasion: Occasion, principal: Principal) -> Response[Any]:
    """Where it fails on our side or on another's, nobody knows what came of it: the entry stays begun, and a second
    attempt under the same Idempotency-Key may end it."""
    trail, tenant_id = part_of(app, AuditTrail), principal.tenant_id
    trail.begin(tenant_id, occasion)
    try:
        with on_occasion(occasion):
            response = next_middleware(app)
    except AppError as error:
        problem = problems.of(error)
        # Who may come again under the same key may still end what has begun.
        is_final = not error.retryable or (isinstance(error, RateLimited) and HEADER not in app.current_event.headers)
        if problem.status < 500 and is_final:
            if problem.status == 404 and not occasion.entry.difference.says_something:
                # Nothing of this tenant: perhaps another's.
                occasion.entry = replace(occasion.entry, object_id="")
            trail.end(tenant_id, occasion, refusal=problem.code)
        raise
    trail.end(tenant_id, occasion, object_id="" if occasion.entry.object_id else _id_in(response.body))
    return response


def _id_in(body: object) -> str:
    """Of what the answer shows."""
    found = body.get("id") if isinstance(body, Mapping) else getattr(body, "id", "")
    return found if isinstance(found, str) else ""
