"""How routes are declared: one scope each, and which of them are kept under an Idempotency-Key."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import (
    OpenAPIRequestValidationMiddleware,
    OpenAPIResponseValidationMiddleware,
)

from functions.api.http import problems
from functions.api.http.audit import audited
from functions.api.http.idempotency import HEADER, MOST_KEPT, IdempotencyStore, Record, fingerprint
from functions.api.http.outages import is_outage
from functions.api.http.request import Middleware, Operation, body_problem, caller, needs, new_seed, request_id
from functions.api.http.wiring import part_of
from shared.clock import epoch_ms
from shared.domain.accounts.permissions import KEY_SCOPES, WHILE_SUSPENDED, Scope, roles_with
from shared.errors import AppError, InvalidInput
from shared.failures import failure
from shared.ids import TenantId
from shared.observability import logger, say

Next = Callable[..., Response[Any]]
NO_ROUTE = "none"
"""What the log calls the route of a call that came to none."""
_MOST_CHARACTERS = 255


def named(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """Has the log name the route by its template: a path has people's ids in it."""
    say(route=f"{app.request.method} {app.request.route}")
    return next_middleware(app)


def well_formed(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """Refuses a body that is no JSON object, or that could not be stored."""
    refused = body_problem(app.current_event.raw_event)
    return next_middleware(app) if refused is None else problem_response(refused, request_id(app))


def known_query(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """Refuses a query parameter that the route does not have: one that is misspelt would silently choose nothing."""
    known = {parameter.alias for parameter in app.context["_route"].dependant.query_params}
    given = app.current_event.query_string_parameters or {}
    unknown = sorted(given.keys() - known)
    if not unknown:
        return next_middleware(app)
    remedy = f"there are {', '.join(sorted(known))}" if known else "this call takes none; remove it"
    raise InvalidInput(f"there is no such query parameter: {remedy}", code="unknown_parameter", field=unknown[0])


_CHECK_REQUEST = OpenAPIRequestValidationMiddleware()  # type: ignore[no-untyped-call]
_CHECK_ANSWER = OpenAPIResponseValidationMiddleware()


def _in_order(name: str, *first: Middleware, once: Middleware | None = None) -> dict[str, Any]:
    """The steps before a route: who may call, then whether the request is right, then whether it came before, then its
    entry in the audit log.

    The framework's own validation would come before all of them, and tell a caller without the scope what a right
    request looks like; so it is off, and stands here in its place.
    """
    repeated = [once] if once is not None else []
    return {
        "middlewares": [
            named,
            *first,
            known_query,
            well_formed,
            _CHECK_REQUEST,
            *repeated,
            *audited(name),
            _CHECK_ANSWER,
        ],
        "enable_validation": False,
    }


def secured(
    scope: Scope, tag: str, name: str, *, summary: str, status: int = 200, while_suspended: bool = False
) -> dict[str, Any]:
    """A route for callers with this scope. `name` is its operationId: clients call it so, and it never changes.
    `while_suspended`: also a tenant that is suspended may do this, though it changes something."""
    goes_on = while_suspended or scope in WHILE_SUSPENDED
    return {
        "operation_id": name,
        "summary": summary,
        "tags": [tag],
        "status_code": status,
        "security": [{"bearer": []}],
        "openapi_extensions": {
            "x-required-scope": str(scope),
            "x-roles": roles_with(scope),
            "x-api-keys": scope in KEY_SCOPES,
            "x-while-suspended": goes_on,
        },
        **_in_order(name, needs(scope, while_suspended=goes_on)),
    }


def effect(
    scope: Scope,
    tag: str,
    name: str,
    *,
    summary: str,
    status: int = 200,
    secret: bool = False,
    draws: bool = False,
    body: dict[str, Any] | None = None,
    while_suspended: bool = False,
) -> dict[str, Any]:
    """A POST that does something: `secured`, and repeatable under an Idempotency-Key.

    A second attempt at it, after one that was not finished, must do the same: ids, moments and chance follow from its
    `operation`. `draws` says that it needs chance (`Operation.drawn`), and `secret` that its answer shows something
    that is not stored anywhere in the open, which it draws. `body` describes a request body that the handler reads by
    itself.
    """
    route = secured(scope, tag, name, summary=summary, status=status, while_suspended=while_suspended)
    extensions = {**route["openapi_extensions"], "x-idempotent": True}
    if secret:
        extensions["x-shows-secret"] = True
    if body is not None:
        extensions["requestBody"] = body
    return {
        **route,
        "openapi_extensions": extensions,
        **_in_order(
            name,
            needs(scope, while_suspended=extensions["x-while-suspended"]),
            once=_once(secret=secret, draws=draws or secret),
        ),
    }


def public(tag: str, name: str, *, summary: str, status: int = 200) -> dict[str, Any]:
    """A route without a caller."""
    return {"operation_id": name, "summary": summary, "tags": [tag], "status_code": status, **_in_order(name)}


def operation(app: BaseRouter) -> Operation:
    """The effect this request asks for."""
    found: Operation = app.context["operation"]
    return found


def _once(*, secret: bool, draws: bool) -> Middleware:
    def once(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
        return _keep(app, next_middleware, secret=secret, draws=draws)

    return once


def _keep(app: ApiGatewayResolver, next_middleware: Next, *, secret: bool, draws: bool) -> Response[Any]:
    event = app.current_event
    key = (event.headers.get(HEADER) or "").strip()
    asked: Operation = app.context["operation"]
    seed = new_seed() if draws else b""
    if not key:
        app.context["operation"] = Operation(asked.operation_id, seed)
        return next_middleware(app)
    if len(key) > _MOST_CHARACTERS or not key.isascii() or not key.isprintable():
        raise InvalidInput(f"{HEADER} is at most {_MOST_CHARACTERS} printable ASCII characters", field=HEADER)
    store, tenant_id = part_of(app, IdempotencyStore), caller(app).tenant_id
    raw = event.raw_event
    query, body = str(raw.get("rawQueryString", "")), str(raw.get("body") or "")
    member_id = caller(app).member_id if secret else ""
    record = store.begin(
        tenant_id,
        key,
        request_fingerprint=fingerprint(event.http_method, event.path, query=query, body=body, caller=member_id),
        operation_id=asked.operation_id,
        now=epoch_ms(),
        seed=seed.hex(),
    )
    if record.status:
        headers: dict[str, str | list[str]] = {"Idempotency-Replayed": "true"}
        return Response(record.status, record.content_type, store.body_of(tenant_id, record), headers)
    try:
        app.context["operation"] = Operation(
            record.operation_id,
            store.seed_of(tenant_id, record),
            is_retry=record.operation_id != asked.operation_id,
        )
        response = _answer(app, next_middleware)
        if response.status_code < 500:
            kept = _as_kept(app, response)
            content_type = kept.content_type or ""
            store.finish(tenant_id, key, record, kept.status_code, kept.body or "", content_type, secret=secret)
    except BaseException:
        _give_up(store, tenant_id, key, record)
        raise
    if response.status_code >= 500:
        _give_up(store, tenant_id, key, record)
    return response


def _as_kept(app: ApiGatewayResolver, response: Response[Any]) -> Response[str]:
    """The answer to be repeated. The first time it is written as it will be then, byte for byte."""
    if response.body is not None and not isinstance(response.body, str):
        response.body = app._serializer(response.body)
    if len((response.body or "").encode()) <= MOST_KEPT:
        return response
    return problem_response(problems.NOT_KEPT, request_id(app))


def _give_up(store: IdempotencyStore, tenant_id: TenantId, key: str, record: Record) -> None:
    """This attempt is over, whatever it did. Where that cannot be noted, the lease ends by itself: what is told is why
    the attempt failed."""
    try:
        store.give_up(tenant_id, key, record)
    except Exception as error:
        if not is_outage(error):
            raise
        logger.warning("a lease is left to end by itself", extra=failure(error))


def _answer(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """The route's answer; a refusal on purpose is one too."""
    try:
        return next_middleware(app)
    except AppError as error:
        if error.retryable:
            raise
        return problem_response(problems.of(error), request_id(app))


def problem_response(problem: problems.Problem, instance: str) -> Response[Any]:
    headers: dict[str, str | list[str]] = {**problem.headers()}
    return Response(problem.status, problems.CONTENT_TYPE, problem.body(instance), headers)
