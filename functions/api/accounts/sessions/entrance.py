"""What getting in and out works with, and out of everything at once."""

from dataclasses import dataclass

from functions.api.accounts.attempts import AttemptLimits
from functions.api.accounts.signup.actions import Doors
from functions.api.accounts.user_pool.changes import PoolChanges
from functions.api.accounts.user_pool.pool import UserPool
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.person import end_all_sessions
from shared.store.accounts.people import People
from shared.store.audit.trail import AuditTrail


@dataclass(frozen=True, slots=True)
class Entrance:
    """What getting in and out works with."""

    doors: Doors
    changes: PoolChanges
    people: People
    limits: AttemptLimits
    trail: AuditTrail


def log_out_everywhere(entrance: Entrance, subject: str, now: EpochMs) -> None:
    """Raises and repeats as `end_sessions`."""
    end_sessions(entrance.people, entrance.doors.users, subject, now)


def end_sessions(people: People, users: UserPool, subject: str, now: EpochMs) -> None:
    """No session of theirs goes on. Repeating it is safe.

    Twice: whoever dies before the pool has ended them leaves none that anybody goes on with unnoticed, and whoever
    renews one in between has a token that is older than the second moment.
    """
    people.change(subject, end_all_sessions(now))
    users.sign_out(subject)
    people.change(subject, end_all_sessions(epoch_ms()))
