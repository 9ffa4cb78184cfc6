"""When somebody must be told that the access to an account ends: its token has a life of its own (Meta, Embedded
Signup: 60 days, or none, as its configuration says)."""

from dataclasses import dataclass

from shared.clock import DAY_MS, EpochMs
from shared.domain.numbers.notice import Severity
from shared.ids import WabaId

_BEFORE_MS = (14 * DAY_MS, 3 * DAY_MS, 0)


@dataclass(frozen=True, slots=True)
class TokenWatch:
    """Times are epoch ms; `expires_at` 0 is never. `looked_at` is when it was last looked whether somebody must be
    told."""

    waba_id: WabaId
    expires_at: EpochMs
    looked_at: EpochMs = EpochMs(0)


def next_warning(watch: TokenWatch) -> EpochMs | None:
    """None when there is none any more."""
    moments = (EpochMs(watch.expires_at - before) for before in _BEFORE_MS if watch.expires_at)
    return next((at for at in moments if at > watch.looked_at), None)


def warning_of(expires_at: EpochMs, now: EpochMs) -> tuple[Severity, str]:
    """What to tell of it at this moment."""
    left_days = max(0, -(-(expires_at - now) // DAY_MS))
    if expires_at <= now:
        return "critical", "Meta's access to the account has ended: sign up again, or nothing can be sent"
    return "warning", f"Meta's access to the account ends in {left_days} day(s): sign up again before"
