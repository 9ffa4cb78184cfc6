"""Ending sign-ups that were never confirmed: the user pool forgets the person, with password and code."""

from collections.abc import Callable

from functions.api.accounts.user_pool import UserPool
from shared.clock import EpochMs
from shared.failures import failure
from shared.observability import count, logger
from shared.store.accounts.signups import Signups

MOST_AT_ONCE = 500
"""In one run; what is left is ended by the next."""
_GRACE_MS = 60_000
"""Whoever began to confirm at the last moment is done by then."""


def end_signups(users: UserPool, signups: Signups, now: EpochMs, stop: Callable[[], bool]) -> int:
    """End those that could no longer be confirmed at `now` (epoch ms), oldest first; how many were ended.

    One that fails does not stop the others, and is tried again by the next run. Repeating it changes nothing.
    """
    ended = 0
    for key, subject in list(signups.ended(EpochMs(now - _GRACE_MS), MOST_AT_ONCE)):
        if stop():
            logger.info("no time for all sign-ups", extra={"ended": ended})
            break
        try:
            users.remove_unconfirmed(subject)
            signups.note_ended(key, subject, now)
        except Exception as error:
            logger.error("sign-up not ended", extra={"subject": subject, **failure(error)})
            count("SignupNotEnded")
            continue
        ended += 1
    count("SignupEnded", ended)
    return ended
