"""Which scopes a caller needs to have events told to somebody, or told again.

A webhook's body is what the feed shows to those who may read. So whoever says where it goes must be able to read it:
with `settings` alone an API key could else have every message of the tenant sent to a server of its own.
"""

from collections.abc import Iterable

from shared.domain.accounts.account import Principal, Scope
from shared.domain.webhooks.endpoint import EVERYTHING
from shared.domain.webhooks.tenant_event import EventType
from shared.errors import Forbidden

_OF_SETTINGS = frozenset(
    {
        EventType.ENDPOINT_DISABLED,
        EventType.ENDPOINT_BACKLOG_FULL,
        EventType.ENDPOINT_TEST,
        EventType.ENDPOINT_VERIFICATION,
    }
)
"""What tells of endpoints only; all else is the content that `GET /v1/events` needs `read` for."""


def scopes_of_events(events: Iterable[str]) -> frozenset[Scope]:
    """What a caller needs to see what these events (types, or `*`) carry."""
    content = any(event == EVERYTHING or event not in _OF_SETTINGS for event in events)
    return frozenset({Scope.READ}) if content else frozenset()


def require_events(principal: Principal, events: Iterable[str], *, field: str | None = None) -> None:
    """Raises Forbidden, `missing_scope`, for a caller who may not see what these events carry."""
    missing = sorted(scope for scope in scopes_of_events(events) if scope not in principal.scopes)
    if missing:
        raise Forbidden(
            f"these events carry what the scope `{missing[0]}` is needed to see; use a key that has it, or choose "
            f"`{EventType.ENDPOINT_DISABLED}` only",
            field=field,
            code="missing_scope",
        )
