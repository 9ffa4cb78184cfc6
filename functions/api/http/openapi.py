"""The OpenAPI 3.1 document, made from the handlers; what they cannot say by themselves is added here, or stands in
their nouns' `described.py`."""

import functools
import inspect
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from functions.api.http.answers import HEADERS, LIMITS, SCHEMAS, answer, codes_of, success
from functions.api.http.description import Codes, Description
from functions.api.http.examples import Examples

VERSION = "0.1.0"
"""The project's (pyproject.toml)."""
_ABOUT = """WhatsApp marketing: contacts, templates, campaigns, conversations, bots.

Whatever is refused is a problem document (RFC 9457) with a stable `code`; each answer lists the codes that it can have,
and more may come. So do the values of an `x-extensible-enum`: be ready for others. Moments are RFC 3339 in UTC, without
milliseconds where there are none: compare them as moments, not as texts. Ids are opaque: keep them as texts, and read
nothing from them. What is not there is null, never `""`. A query parameter that is not listed is refused: 422
`unknown_parameter`. What the gateway answers by itself is `{"message": …}`: 401 for a call without an Authorization
header, 429 for one too many, 500 or 503 where ours broke off or took longer than 29 seconds, which may have done it:
repeat it later, a POST under the same Idempotency-Key. `X-Request-Id` is on every answer of ours,
`apigw-requestid` on every answer."""
_LICENSE = {"name": "MIT", "identifier": "MIT"}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeating the request with the same key within a day gives the first answer.",
    "schema": {"type": "string", "maxLength": 255},
}
_REPLAYED = {
    "description": "`true` on an answer that is repeated under its Idempotency-Key.",
    "schema": {"type": "string"},
}


def document(app: APIGatewayHttpResolver, descriptions: Sequence[Description], server: str) -> str:
    """`server` is the base URL that clients are to call."""
    return json.dumps({**_described(app, tuple(descriptions)), "servers": [{"url": server}]}, ensure_ascii=False)


@functools.lru_cache(maxsize=2)
def _described(app: APIGatewayHttpResolver, descriptions: tuple[Description, ...]) -> dict[str, Any]:
    raw = app.get_openapi_json_schema(
        title="wasapbos",
        version=VERSION,
        openapi_version="3.1.0",
        description=_ABOUT,
        security_schemes={
            "bearer": HTTPBearer(description="A Cognito access token, or an API key.", bearerFormat="JWT or wpb_…")
        },
    )
    routes = (*app._static_routes, *app._dynamic_routes)
    words = {str(route.operation_id): inspect.cleandoc(route.func.__doc__ or "") for route in routes}
    return finish(json.loads(raw), descriptions, words)


def finish(document: dict[str, Any], descriptions: Sequence[Description], words: Mapping[str, str]) -> dict[str, Any]:
    """Problems instead of the framework's own error shapes, tags, what the routes' docstrings say (`words`, by
    operationId), and the Idempotency-Key."""
    components: dict[str, Any] = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(name, None)
    schemas.update(SCHEMAS)
    for one in descriptions:
        schemas.update(one.schemas)
    document["webhooks"] = {name: path for one in descriptions for name, path in one.webhooks.items()}
    components["headers"] = {**HEADERS, "Idempotency-Replayed": _REPLAYED}
    document["info"]["license"] = _LICENSE
    document["security"] = [{"bearer": []}]
    document["tags"] = [
        {"name": name, "description": words} for one in descriptions for name, words in one.tags.items()
    ]
    problems = {name: codes for one in descriptions for name, codes in one.problems.items()}
    successes = {name: more for one in descriptions for name, more in one.successes.items()}
    files = {name: media_type for one in descriptions for name, media_type in one.files.items()}
    known = {name: example for one in descriptions for name, example in one.examples.items()}
    examples = Examples(schemas, known, {name: shown for one in descriptions for name, shown in one.begun.items()})
    for methods in document["paths"].values():
        for method, operation in methods.items():
            name = operation["operationId"]
            operation["description"] = words[name]
            operation.setdefault("security", [])
            if method == "get" and "x-while-suspended" in operation:
                operation["x-while-suspended"] = True
            if operation.get("x-idempotent"):
                operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
            _leave_out(operation.get("requestBody", {}))
            if name in files:
                _as_file(operation, files[name])
            _answer(operation, method, problems.get(name, {}), successes.get(name, {}))
            examples.add(operation)
    components["responses"] = _shared(document["paths"])
    return document


def _shared(paths: dict[str, Any]) -> dict[str, Any]:
    """The commonest answer of each status, to which the operations that have it refer: else it stands there a hundred
    times."""
    places = [
        (status, operation["responses"])
        for methods in paths.values()
        for operation in methods.values()
        for status in operation["responses"]
        if int(status) >= 400
    ]
    times = Counter((status, json.dumps(responses[status])) for status, responses in places)
    found: dict[str, tuple[str, str]] = {}
    for (status, text), _ in times.most_common():
        found.setdefault(status, (re.sub(r"\W", "", HTTPStatus(int(status)).phrase), text))
    for status, responses in places:
        name, text = found[status]
        if json.dumps(responses[status]) == text:
            responses[status] = {"$ref": f"#/components/responses/{name}"}
    return {name: json.loads(text) for name, text in found.values()}


def _leave_out(body: dict[str, Any]) -> None:
    """A body that may be left out is not also null: generated clients have two ways to say nothing then, and one of
    them fails."""
    for content in body.get("content", {}).values():
        members = [one for one in content["schema"].get("anyOf", ()) if one != {"type": "null"}]
        if not body.get("required") and len(members) == 1:
            content["schema"] = members[0]


def _as_file(operation: dict[str, Any], media_type: str) -> None:
    schema = {"type": "object" if media_type == "application/json" else "string"}
    for response in operation["responses"].values():
        response["content"] = {media_type: {"schema": schema}}


def _answer(operation: dict[str, Any], method: str, own: Mapping[int, Codes], more: Mapping[int, str]) -> None:
    """Every status that the operation can answer with."""
    status, first = next((int(s), r) for s, r in operation["responses"].items() if s.startswith("2"))
    responses = {str(status): success(first, status)}
    for further, words in more.items():
        responses[str(further)] = success(first, further, words)
    if operation.get("x-idempotent"):
        for response in responses.values():
            replayed = {"Idempotency-Replayed": {"$ref": "#/components/headers/Idempotency-Replayed"}}
            response["headers"] = response["headers"] | replayed
    if "x-required-scope" in operation:
        for response in responses.values():
            response["headers"] = response["headers"] | LIMITS
    for refusal, codes in codes_of(operation, method, own).items():
        responses[str(refusal)] = answer(refusal, codes)
    operation["responses"] = responses
