"""Trigger: HTTP, `/v1/*` (API Gateway HTTP API, payload 2.0). The routes are in the nouns' `routes.py`.

Errors are mapped to problem documents here and nowhere else. A retry is the caller's: POSTs with an effect take an
Idempotency-Key.
"""

import importlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.shared.json_encoder import Encoder
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.accounts.api_keys.actions import KeyWatch
from functions.api.bootstrap import parts
from functions.api.http import problems
from functions.api.http.call_limits import Allowance, CallLimits
from functions.api.http.refusal import Refusal, refusal_of
from functions.api.http.request import principal_of, refused, request_id
from functions.api.http.routing import NO_ROUTE, problem_response, public
from functions.api.http.wiring import Address, part_of, provide
from shared.clock import epoch_ms
from shared.errors import AppError
from shared.failures import failure
from shared.observability import concerns, count, logger, one_line, say

if TYPE_CHECKING:
    from functions.api.http.description import Description


def written(value: object) -> str:
    """The JSON of an answer, in UTF-8: escaped, an emoji takes three times the room. Half a character, which has no
    UTF-8, stays escaped."""
    text = json.dumps(value, separators=(",", ":"), cls=Encoder, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), cls=Encoder)
    return text


ROUTES: Mapping[str, frozenset[str]] = {
    "accounts.routes": frozenset({"me", "signup"}),
    "accounts.profile_routes": frozenset({"me", "tenant"}),
    "accounts.api_keys.routes": frozenset({"api-keys"}),
    "accounts.audit.routes": frozenset({"audit", "audit.csv"}),
    "accounts.sessions.routes": frozenset({"login", "password", "session", "signup"}),
    "accounts.sessions.self_routes": frozenset({"me"}),
    "numbers.routes": frozenset({"numbers", "whatsapp"}),
    "numbers.onboarding_routes": frozenset({"whatsapp"}),
    "numbers.account_routes": frozenset({"numbers", "whatsapp"}),
    "numbers.notice_routes": frozenset({"notices"}),
    "contacts.routes": frozenset({"contacts", "fields"}),
    "contacts.imports.routes": frozenset({"contacts"}),
    "segments.routes": frozenset({"segments"}),
    "templates.routes": frozenset({"templates"}),
    "templates.preview_routes": frozenset({"templates"}),
    "templates.draft_routes": frozenset({"template-drafts"}),
    "templates.library_routes": frozenset({"template-library"}),
    "templates.sample_routes": frozenset({"template-samples"}),
    "inbox.template_test_routes": frozenset({"template-tests"}),
    "campaigns.routes": frozenset({"campaigns"}),
    "campaigns.recipient_routes": frozenset({"campaigns"}),
    "inbox.routes": frozenset({"conversations"}),
    "inbox.desk_routes": frozenset({"conversations", "mentions"}),
    "inbox.label_routes": frozenset({"labels"}),
    "inbox.canned_reply_routes": frozenset({"canned-replies"}),
    "accounts.operators.routes": frozenset({"operator"}),
    "accounts.operators.tenant_routes": frozenset({"operator"}),
    "accounts.operators.access_routes": frozenset({"operator", "support-access"}),
    "accounts.team.routes": frozenset({"me", "members"}),
    "accounts.team.invitation_routes": frozenset({"invitations"}),
    "inbox.timeline_routes": frozenset({"contacts", "conversations"}),
    "inbox.search_routes": frozenset({"search"}),
    "media.routes": frozenset({"conversations", "media"}),
    "events.feed_routes": frozenset({"events"}),
    "events.endpoint_routes": frozenset({"webhook-endpoints"}),
    "events.delivery_routes": frozenset({"webhook-endpoints"}),
    "bots.routes": frozenset({"bots"}),
    "campaigns.costs.routes": frozenset({"rate-card"}),
    "billing.routes": frozenset({"billing"}),
}
"""Module with a router -> what follows `/v1/` in the paths of its routes; in the order of the OpenAPI document."""
_DESCRIBED = "openapi.json"
_UNLIMITED = Allowance({})
"""Of whoever has no caller's name: those routes are throttled by the gateway."""
_SLOW_MS = 5_000
_WAITS_FOR_NEWS = "GET /v1/events"


class Api:
    """One framework app, which has the routes that were asked for so far: a cold start loads its own noun only."""

    def __init__(self) -> None:
        self._app, self._loaded = _app_with(()), frozenset[str]()

    def app_for(self, path: str) -> APIGatewayHttpResolver:
        """With all routes that this path could be for. Apps of earlier calls are no longer to be used: a router
        belongs to one app."""
        first = [*path.split("/"), "", ""][2]
        needed = {module for module, firsts in ROUTES.items() if first in firsts or first == _DESCRIBED}
        if not needed <= self._loaded:
            loaded = self._loaded | needed
            self._app = _app_with([module for module in ROUTES if module in loaded])
            self._loaded = loaded
        return self._app

    def whole(self) -> APIGatewayHttpResolver:
        """With every route."""
        return self.app_for(f"/v1/{_DESCRIBED}")

    def document(self, server: str) -> str:
        """The OpenAPI document; `server` is the base URL that clients are to call."""
        return _document(self.whole(), server)


