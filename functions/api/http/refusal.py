"""Why nobody is let in: said by the authorizer, which cannot word an answer, and answered by the API.

An HTTP API gives `{"message": "Forbidden"}` to whoever its authorizer turns away, with no code. So the authorizer lets
them through with nothing but a refusal in the context (Amazon API Gateway, HTTP API Lambda authorizers, simple
responses), and whoever stands behind it answers that before all else. A context that names nobody is a refusal too.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

REFUSED = "refused"
"""The only member of the context of a call that is not let in."""


class Refusal(StrEnum):
    """The codes of the API's problems."""

    TOKEN_MISSING = "token_missing"  # noqa: S105 - a code
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a code
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - a code
    SESSION_ENDED = "session_ended"
    KEY_EXPIRED = "key_expired"
    ACCESS_ENDED = "access_ended"
    FORBIDDEN = "forbidden"


def context_of(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the authorizer said; None on a route that has none."""
    authorizer = (event.get("requestContext") or {}).get("authorizer")
    if authorizer is None:
        return None
    said = authorizer.get("lambda") if isinstance(authorizer, Mapping) else None
    return said if isinstance(said, Mapping) else {}


def refusal_of(event: Mapping[str, Any]) -> Refusal | None:
    """Why a call is not let in; None for one that is, and on a route without an authorizer."""
    context = context_of(event)
    if context is None:
        return None
    if REFUSED in context:
        known = {str(one): one for one in Refusal}
        return known.get(str(context[REFUSED]), Refusal.FORBIDDEN)
    tenant_id = context.get("tenant_id")
    return None if isinstance(tenant_id, str) and tenant_id else Refusal.FORBIDDEN
