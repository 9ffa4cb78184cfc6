"""A sign-up whose address is not confirmed yet: what is kept of it, who may go on with it, and when it ends."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from shared.clock import EpochMs
from shared.errors import RateLimited, RetryableError

HOUR_MS: Final = 3_600_000
CONFIRM_WITHIN_MS: Final = 24 * HOUR_MS
"""Cognito's codes of confirmation are good for 24 hours (Amazon Cognito, code expiration)."""
HOLD_MS: Final = 35_000
"""Longer than the HTTP function may run (29 s)."""
MOST_SIGNUPS: Final = 5
"""In an hour for one address: each of them sends a mail to somebody who may not have asked for it."""
MOST_CODES: Final = 10
"""Log-ins with a code in an hour for one address."""


@dataclass(frozen=True, slots=True)
class PendingSignup:
    """One address, as the latest sign-up for it left it. Times are epoch ms.

    `subject` is whom the user pool made for it; `verifier` recognises its password, "" when nothing confirms it.
    `signups` and `codes` are the moments of the calls of the last hour. Until `held_until` one call has it alone.
    """

    business_name: str = ""
    country: str = ""
    name: str = ""
    phone: str = ""
    policy_version: str = ""
    subject: str = ""
    verifier: str = ""
    expires_at: EpochMs = EpochMs(0)
    signups: tuple[EpochMs, ...] = ()
    codes: tuple[EpochMs, ...] = ()
    held_until: EpochMs = EpochMs(0)

    def is_open(self, now: EpochMs) -> bool:
        """Whether it may still be confirmed."""
        return bool(self.verifier) and now < self.expires_at


Change = Callable[[PendingSignup], PendingSignup]


def hold_for_signup(now: EpochMs) -> Change:
    """From now on nothing confirms what somebody chose before. Raises RetryableError while another call has it, and
    RateLimited."""

    def change(found: PendingSignup) -> PendingSignup:
        held = _held(found, now)
        recent = _of_the_last_hour(found.signups, now)
        if len(recent) >= MOST_SIGNUPS:
            raise _too_many("sign-ups", recent, now)
        return replace(held, verifier="", signups=(*recent, now))

    return change


def hold_for_code(now: EpochMs) -> Change:
    """Raises RetryableError while another call has it, and RateLimited."""

    def change(found: PendingSignup) -> PendingSignup:
        recent = _of_the_last_hour(found.codes, now)
        if len(recent) >= MOST_CODES:
            raise _too_many("log-ins with a code", recent, now)
        return replace(_held(found, now), codes=(*recent, now))

    return change


def let_go(held: PendingSignup, after: PendingSignup) -> Change:
    """Leaves it as `after`, unless another call took it over meanwhile."""
    return lambda found: replace(after, held_until=EpochMs(0)) if found == held else found


def _held(found: PendingSignup, now: EpochMs) -> PendingSignup:
    if found.held_until > now:
        raise RetryableError("another call for this address is at work; try again in a few seconds")
    return replace(found, held_until=EpochMs(now + HOLD_MS))


def _of_the_last_hour(moments: tuple[EpochMs, ...], now: EpochMs) -> tuple[EpochMs, ...]:
    return tuple(moment for moment in moments if moment > now - HOUR_MS)


def _too_many(calls: str, recent: tuple[EpochMs, ...], now: EpochMs) -> RateLimited:
    words = f"too many {calls} for this address within an hour; wait as long as Retry-After says"
    return RateLimited(words, wait_ms=min(recent) + HOUR_MS - now, field="email", code="too_many_requests")
