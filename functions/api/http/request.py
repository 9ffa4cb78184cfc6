"""What every route needs of a request: who calls, whether they may, whether it can be read, and the id under which its
effect is recorded."""

import base64
import binascii
import codecs
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.http import problems
from functions.api.http.problems import Problem
from functions.api.http.refusal import Refusal, context_of, refusal_of
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Principal, Scope
from shared.domain.accounts.permissions import OPERATOR
from shared.domain.json_text import LOST, lone_surrogate, may_be_unstorable
from shared.errors import AppError, Forbidden, Unauthenticated
from shared.ids import TenantId, moment_of, new_ulid

Limit = Annotated[int, Query(ge=1, le=100, description="how many items at most; a page also ends at about 800 KB")]
"""Of every list, with one maximum."""
CursorText = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before")]
Middleware = Callable[..., Response[Any]]
_SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Operation:
    """One effect a caller asked for. `operation_id` is a ULID, the same for every repetition under one
    Idempotency-Key, so what is created under it is created once. `seed` is the same for them too, and secret; b"" for a
    route that does not say that it draws. `is_retry`: an attempt began before this one, and it is not known how far it
    came."""

    operation_id: str
    seed: bytes = field(default=b"", repr=False)
    is_retry: bool = False

    @property
    def at(self) -> EpochMs:
        """When it was first asked for, epoch ms: the time inside the ULID."""
        return moment_of(self.operation_id)

    def drawn(self, purpose: str) -> bytes:
        """32 bytes that nobody can foresee, and that every attempt at this operation draws again for this purpose: an
        effect that drew others would be another effect the second time. Raises RuntimeError where the route does not
        say that it draws."""
        if not self.seed:
            raise RuntimeError("this route does not say that it draws: see `effect`")
        return hmac.digest(self.seed, purpose.encode(), hashlib.sha256)

    def token(self, purpose: str) -> str:
        """`drawn` as text, safe in a URL."""
        return base64.urlsafe_b64encode(self.drawn(purpose)).rstrip(b"=").decode()


def new_seed() -> bytes:
    """Of one operation."""
    return secrets.token_bytes(_SEED_BYTES)


def principal_of(event: Mapping[str, Any]) -> Principal | None:
    """The caller as the authorizer established it; None on a route that has no authorizer."""
    context = context_of(event)
    if context is None or refusal_of(event) is not None:
        return None
    return Principal(
        tenant_id=TenantId(str(context["tenant_id"])),
        member_id=str(context.get("member_id", "")),
        role=str(context.get("role", "")),
        scopes=frozenset(part for part in str(context.get("scopes", "")).split(",") if part),
        plan=str(context.get("plan", "")),
        is_suspended=context.get("suspended") == "true",
        key_ends=EpochMs(int(context["key_ends"])) if context.get("key_ends") else None,
        support_access_id=str(context.get("support_access_id", "")),
        until=EpochMs(int(context["until"])) if context.get("until") else None,
        session=str(context.get("session", "")),
        issued_at=EpochMs(int(context.get("issued_at") or 0)),
    )


def network_address(app: BaseRouter) -> str:
    """Where the call comes from, as the gateway saw it; "" where it does not say."""
    http = app.current_event.raw_event["requestContext"].get("http") or {}
    return str(http.get("sourceIp") or "")


def bearer_of(app: BaseRouter) -> str:
    """The token that the caller was let in with."""
    headers = app.current_event.raw_event.get("headers") or {}
    stated = next((str(value) for name, value in headers.items() if str(name).lower() == "authorization"), "")
    return stated.strip().partition(" ")[2].strip()


def new_router() -> Router:
    """An empty router; the framework's constructor has no types."""
    return Router()  # type: ignore[no-untyped-call]


def request_id(app: BaseRouter) -> str:
    return str(app.current_event.raw_event["requestContext"]["requestId"])