def _app_with(modules: Sequence[str]) -> APIGatewayHttpResolver:
    app = APIGatewayHttpResolver(enable_validation=True, serializer=written)
    for module in modules:
        app.include_router(importlib.import_module(f"functions.api.{module}").router)

    @app.get(f"/v1/{_DESCRIBED}", **public("description", "get_description", summary="This API, described"))
    def get_openapi() -> Response[str]:
        """An OpenAPI 3.1 document, for people and for what generates clients."""
        return Response(200, "application/json", _document(app, part_of(app, Address).url))

    @app.get(problems.ERRORS, **public("description", "list_error_codes", summary="Every code, and what to do then"))
    def get_errors() -> Response[str]:
        """A page for people, with an anchor for each code. The `type` of a problem leads there."""
        from functions.api.http.errors import page

        return Response(200, "text/html; charset=utf-8", page(descriptions()))

    app.exception_handler(Exception)(partial(_failed, app))
    return app


def _document(app: APIGatewayHttpResolver, server: str) -> str:
    """Imported here: only those who ask for it pay for it."""
    from functions.api.http import openapi

    return openapi.document(app, descriptions(), server)


def descriptions() -> Sequence["Description"]:
    """What each noun says of itself, in the order of the routes."""
    nouns = dict.fromkeys(f"functions.api.{module.rpartition('.')[0]}" for module in (*ROUTES, "http.openapi"))
    return [importlib.import_module(f"{noun}.described").DESCRIPTION for noun in nouns]


def _failed(app: APIGatewayHttpResolver, error: Exception) -> Response[Any]:
    problem = problems.of(error)
    say(problem=problem.code)
    if problem is problems.INTERNAL:
        logger.error("call failed unexpectedly", extra=failure(error))
        count("ApiFailed")
    elif problem is problems.OUTAGE:
        logger.error("call failed: AWS is out or busy", extra=failure(error))
        count("ApiUnavailable")
    elif problem.status >= 500:
        logger.warning("call failed", extra=failure(error))
    return problem_response(problem, request_id(app))


api = Api()


@one_line
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    instance = str((event.get("requestContext") or {}).get("requestId", ""))
    say(route=NO_ROUTE)
    refusal = refusal_of(event)
    if refusal is not None:
        # Before anything else: whoever is refused sees no route.
        return _finished(_turned_away(refused(refusal), instance), event, instance)
    principal, allowance = principal_of(event), _UNLIMITED
    if principal is not None and principal.until is not None and epoch_ms() >= principal.until:
        # The gateway remembers the caller for longer.
        return _finished(_turned_away(refused(Refusal.ACCESS_ENDED), instance), event, instance)
    if principal is not None:
        logger.append_keys(tenant_id=principal.tenant_id, member_id=principal.member_id)
        concerns(principal.tenant_id)
        say(member_id=principal.member_id)
        if principal.support_access_id:
            say(support_access_id=principal.support_access_id)
        allowance = parts()[CallLimits].allow(principal, epoch_ms())
        parts()[KeyWatch].note(principal, epoch_ms())
    if allowance.refusal is not None:
        answer = _turned_away(allowance.refusal, instance)
    else:
        app = api.app_for(APIGatewayProxyEventV2(event).path)
        provide(app, parts())
        answer = app.resolve(event, context)
    answer.setdefault("headers", {}).update(allowance.headers)
    return _finished(answer, event, instance)


def _turned_away(error: AppError, instance: str) -> dict[str, Any]:
    problem = problems.of(error)
    say(problem=problem.code)
    headers = {"Content-Type": problems.CONTENT_TYPE, **problem.headers()}
    return {
        "statusCode": problem.status,
        "body": problem.body(instance),
        "isBase64Encoded": False,
        "headers": headers,
        "cookies": [],
    }


def _finished(answer: dict[str, Any], event: Mapping[str, Any], instance: str) -> dict[str, Any]:
    """The answer with what every one has."""
    headers: dict[str, Any] = answer.setdefault("headers", {})
    headers["X-Request-Id"] = instance
    # Every answer is one tenant's own, and some show a secret (RFC 9111, 5.2.2.5).
    headers.setdefault("Cache-Control", "no-store")
    if answer["statusCode"] == 204:
        answer["body"] = ""
        headers.pop("Content-Type", None)
    _note_pace(event)
    return answer


def _note_pace(event: Mapping[str, Any]) -> None:
    """Since the call came to the gateway, so the authorizer and a cold start count. The gateway's own figure has those
    in it that wait for news on purpose."""
    arrived = (event.get("requestContext") or {}).get("timeEpoch")
    if arrived and epoch_ms() - int(arrived) > _SLOW_MS and event.get("routeKey") != _WAITS_FOR_NEWS:
        count("ApiSlow")


_START = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE")
if _START:
    parts()
    if _START != "on-demand":
        # Nobody waits for a start that is kept for later (provisioned concurrency, SnapStart).
        api.whole()
        parts().make_all()
