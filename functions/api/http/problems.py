"""Problem documents (RFC 9457): the one form in which the API says no."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from functions.api.http.fields import UNION_TAG
from functions.api.http.outages import is_outage
from shared.domain.templates.problem import CompileError
from shared.errors import AppError, ProviderRejected

CONTENT_TYPE = "application/problem+json"
ERRORS = "/v1/errors"
"""Where the API shows what each code means. A problem's `type` leads there: a relative reference with the full path
(RFC 9457, 3.1.1), because the page is of the deployment that was called."""
# Graph API error 100: what the caller wrote is wrong (Meta, Graph API error codes).
_INVALID_PARAMETER = "100"
_PLACES = frozenset({"body", "query", "path", "header"})
_NO_MEMBER = frozenset({"union_tag_invalid", "union_tag_not_found"})


@dataclass(frozen=True, slots=True)
class FieldError:
    """`field` is the path into the request, such as `audience.tags.0`; empty when the request as a whole is wrong."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is stable and machine readable; `detail` is for the person who reads it; `extensions` are further members
    of the document."""

    status: int
    code: str
    detail: str
    field: str | None = None
    errors: Sequence[FieldError] = ()
    provider_code: str | None = None
    extensions: Mapping[str, object] | None = None

    def headers(self) -> dict[str, str]:
        """`Retry-After` where the problem says when to try again, and what a 401 has (RFC 9110, 10.2.3 and 15.5.2)."""
        wait = (self.extensions or {}).get("retry_after_seconds")
        retry = {"Retry-After": str(wait)} if wait is not None else {}
        return retry | ({"WWW-Authenticate": "Bearer"} if self.status == HTTPStatus.UNAUTHORIZED else {})

    def body(self, instance: str) -> str:
        """The JSON document; `instance` is the id of the request."""
        document: dict[str, object] = {
            **(self.extensions or {}),
            "type": f"{ERRORS}#{self.code}",
            "title": title_of(self.code),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "instance": instance,
        }
        if self.field:
            document["field"] = self.field
        if self.errors:
            document["errors"] = [{"field": e.field, "message": e.message} for e in self.errors]
        if self.provider_code:
            document["provider_code"] = self.provider_code
        return json.dumps(document, ensure_ascii=False)


def title_of(code: str) -> str:
    """The same words for a code each time (RFC 9457, 3.1.3)."""
    return code.replace("_", " ").capitalize()


_WAIT = {"retry_after_seconds": 5}
"""Of whoever is not told another time: longer than a throttled key or a change of leaders takes, and short for a person
who waits."""
INTERNAL = Problem(500, "internal", "something went wrong on our side; try again, and quote the instance if it stays")
OUTAGE = Problem(
    503,
    "temporarily_unavailable",
    "something that this needs is out or busy at this moment, and what was asked may have been done or not: try again "
    "as Retry-After says, a POST under the same Idempotency-Key, by which it is done once",
    extensions=_WAIT,
)
UNKNOWN_ROUTE = Problem(404, "unknown_route", "there is no such path and method; see GET /v1/openapi.json")
NO_SUCH_THING = Problem(404, "not_found", "there is no such thing here")
NOT_KEPT = Problem(
    409, "answer_not_kept", "this was done, and its answer is too large to be repeated; read what was made instead"
)
BAD_JSON = Problem(400, "malformed_json", "the body is not a JSON object in UTF-8")
NOT_UTF8 = Problem(
    400,
    "not_utf8",
    "the body is not UTF-8, or holds U+FFFD, which stands for characters that a conversion has lost; send it as UTF-8",
)
WRONG_MEDIA_TYPE = Problem(415, "unsupported_media_type", "send the body as application/json")


def half_a_character(place: str) -> Problem:
    """422 for text with half a surrogate pair, which has no UTF-8 (RFC 8259, 8.2)."""
    words = (
        "the text holds half a character (an unpaired surrogate); an emoji was cut in two: remove it, or send it whole"
    )
    return Problem(422, "invalid_text", words, place or None, [FieldError(place, words)])


def of(error: Exception) -> Problem:
    """What a caller is told of an error. Errors of our own making stay inside."""
    match error:
        case CompileError():
            return invalid([FieldError(found.field, found.message) for found in error.problems])
        case RequestValidationError():
            return of_validation(error.errors())
        case RequestUnsupportedContentType():
            return WRONG_MEDIA_TYPE
        case NotFoundError():
            return UNKNOWN_ROUTE
        case ProviderRejected():
            status = 422 if error.provider_code == _INVALID_PARAMETER else error.status
            return Problem(status, error.code, error.message, error.field, provider_code=error.provider_code)
        case AppError() if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
            wait = _WAIT if error.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
            return Problem(error.status, error.code, error.message, error.field, extensions=wait | error.extensions)
        case _:
            return OUTAGE if is_outage(error) else INTERNAL


def of_validation(errors: Iterable[Mapping[str, object]]) -> Problem:
    """From pydantic's errors. A path parameter of the wrong form names nothing that could exist."""
    found: list[FieldError] = []
    for error in errors:
        place = error.get("loc")
        parts = [str(part) for part in place] if isinstance(place, Sequence) and not isinstance(place, str) else []
        if parts[:1] == ["path"]:
            return NO_SUCH_THING
        parts = [part for part in parts if not part.startswith(UNION_TAG)]
        if error.get("type") in _NO_MEMBER:
            parts.append("type")
        name = ".".join(parts[1:] if parts and parts[0] in _PLACES else parts)
        # What a whole body lacks is said by its own rule; of anything else that has no place there is no body.
        wording = _wording(error) if name or error.get("type") == "value_error" else "the request needs a JSON body"
        found.append(FieldError(name, wording))
    return invalid(found)


def invalid(errors: Sequence[FieldError]) -> Problem:
    """422 for a request whose fields are wrong."""
    first = errors[0] if errors else FieldError("", "the request is not valid")
    detail = f"{first.field}: {first.message}" if first.field else first.message
    if len(errors) > 1:
        detail += f" (and {len(errors) - 1} more)"
    return Problem(422, "invalid_input", detail, field=first.field or None, errors=errors)


def _wording(error: Mapping[str, object]) -> str:
    match error.get("type"):
        case "extra_forbidden":
            return "there is no such field; remove it"
        case "missing":
            return "this field is required"
        case "union_tag_not_found":
            return "this field is required, and is a text"
        case "union_tag_invalid":
            known = error.get("ctx")
            tags = str(known.get("expected_tags", "")) if isinstance(known, Mapping) else ""
            return "is one of " + tags.replace(UNION_TAG, "").replace("'", "")
        case _:
            return str(error.get("msg", "is not valid")).removeprefix("Value error, ")
