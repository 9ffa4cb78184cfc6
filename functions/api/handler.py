"""Trigger: HTTP, `/v1/*` (API Gateway HTTP API, payload 2.0). The routes are in `routes/`.

Errors are mapped to problem documents here and nowhere else. A retry is the caller's: POSTs with an effect take an
Idempotency-Key.
"""

import json
import os
import traceback
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.shared.json_encoder import Encoder
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.accounts import routes as accounts
from functions.api.accounts import team_routes as team
from functions.api.billing import routes as billing
from functions.api.bootstrap import parts
from functions.api.bots import routes as bots
from functions.api.campaigns import routes as campaigns
from functions.api.campaigns.costs import routes as rate_cards
from functions.api.contacts import routes as contacts
from functions.api.contacts.imports import routes as imports
from functions.api.events import endpoint_routes as webhook_endpoints
from functions.api.events import feed_routes as events
from functions.api.http import openapi, problems
from functions.api.http.request import principal_of, request_id
from functions.api.http.routing import problem_response, public
from functions.api.http.wiring import provide
from functions.api.inbox import canned_reply_routes as canned_replies
from functions.api.inbox import desk_routes as desk
from functions.api.inbox import label_routes as labels
from functions.api.inbox import routes as conversations
from functions.api.inbox import search_routes as search
from functions.api.inbox import timeline_routes as timeline
from functions.api.media import routes as media
from functions.api.numbers import notice_routes as notices
from functions.api.numbers import routes as whatsapp
from functions.api.templates import routes as templates
from shared.observability import count, logger, metrics


def written(value: object) -> str:
    """The JSON of an answer, in UTF-8: escaped, an emoji takes three times the room. Half a character, which has no
    UTF-8, stays escaped."""
    text = json.dumps(value, separators=(",", ":"), cls=Encoder, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), cls=Encoder)
    return text


app = APIGatewayHttpResolver(enable_validation=True, serializer=written)
for routes in (
    accounts,
    whatsapp,
    notices,
    contacts,
    imports,
    templates,
    campaigns,
    conversations,
    desk,
    labels,
    canned_replies,
    team,
    timeline,
    search,
    media,
    events,
    webhook_endpoints,
    bots,
    rate_cards,
    billing,
):
    app.include_router(routes.router)


@app.get("/v1/openapi.json", **public("meta", "This API, described"))
def get_openapi() -> Response[str]:
    return Response(200, "application/json", openapi.document(app))


def _failed(error: Exception) -> Response[Any]:
    problem = problems.of(error)
    logger.append_keys(problem=problem.code)
    if problem is problems.INTERNAL:
        # Not the error's own words: libraries quote their input in them.
        frames = traceback.extract_tb(error.__traceback__)[-5:]
        where = [f"{frame.filename}:{frame.lineno}" for frame in frames]
        logger.error("call failed unexpectedly", extra={"error": type(error).__name__, "where": where})
        count("ApiFailed")
    elif problem.status >= 500:
        logger.warning("call failed", extra={"error": type(error).__name__})
    return problem_response(problem, request_id(app))


app.exception_handler(Exception)(_failed)


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId", clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    instance = str((event.get("requestContext") or {}).get("requestId", ""))
    principal = principal_of(event)
    if principal is not None:
        logger.append_keys(tenant_id=principal.tenant_id, member_id=principal.member_id)
    count("ApiRequests")
    provide(app, parts())
    answer = app.resolve(event, context)
    headers: dict[str, Any] = answer.setdefault("headers", {})
    headers["X-Request-Id"] = instance
    # Every answer is one tenant's own, and some show a secret (RFC 9111, 5.2.2.5).
    headers.setdefault("Cache-Control", "no-store")
    if answer["statusCode"] == 204:
        answer["body"] = ""
        headers.pop("Content-Type", None)
    logger.info("request answered", extra={"route": event.get("routeKey", ""), "status": answer["statusCode"]})
    return answer


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    parts()
