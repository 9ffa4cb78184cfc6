"""The OpenAPI 3.1 document, made from the handlers; what they cannot say by themselves is added here."""

import functools
import json
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from functions.api.http import problems

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable and machine readable."},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The id of the request."},
        "field": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "provider_code": {"type": "string", "description": "Meta's error code."},
        "templates": {
            "type": "array",
            "items": {"type": "object"},
            "description": "With `window_closed`: approved templates that may be sent instead, and their variables.",
        },
        "newer_message": {
            "type": ["object", "null"],
            "description": "With `answered_meanwhile`: what somebody else, or the person, has written; null while it "
            "is being written.",
        },
        "conversation": {
            "type": "object",
            "description": "With `changed_meanwhile`, and other clashes: the conversation as it is now.",
        },
    },
}
_ANSWER = {
    "description": "A problem: the request was refused, or failed.",
    "content": {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeating the request with the same key within a day gives the first answer.",
    "schema": {"type": "string", "maxLength": 255},
}


@functools.cache
def document(app: APIGatewayHttpResolver) -> str:
    raw = app.get_openapi_json_schema(
        title="wasapbos",
        version="1.0.0",
        openapi_version="3.1.0",
        description="WhatsApp marketing: contacts, templates, campaigns, conversations, bots.",
        security_schemes={
            "bearer": HTTPBearer(description="A Cognito access token, or an API key.", bearerFormat="JWT or wpb_…")
        },
    )
    return json.dumps(finish(json.loads(raw)), ensure_ascii=False)


def finish(document: dict[str, Any]) -> dict[str, Any]:
    """Problems instead of the framework's own error shapes, and the Idempotency-Key."""
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for methods in document["paths"].values():
        for operation in methods.values():
            responses: dict[str, Any] = operation["responses"]
            responses.pop("422", None)
            responses["default"] = _ANSWER
            if "204" in responses:
                responses["204"].pop("content", None)
            if operation.get("x-idempotent"):
                operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    return document
