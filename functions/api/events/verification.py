"""Whether whoever answers at a URL wants our webhooks.

Anybody can name a URL that is not theirs, and have us knock there. Standard Webhooks 1.0.0 says nothing of it; what its
users know from others is a challenge that the endpoint gives back (Slack, Events API, `url_verification`; Meta,
webhooks, `hub.challenge`). So the first thing that is sent is an event like any other, signed like any other, with a
`challenge` in its data, and nothing else goes there before the answer gave it back.
"""

import json

from shared.clock import EpochMs
from shared.domain.webhooks.tenant_event import EventType, TenantEvent


def verification(event_id: str, at: EpochMs, endpoint_id: str, challenge: str) -> TenantEvent:
    """The event that asks; `at` is epoch ms."""
    return TenantEvent(
        event_id, EventType.ENDPOINT_VERIFICATION, at, {"endpoint_id": endpoint_id, "challenge": challenge}
    )


def challenge_in(body: str) -> str:
    """The challenge of such an event; "" in anything else."""
    return _challenge(json.loads(body).get("data"))


def gives_back(answer: str, challenge: str) -> bool:
    """Whether the body of an answer is the challenge, or JSON with it: `{"challenge": "…"}`."""
    if answer.strip() == challenge:
        return True
    try:
        return _challenge(json.loads(answer)) == challenge
    except (ValueError, RecursionError):
        return False


def _challenge(document: object) -> str:
    found = document.get("challenge") if isinstance(document, dict) else None
    return found if isinstance(found, str) else ""
