"""How long what is another cell's waits between two tries, and for how long it is tried at all."""

from shared.clock import EpochMs
from shared.domain.webhooks.breaker import CellHealth
from shared.domain.webhooks.delivery import RETRY_MS, spread

_SHORTEST_MS = 5_000
_CONSENT_MS = CellHealth.longest_pause_ms
"""A no waits for no longer than this once its cell is there again."""
_LONGEST_MS = 15 * 60_000
_GROWTH = 4
"""A pause is this part of the time that has gone by, so each is longer than the one before by as much."""


def next_try(name: str, attempt: int, since: EpochMs, now: EpochMs, *, consent: bool) -> EpochMs:
    """When to try again what has been tried since then; 0 once three days have gone by. Times are epoch ms; `name` and
    `attempt` spread what failed together."""
    if now - since >= RETRY_MS:
        return EpochMs(0)
    longest = _CONSENT_MS if consent else _LONGEST_MS
    pause = min(max((now - since) // _GROWTH, _SHORTEST_MS), longest)
    return EpochMs(now + spread(name, attempt, pause))