_REMEDIES = {
    Refusal.TOKEN_MISSING: "log in, or send an API key, as Authorization: Bearer …",
    Refusal.TOKEN_EXPIRED: "the access token is too old; get another one with the refresh token, or log in again",
    Refusal.TOKEN_INVALID: "this is no access token of ours, and no API key that is in use; log in, or make a key",
    Refusal.SESSION_ENDED: "somebody logged out of this session, or changed the password; log in again",
    Refusal.KEY_EXPIRED: "the API key is past its date; make another one, or rotate it before it expires",
    Refusal.ACCESS_ENDED: "this access to a tenant was ended, or its time is over; open another one with its reason",
    Refusal.FORBIDDEN: "whoever this is may do nothing here; ask the tenant's owner for access",
}


def refused(refusal: Refusal) -> AppError:
    """403 for somebody who is known and may nothing, else 401."""
    family = Forbidden if refusal is Refusal.FORBIDDEN else Unauthenticated
    return family(_REMEDIES[refusal], code=refusal)


def caller(app: BaseRouter) -> Principal:
    """Raises Unauthenticated when the authorizer named nobody."""
    principal = principal_of(app.current_event.raw_event)
    if principal is None:
        raise refused(Refusal.TOKEN_MISSING)
    return principal


def desk_of(principal: Principal, assignee: str | None) -> str | None:
    """Whose desk `assignee` (a member's id, `me` or `none`) asks for: a member's id, "" for nobody's, None for any."""
    return {"me": principal.member_id, "none": ""}.get(assignee or "", assignee)


def needs(scope: Scope, *, while_suspended: bool = False) -> Middleware:
    """Refuses callers without this scope, and changes by a tenant that is suspended unless this one is made all the
    same; and makes the operation."""

    def check(app: BaseRouter, next_middleware: Callable[..., Response[Any]]) -> Response[Any]:
        principal = caller(app)
        if scope not in principal.scopes:
            raise _lacks(principal, scope)
        if principal.is_suspended and not while_suspended and app.current_event.http_method != "GET":
            raise Forbidden(
                "this tenant is suspended: until an operator lifts that it can read and export what it has, stop "
                "campaigns and take access away, and change nothing else; GET /v1/tenant says why",
                code="tenant_suspended",
            )
        app.context["operation"] = Operation(new_ulid(epoch_ms()))
        return next_middleware(app)

    return check


def _lacks(principal: Principal, scope: Scope) -> Forbidden:
    if principal.role == OPERATOR and scope is Scope.PLATFORM and not principal.support_access_id:
        return Forbidden("operators need a second factor: set it up, and log in with it", code="enrolment_needed")
    return Forbidden(f"this call needs the scope `{scope}`", code="missing_scope")


def body_problem(event: Mapping[str, Any]) -> Problem | None:
    """What is wrong with the body before any route looks at it, or None."""
    body = event.get("body")
    if not body:
        return None
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    media_type = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type not in ("application/json", "text/csv"):
        return problems.WRONG_MEDIA_TYPE
    try:
        text = (
            _text_of(base64.b64decode(body, validate=True), media_type) if event.get("isBase64Encoded") else str(body)
        )
    except UnicodeDecodeError:
        return problems.NOT_UTF8
    except binascii.Error:
        return problems.BAD_JSON
    if LOST in text:
        # API Gateway hands a text on as UTF-8 whatever it was, with this sign for every byte that is none.
        return problems.NOT_UTF8
    if media_type == "text/csv":
        return None
    try:
        parsed = json.loads(text, parse_constant=_no_constants)
    except (ValueError, RecursionError):
        return problems.BAD_JSON
    if not isinstance(parsed, dict):
        return problems.BAD_JSON
    # Megabytes that spell no such thing are not walked through.
    place = lone_surrogate(parsed) if may_be_unstorable(text) else None
    return None if place is None else problems.half_a_character(place)


def _text_of(raw: bytes, media_type: str) -> str:
    """UTF-8, or of a spreadsheet UTF-16 that says so by its mark. Raises UnicodeDecodeError."""
    marked = media_type == "text/csv" and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if marked else "utf-8")


def _no_constants(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
