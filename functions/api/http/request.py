"""What every route needs of a request: who calls, whether they may, and the id under which its effect is recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, Router

from shared.clock import epoch_ms, new_ulid
from shared.domain.accounts.account import Principal, Scope
from shared.errors import Forbidden, Unauthenticated

Middleware = Callable[..., Response[Any]]
_CROCKFORD = {char: value for value, char in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}


@dataclass(frozen=True, slots=True)
class Operation:
    """One effect a caller asked for. `operation_id` is a ULID, the same for every repetition under one
    Idempotency-Key, so what is created under it is created once."""

    operation_id: str

    @property
    def at(self) -> int:
        """When it was first asked for, epoch ms: the time inside the ULID."""
        value = 0
        for char in self.operation_id[:10]:
            value = value << 5 | _CROCKFORD[char]
        return value


def principal_of(event: Mapping[str, Any]) -> Principal | None:
    """The caller as the authorizer established it; None on a route that has no authorizer."""
    context = ((event.get("requestContext") or {}).get("authorizer") or {}).get("lambda") or {}
    tenant_id = context.get("tenant_id")
    if not isinstance(tenant_id, str) or not tenant_id:
        return None
    return Principal(
        tenant_id=tenant_id,
        member_id=str(context.get("member_id", "")),
        role=str(context.get("role", "")),
        scopes=frozenset(part for part in str(context.get("scopes", "")).split(",") if part),
    )


def new_router() -> Router:
    """An empty router; the framework's constructor has no types."""
    return Router()  # type: ignore[no-untyped-call]


def request_id(app: BaseRouter) -> str:
    return str(app.current_event.raw_event["requestContext"]["requestId"])


def caller(app: BaseRouter) -> Principal:
    """Raises Unauthenticated when the authorizer named nobody."""
    principal = principal_of(app.current_event.raw_event)
    if principal is None:
        raise Unauthenticated("log in, or send an API key, as Authorization: Bearer …")
    return principal


def needs(scope: Scope) -> Middleware:
    """Refuses callers without this scope, and makes the operation."""

    def check(app: BaseRouter, next_middleware: Callable[..., Response[Any]]) -> Response[Any]:
        if scope not in caller(app).scopes:
            raise Forbidden(f"this call needs the scope `{scope}`", code="missing_scope")
        app.context["operation"] = Operation(new_ulid(epoch_ms()))
        return next_middleware(app)

    return check
