"""How routes are declared: one scope each, and which of them are kept under an Idempotency-Key."""

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import (
    OpenAPIRequestValidationMiddleware,
    OpenAPIResponseValidationMiddleware,
)

from functions.api.http import problems
from functions.api.http.idempotency import MOST_KEPT, IdempotencyStore, fingerprint
from functions.api.http.request import Middleware, Operation, body_problem, caller, needs, request_id
from functions.api.http.wiring import part_of
from shared.clock import epoch_ms
from shared.domain.accounts.permissions import KEY_SCOPES, Scope, roles_with
from shared.errors import AppError, InvalidInput
from shared.observability import say

Next = Callable[..., Response[Any]]
HEADER = "Idempotency-Key"
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


def _in_order(*first: Middleware, once: Middleware | None = None) -> dict[str, Any]:
    """The steps before a route: who may call, then whether the request is right, then whether it came before.

    The framework's own validation would come before all of them, and tell a caller without the scope what a right
    request looks like; so it is off, and stands here in its place.
    """
    repeated = [once] if once is not None else []
    return {
        "middlewares": [named, *first, known_query, well_formed, _CHECK_REQUEST, *repeated, _CHECK_ANSWER],
        "enable_validation": False,
    }


def secured(scope: Scope, tag: str, name: str, *, summary: str, status: int = 200) -> dict[str, Any]:
    """A route for callers with this scope. `name` is its operationId: clients call it so, and it never changes."""
    return {
        "operation_id": name,
        "summary": summary,
        "tags": [tag],
        "status_code": status,
        "security": [{"bearer": []}],
        "openapi_extensions": {
            "x-required-scope": str(scope),
            "x-roles": [str(role) for role in roles_with(scope)],
            "x-api-keys": scope in KEY_SCOPES,
        },
        **_in_order(needs(scope)),
    }


def effect(
    scope: Scope,
    tag: str,
    name: str,
    *,
    summary: str,
    status: int = 200,
    secret: bool = False,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A POST that does something: `secured`, and repeatable under an Idempotency-Key.

    `secret` says that the answer shows something that is not stored anywhere in the open. `body` describes a request
    body that the handler reads by itself.
    """
    route = secured(scope, tag, name, summary=summary, status=status)
    extensions = {**route["openapi_extensions"], "x-idempotent": True}
    if secret:
        extensions["x-shows-secret"] = True
    if body is not None:
        extensions["requestBody"] = body
    return {
        **route,
        "openapi_extensions": extensions,
        **_in_order(needs(scope), once=_once_secret if secret else _once),
    }


def public(tag: str, name: str, *, summary: str, status: int = 200) -> dict[str, Any]:
    """A route without a caller."""
    return {"operation_id": name, "summary": summary, "tags": [tag], "status_code": status, **_in_order()}


def operation(app: BaseRouter) -> Operation:
    """The effect this request asks for."""
    found: Operation = app.context["operation"]
    return found


def _once(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    return _keep(app, next_middleware, secret=False)


def _once_secret(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    return _keep(app, next_middleware, secret=True)


def _keep(app: ApiGatewayResolver, next_middleware: Next, *, secret: bool) -> Response[Any]:
    event = app.current_event
    key = (event.headers.get(HEADER) or "").strip()
    if not key:
        return next_middleware(app)
    if len(key) > _MOST_CHARACTERS or not key.isascii() or not key.isprintable():
        raise InvalidInput(f"{HEADER} is at most {_MOST_CHARACTERS} printable ASCII characters", field=HEADER)
    store, tenant_id = part_of(app, IdempotencyStore), caller(app).tenant_id
    raw = event.raw_event
    query, body = str(raw.get("rawQueryString", "")), str(raw.get("body") or "")
    member_id = caller(app).member_id if secret else ""
    request_fingerprint = fingerprint(event.http_method, event.path, query=query, body=body, caller=member_id)
    record = store.begin(
        tenant_id,
        key,
        request_fingerprint=request_fingerprint,
        operation_id=operation(app).operation_id,
        now=epoch_ms(),
    )
    if record.status:
        headers: dict[str, str | list[str]] = {"Idempotency-Replayed": "true"}
        return Response(record.status, record.content_type, record.body, headers)
    app.context["operation"] = Operation(record.operation_id)
    try:
        response = _answer(app, next_middleware)
    except BaseException:
        store.give_up(tenant_id, key, record)
        raise
    if response.status_code >= 500:
        store.give_up(tenant_id, key, record)
    else:
        body = response.body if isinstance(response.body, str) else json.dumps(response.body, ensure_ascii=False)
        status, content_type = response.status_code, response.content_type or ""
        if len(body.encode()) > MOST_KEPT:
            not_kept = problems.NOT_KEPT
            status, body, content_type = not_kept.status, not_kept.body(request_id(app)), problems.CONTENT_TYPE
        store.finish(tenant_id, key, record, status, body, content_type, secret=secret)
    return response


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
