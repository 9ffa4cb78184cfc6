"""Getting in, and out again.

Nobody gets in by the password alone who has a second factor. The user pool asks for it; that it must be asked for is
kept here too (`Person.second_factor`), because the pool's own setting can be changed with an access token alone, and is
off for a moment when a recovery code is used.

Nor by an address that was not proved here: an access token alone changes the one at the pool as well (Amazon Cognito,
UpdateUserAttributes and VerifyUserAttribute), and whoever has that mailbox sets a password by a code that is mailed to
it (ForgotPassword, ConfirmForgotPassword: anybody may call them). So the password is not believed either: once such an
address is shown here, nobody knows the password any more, and its person has it reset by mail.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from functions.api.accounts.attempts import AttemptLimits
from functions.api.accounts.signup import actions as signup
from functions.api.accounts.signup.actions import Doors
from functions.api.accounts.user_pool.changes import PoolChanges
from functions.api.accounts.user_pool.errors import wrong_log_in
from functions.api.accounts.user_pool.logic.session import Session
from functions.api.accounts.user_pool.passwords import nobodys_password
from functions.api.accounts.user_pool.pool import EmailUnverified, SecondFactorNeeded
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import PLATFORM
from shared.domain.accounts.attempts import Attempt
from shared.domain.accounts.person import address_settled, end_all_sessions, end_session, use_recovery_code
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import Actor, ActorKind, Entry
from shared.domain.audit.kinds import Kind
from shared.errors import Conflict, Unauthenticated
from shared.ids import new_ulid
from shared.store.accounts.people import People
from shared.store.engine.audited import Occasion, on_occasion, open_occasion
from shared.store.engine.directory import Owner


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody shows to get in; "" for what they do not."""

    email: str
    password: str = field(repr=False)
    confirmation_code: str = field(default="", repr=False)
    second_factor_code: str = field(default="", repr=False)
    recovery_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Entrance:
    """What getting in and out works with."""

    doors: Doors
    changes: PoolChanges
    people: People
    limits: AttemptLimits


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
        session = _with_second_factor(entrance, who, needed)
        _require_own_address(entrance, who.email, session)
        return _fresh(entrance, session, now)
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


def is_own_address(entrance: Entrance, subject: str, email: str) -> bool:
    """Whether it is the one that this person has proved here; true for one who is of no team. Where it was changed at
    the pool alone, what was set there is undone (`_take_back`). A change of the address that was proved and then broke
    off is finished."""
    owner = entrance.doors.accounts.owner_of_subject(subject)
    known = entrance.people.proved_address(owner) if owner is not None else ""
    if owner is None or known in ("", email):
        return True
    change = entrance.people.find(subject).email_change
    if change is not None and change.is_proved and change.email == email and owner.tenant_id != PLATFORM:
        _finish_address_change(entrance, owner, subject, email)
        return True
    if entrance.people.proved_address(owner) == email:
        return True  # another call finished the change between the two reads
    found = entrance.doors.users.find(email)
    if found is not None and found.subject == subject:  # not so for a former address that they have just left
        _take_back(entrance, subject, moved=email, known=known)
    return False


def _take_back(entrance: Entrance, subject: str, *, moved: str, known: str) -> None:
    """Whoever changed the address at the pool may have set the password there too, has a token, and may have a code.
    None of it opens anything from now on, and the person is told by a code to reset the password with.

    Locked before and after: whoever dies in between leaves nothing that opens, and until there is another code the
    one that went elsewhere sets a password. So where no other can be mailed, which whoever asks for many brings about,
    the address stays where it was moved to, by which nobody gets in, and the next who shows it tries again. A stranger
    brings none of this about: without a token nobody changes the address at the pool, and the token is over with the
    first time, so it mails once.
    """
    changes, mailed = entrance.changes, False
    _lock(entrance, subject)
    try:
        with suppress(Conflict):  # somebody else has it by now
            changes.change_email(subject, known)
            try:
                mailed = changes.send_reset_code(known)
            finally:
                if not mailed:
                    changes.change_email(subject, moved)
    finally:
        _lock(entrance, subject)


def _lock(entrance: Entrance, subject: str) -> None:
    entrance.changes.set_password(subject, nobodys_password())
    log_out_everywhere(entrance, subject, epoch_ms())


def _finish_address_change(entrance: Entrance, owner: Owner, subject: str, email: str) -> None:
    member_id, outer = owner.details["member_id"], open_occasion()
    actor = Actor(ActorKind.MEMBER, member_id)
    entry = Entry(new_ulid(), actor, Action.MEMBER_EMAIL_CHANGED, Kind.MEMBER, member_id)
    if outer is not None:
        entry = replace(entry, origin=outer.entry.origin)
    with on_occasion(Occasion(entry, owner.tenant_id)):
        entrance.doors.accounts.change_member(owner.tenant_id, member_id, lambda found: replace(found, email=email))
    entrance.people.change(subject, address_settled(email))


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


def log_out_everywhere(entrance: Entrance, subject: str, now: EpochMs) -> None:
    """No session of theirs goes on. Repeating it is safe.

    Twice: whoever dies before the pool has ended them leaves none that anybody goes on with unnoticed, and whoever
    renews one in between has a token that is older than the second moment.
    """
    entrance.people.change(subject, end_all_sessions(now))
    entrance.doors.users.sign_out(subject)
    entrance.people.change(subject, end_all_sessions(epoch_ms()))
