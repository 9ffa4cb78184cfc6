"""Ending sign-ups that were never confirmed: the user pool forgets the person, with password and code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.api.accounts.user_pool.pool import UserPool
from shared.clock import EpochMs
from shared.failures import failure
from shared.observability import count, logger
from shared.services.passes import pass_by
from shared.store.accounts.signups import EndedSignup, Signups
from shared.store.campaigns.sweep_turns import SweepTurns

_AT_ONCE = 10
"""Between two looks at the time."""
_GRACE_MS = 60_000
"""Whoever began to confirm at the last moment is done by then."""


@dataclass(frozen=True, slots=True)
class SignupEndings:
    users: UserPool
    signups: Signups
    places: SweepTurns


def end_signups(parts: SignupEndings, now: EpochMs, more_time: Callable[[], bool]) -> int:
    """End those that could no longer be confirmed at `now` (epoch ms); how many were ended.

    One that fails does not stop the others, and is tried again by a later run. Repeating it changes nothing.
    """
    ended = 0

    def end(some: Sequence[EndedSignup]) -> None:
        nonlocal ended
        for one in some:
            try:
                parts.users.remove_unconfirmed(one.subject)
                parts.signups.note_ended(one.key, one.subject, now)
            except Exception as error:
                logger.error("sign-up not ended", extra={"subject": one.subject, **failure(error)})
                count("SignupNotEnded")
                continue
            ended += 1

    until = EpochMs(now - _GRACE_MS)
    if not pass_by(parts.places, lambda behind: parts.signups.ended(until, behind), end, more_time, _AT_ONCE):
        logger.info("no time for all sign-ups", extra={"ended": ended})
    count("SignupEnded", ended)
    return ended
