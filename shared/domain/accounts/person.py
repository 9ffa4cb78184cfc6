"""A person of the user pool, as far as the pool cannot say it: which sessions are over, and the second factor."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shared.clock import EpochMs
from shared.errors import Conflict, InvalidInput

ACCESS_TOKEN_MS: Final = 3_600_000
"""How long an access token is good (the template's AccessTokenValidity): so long an ended session is remembered."""
MOST_ENDED: Final = 50
"""Ended sessions that are remembered one by one; with one more, all sessions of before are over."""
RECOVERY_CODES: Final = 10
ENROL_WITHIN_MS: Final = 30 * 60_000
"""So long an authenticator may be confirmed after the password was shown."""


@dataclass(frozen=True, slots=True)
class EndedSession:
    """`session` is the `origin_jti` of its tokens (Amazon Cognito, token revocation)."""

    session: str
    at: EpochMs


@dataclass(frozen=True, slots=True)
class EmailChange:
    """`code` is the hash of what was mailed to the new address; good until `expires_at` (epoch ms). `is_proved`: it
    came back, and the user pool may have the new address since. `is_settled`: all have it, and the code says
    so again."""

    email: str
    code: str
    expires_at: EpochMs
    is_proved: bool = False
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Sessions of before `ended_at` (epoch ms) are over. `second_factor` says that nobody gets in without one, whatever
    the pool says; `recovery_codes` are hashes of those that are left. Until `enrolling_until` (epoch ms) an
    authenticator may be confirmed in the session `enrolling_session`: whoever asked for its secret in it has shown the
    password. Whoever is `locked` gets in by
    nothing: their address was changed at the pool alone, and no code was mailed to the proved one since; it is the id
    (ULID) of the audit entry that tells of it, "" for everybody else."""

    ended_at: EpochMs = EpochMs(0)
    ended: tuple[EndedSession, ...] = ()
    second_factor: bool = False
    recovery_codes: tuple[str, ...] = ()
    email_change: EmailChange | None = None
    enrolling_until: EpochMs = EpochMs(0)
    enrolling_session: str = ""
    locked: str = ""

    def is_over(self, session: str, issued_at: EpochMs) -> bool:
        """Whether a token of this session, issued at `issued_at` (epoch ms), opens nothing any more."""
        return issued_at < self.ended_at or any(one.session == session for one in self.ended)


PersonChange = Callable[[Person], Person]


def end_session(session: str, now: EpochMs) -> PersonChange:
    """The tokens of one session open nothing any more."""

    def change(person: Person) -> Person:
        recent = tuple(one for one in person.ended if one.at > now - ACCESS_TOKEN_MS and one.session != session)
        if len(recent) >= MOST_ENDED:
            return end_all_sessions(now)(person)
        return replace(person, ended=(*recent, EndedSession(session, now)))

    return change


def end_all_sessions(now: EpochMs) -> PersonChange:
    """No token that was issued so far opens anything any more; nor does one of the same second, whose moment is not
    told more closely."""
    moment = EpochMs((now // 1000 + 1) * 1000)
    return lambda person: replace(person, ended_at=max(person.ended_at, moment), ended=())


def lock(entry_id: str) -> PersonChange:
    """Nothing for one who is locked: the entry of before tells of it."""
    return lambda person: person if person.locked else replace(person, locked=entry_id)


def unlock(entry_id: str) -> PersonChange:
    """Of what this entry tells; whoever was locked anew since stays so."""
    return lambda person: replace(person, locked="") if person.locked == entry_id else person


def enrolling(session: str, now: EpochMs) -> PersonChange:
    """Somebody who has shown the password in this session sets an authenticator up. Raises Conflict
    (`second_factor_on`)."""

    def change(person: Person) -> Person:
        _check_off(person)
        return replace(person, enrolling_until=EpochMs(now + ENROL_WITHIN_MS), enrolling_session=session)

    return change


def second_factor_on(codes: Sequence[str], session: str, now: EpochMs) -> PersonChange:
    """`codes` are hashes. Raises Conflict (`second_factor_on`), as for the second of two at once, and InvalidInput
    (`wrong_code`) where nobody has begun it in this session by the password: at the user pool an access token alone
    does."""

    def change(person: Person) -> Person:
        _check_off(person)
        if now >= person.enrolling_until or session != person.enrolling_session:
            raise InvalidInput("begin anew: this was not begun, or too long ago", field="code", code="wrong_code")
        return replace(_enrolled(person), second_factor=True, recovery_codes=tuple(codes))

    return change


def _check_off(person: Person) -> None:
    if person.second_factor:
        raise Conflict("there is a second factor; switch it off before another one is set up", code="second_factor_on")


def other_recovery_codes(codes: Sequence[str]) -> PersonChange:
    """`codes` are hashes. Raises Conflict (`second_factor_off`)."""

    def change(person: Person) -> Person:
        if not person.second_factor:
            raise Conflict("there is no second factor", code="second_factor_off")
        return replace(person, recovery_codes=tuple(codes))

    return change


def second_factor_off(person: Person) -> Person:
    return replace(_enrolled(person), second_factor=False, recovery_codes=())


def _enrolled(person: Person) -> Person:
    """Nobody sets one up any more."""
    return replace(person, enrolling_until=EpochMs(0), enrolling_session="")


def prove_address(code: str, now: EpochMs) -> PersonChange:
    """The code that was mailed to a new address came back, as its hash. Again changes nothing; while the change is not
    finished it is good without an end. Raises InvalidInput (`wrong_code`)."""

    def change(person: Person) -> Person:
        pending = person.email_change
        if pending is None or pending.code != code or (now >= pending.expires_at and not pending.is_proved):
            raise InvalidInput("the code is wrong or too old", field="code", code="wrong_code")
        return person if pending.is_settled else replace(person, email_change=replace(pending, is_proved=True))

    return change


def address_settled(email: str) -> PersonChange:
    """The change to this address is finished; one that was begun since stays."""
    return _email_change(email, lambda pending: replace(pending, is_proved=False, is_settled=True))


def address_given_up(email: str) -> PersonChange:
    """Somebody else has this address by now; a change that was begun since stays."""
    return _email_change(email, lambda _pending: None)


def _email_change(email: str, become: Callable[[EmailChange], EmailChange | None]) -> PersonChange:
    def change(person: Person) -> Person:
        pending = person.email_change
        return person if pending is None or pending.email != email else replace(person, email_change=become(pending))

    return change


def use_recovery_code(subject: str, code: str) -> PersonChange:
    """Raises InvalidInput (`wrong_code`) for one that is none, or was used."""
    hashed = recovery_hash(subject, code)

    def change(person: Person) -> Person:
        if hashed not in person.recovery_codes:
            raise InvalidInput("this recovery code is wrong, or was used", field="recovery_code", code="wrong_code")
        return replace(person, recovery_codes=tuple(one for one in person.recovery_codes if one != hashed))

    return change


def recovery_hash(subject: str, code: str) -> str:
    """Codes carry 60 random bits, so a plain hash of one cannot be searched for; written with or without dashes."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(f"{subject}|{plain}".encode()).hexdigest()
