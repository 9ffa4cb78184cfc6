"""Which answers a route can give, by its form and by what its noun says: each status with the codes of its problems.

API Gateway answers some calls by itself, before any code of ours: one without an Authorization header (401), one too
many (429), one too large (413), and what failed or took too long on the way (500, 503). An HTTP API has no responses of
one's own for these: they are `{"message": …}`, with the request's id in `apigw-requestid` (Amazon API Gateway, HTTP
APIs, read 2026-11-30).
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from functions.api.http import problems
from functions.api.http.description import Codes

Json = dict[str, Any]
GATEWAY = "GatewayRefusal"
SCHEMAS: Mapping[str, Json] = {
    "Problem": {
        "type": "object",
        "title": "Problem",
        "description": "RFC 9457 problem details.",
        "required": ["type", "title", "status", "code", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "description": "Leads to what the code means, from the URL of the call."},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "Stable and machine readable; more may come."},
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
            "policy_version": {"type": "string", "description": "With `policy_not_current`: the version in force."},
            "provider_code": {"type": "string", "description": "Meta's error code."},
            "faults": {
                "type": "array",
                "items": {"type": "object"},
                "description": "With `template_refused`: all that Meta would refuse, as `POST /v1/templates/check` "
                "shows it; with `bad_condition`: all that is wrong, as `POST /v1/segments/check` shows it.",
            },
            "retry_after_seconds": {"type": "integer", "description": "As the header Retry-After."},
            "reason": {"type": "string", "description": "With `media_…`: why the file is not there."},
            "onboarding_id": {"type": "string", "description": "Where connecting an account stopped: continue it."},
            "templates": {
                "type": "array",
                "items": {"type": "object"},
                "description": "With `window_closed`: approved templates that may go instead, and their variables.",
            },
            "newer_message": {
                "type": ["object", "null"],
                "description": "With `answered_meanwhile`: what somebody else, or the person, has written; null while "
                "it is being written.",
            },
            "conversation": {
                "type": "object",
                "description": "With `changed_meanwhile`, and other clashes: the conversation as it is now.",
            },
        },
    },
    GATEWAY: {
        "type": "object",
        "title": GATEWAY,
        "description": "An answer of the gateway, which the call did not get past.",
        "required": ["message"],
        "properties": {"message": {"type": "string"}},
    },
}
HEADERS: Mapping[str, Json] = {
    "X-Request-Id": {"description": "The id of the request, to be quoted to us.", "schema": {"type": "string"}},
    "Retry-After": {"description": "In how many seconds to try again.", "schema": {"type": "integer"}},
    "RateLimit-Policy": {
        "description": "How many calls (`q`) in how many seconds (`w`) the caller may make, and all callers of the "
        "tenant together (draft-ietf-httpapi-ratelimit-headers-11).",
        "schema": {"type": "string"},
        "example": '"caller";q=100;w=10, "tenant";q=200;w=10',
    },
    "RateLimit": {
        "description": "How many calls of each are left (`r`), and in how many seconds there are all again (`t`).",
        "schema": {"type": "string"},
        "example": '"caller";r=93;t=1, "tenant";r=187;t=1',
    },
}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_OF_THE_GATEWAY = {"$ref": f"#/components/schemas/{GATEWAY}"}
_ID = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
_WAIT = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
LIMITS = {name: {"$ref": f"#/components/headers/{name}"} for name in ("RateLimit-Policy", "RateLimit")}
"""On every answer to a caller, but for those who are not let in."""
_EVERY: Mapping[int, Codes] = {
    422: ("unknown_parameter",),
    429: (),
    500: ("internal",),
    503: ("temporarily_unavailable",),
}
_CALLER: Mapping[int, Codes] = {
    401: ("access_ended", "key_expired", "session_ended", "token_expired", "token_invalid", "token_missing"),
    403: ("forbidden", "missing_scope"),
    429: ("rate_limited",),
}
_CHANGE: Mapping[int, Codes] = {403: ("tenant_suspended",)}
_OPERATORS: Mapping[int, Codes] = {403: ("enrolment_needed",)}
_BODY: Mapping[int, Codes] = {
    400: ("malformed_json", "not_utf8"),
    413: ("too_large",),
    415: ("unsupported_media_type",),
    422: ("invalid_input", "invalid_text"),
}
# Routes that take no body look at one all the same before they pass it over.
_NO_BODY: Mapping[int, Codes] = {400: ("malformed_json", "not_utf8"), 415: ("unsupported_media_type",)}
_PATH: Mapping[int, Codes] = {404: ("not_found",)}
_QUERY: Mapping[int, Codes] = {422: ("invalid_input",)}
_IDEMPOTENT: Mapping[int, Codes] = {
    409: ("answer_not_kept", "idempotency_in_progress"),
    422: ("idempotency_mismatch", "invalid_input"),
}
_GATEWAYS = frozenset({401, 413, 429, 500, 503})
"""What the gateway may answer by itself."""


def codes_of(operation: Mapping[str, Any], method: str, own: Mapping[int, Codes]) -> dict[int, list[str]]:
    """Status -> the codes of all problems that an operation of the document can answer with."""
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    found: dict[int, set[str]] = {}
    for applies, answers in (
        (True, _EVERY),
        ("x-required-scope" in operation, _CALLER),
        (method != "get" and operation.get("x-while-suspended") is False, _CHANGE),
        (operation.get("x-required-scope") == "platform", _OPERATORS),
        ("requestBody" in operation, _BODY),
        ("requestBody" not in operation and method not in ("get", "delete"), _NO_BODY),
        ("path" in places, _PATH),
        ("query" in places, _QUERY),
        (operation.get("x-idempotent"), _IDEMPOTENT),
        (True, own),
    ):
        if applies:
            for status, codes in answers.items():
                found.setdefault(status, set()).update(codes)
    return {status: sorted(found[status]) for status in sorted(found)}


def answer(status: int, codes: Sequence[str]) -> Json:
    """The response object of a refusal."""
    content: Json = {}
    either = {"anyOf": [_PROBLEM, _OF_THE_GATEWAY]}
    if codes:
        # Generated clients read an answer by its status alone, and break off where it is of another form.
        content[problems.CONTENT_TYPE] = {"schema": either if status in _GATEWAYS else _PROBLEM}
    if status in _GATEWAYS:
        content["application/json"] = {"schema": _OF_THE_GATEWAY}
    words = HTTPStatus(status).phrase
    return {
        "description": f"{words}: {', '.join(f'`{code}`' for code in codes)}." if codes else f"{words}.",
        "headers": _ID | (_WAIT if status in (409, 429, 503) else {}) | (LIMITS if "rate_limited" in codes else {}),
        "content": content,
        "x-problem-codes": list(codes),
    }


def success(response: Json, status: int, words: str = "") -> Json:
    """A response object as the framework made it, with what is the same for all."""
    done = {**response, "description": words or HTTPStatus(status).phrase, "headers": _ID}
    if status == HTTPStatus.NO_CONTENT:
        done.pop("content", None)
    return done
