"""Getting in, and out again.

Nobody gets in by the password alone who has a second factor. The user pool asks for it; that it must be asked for is
kept here too (`Person.second_factor`), because the pool's own setting can be changed with an access token alone, and is
off for a moment when a recovery code is used.

Nor by an address that was not proved here (`own_address`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from functions.api.accounts.sessions.entrance import Entrance, log_out_everywhere
from functions.api.accounts.sessions.own_address import is_own_address
from functions.api.accounts.signup import actions as signup
from functions.api.accounts.user_pool.errors import wrong_log_in
from functions.api.accounts.user_pool.logic.session import Session
from functions.api.accounts.user_pool.pool import EmailUnverified, SecondFactorNeeded
from shared.clock import EpochMs
from shared.domain.accounts.attempts import Attempt
from shared.domain.accounts.person import end_session, use_recovery_code
from shared.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody shows to get in; "" for what they do not."""

    email: str
    password: str = field(repr=False)
    confirmation_code: str = field(default="", repr=False)
    second_factor_code: str = field(default="", repr=False)
    recovery_code: str = field(default="", repr=False)


def log_in(entrance: Entrance, who: Credentials, address: str, now: EpochMs) -> Session:
    """Raises Unauthenticated, the same whatever is wrong, SecondFactorNeeded once the password is right, InvalidInput
    (`wrong_code`), RateLimited, and Conflict when there is no tenant. `address` is where the call comes from."""
    doors = entrance.doors
    session = _authenticated(
        entrance,
        who,
        lambda: signup.log_in(doors, who.email, who.password, code=who.confirmation_code, now=now),
        address=address,
        now=now,
    )
    signup.complete(doors, who.email, doors.users.subject(session), now)
    return session


def prove(entrance: Entrance, who: Credentials, address: str, now: EpochMs) -> str:
    """The subject of the person before the screen, who need not be of any tenant. Raises Unauthenticated,
    SecondFactorNeeded, InvalidInput (`wrong_code`) and RateLimited."""
    users = entrance.doors.users

    def enter() -> Session:
        try:
            return users.log_in(who.email, who.password)
        except EmailUnverified as exc:
            raise wrong_log_in() from exc

    session = _authenticated(entrance, who, enter, address=address, now=now)
    users.revoke(session.refresh_token)
    return users.subject(session)


def _authenticated(
    entrance: Entrance, who: Credentials, enter: Callable[[], Session], *, address: str, now: EpochMs
) -> Session:
    entrance.limits.take(Attempt.LOG_IN, who.email, address, now)
    if who.confirmation_code or who.second_factor_code or who.recovery_code:
        entrance.limits.take(Attempt.CODE, who.email, address, now)
    try:
        session = enter()
    except SecondFactorNeeded as needed:
        found = entrance.doors.users.find(who.email)
        if found is None or entrance.people.find(found.subject).second_factor:
            session = _with_second_factor(entrance, who, needed)
            _require_own_address(entrance, who.email, session)
            return _fresh(entrance, session, now)
        # The pool asks for one that nobody set up here: a token alone did, or a call that switched it off broke off.
        # The password was right, or the pool would not have asked.
        entrance.changes.set_second_factor(found.subject, on=False)
        session = enter()
    _require_own_address(entrance, who.email, session)
    subject = entrance.doors.users.subject(session)
    if entrance.people.find(subject).second_factor:
        # The pool did not ask: it does from now on, and this session never was.
        entrance.doors.users.revoke(session.refresh_token)
        entrance.changes.set_second_factor(subject, on=True)
        raise SecondFactorNeeded
    return _fresh(entrance, session, now)


def _require_own_address(entrance: Entrance, email: str, session: Session) -> None:
    """Raises Unauthenticated, and ends the session."""
    users = entrance.doors.users
    if not is_own_address(entrance, users.subject(session), email):
        users.revoke(session.refresh_token)
        raise wrong_log_in()


def _fresh(entrance: Entrance, session: Session, now: EpochMs) -> Session:
    """One whose token is of a later second than when all others were ended: moments of tokens are whole seconds, and
    whoever logs in right after a change of the password is not to be taken for one of before."""
    token = entrance.doors.users.claimed(session)
    ended_at = entrance.people.find(token.subject).ended_at
    if token.issued_at >= ended_at:
        return session
    time.sleep(min(1.0, max(0, ended_at - now) / 1000))
    return entrance.doors.users.refresh(session.refresh_token)


def _with_second_factor(entrance: Entrance, who: Credentials, needed: SecondFactorNeeded) -> Session:
    users = entrance.doors.users
    if who.second_factor_code:
        return users.answer_challenge(who.email, needed, who.second_factor_code)
    found = users.find(who.email) if who.recovery_code else None
    if found is None:
        raise needed
    entrance.people.change(found.subject, use_recovery_code(found.subject, who.recovery_code))
    entrance.changes.set_second_factor(found.subject, on=False)
    try:
        return users.log_in(who.email, who.password)
    finally:
        entrance.changes.set_second_factor(found.subject, on=True)


def refresh(entrance: Entrance, refresh_token: str, address: str, now: EpochMs) -> Session:
    """Another access token of the same session. Raises Unauthenticated (`session_ended`) and RateLimited."""
    entrance.limits.take(Attempt.REFRESH, refresh_token, address, now)
    session = entrance.doors.users.refresh(refresh_token)
    token = entrance.doors.users.claimed(session)
    # The moment of a renewed token says nothing of when its session began: those that were ended are known by name.
    if entrance.people.find(token.subject).is_over(token.session, token.issued_at):
        raise Unauthenticated("this session is over; log in again", code="session_ended")
    return replace(session, refresh_token=refresh_token)


def log_out(entrance: Entrance, refresh_token: str, *, everywhere: bool, now: EpochMs) -> None:
    """Of this session, or of all that the person has. Access tokens of before are refused within a minute. Nothing
    happens when it is over already: then nobody can say whose the others are."""
    users = entrance.doors.users
    try:
        token = users.claimed(users.refresh(refresh_token))
    except Unauthenticated:
        return
    if everywhere or not token.session:
        log_out_everywhere(entrance, token.subject, now)
        return
    entrance.people.change(token.subject, end_session(token.session, now))
    users.revoke(refresh_token)
