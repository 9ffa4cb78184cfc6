"""What people change about the way they get in: password, address, second factor.

Whoever could only get hold of an access token changes none of it: each asks for the password, or a mailed code, again.
After a change of the password, and with a second factor that is switched on, every session is over, the caller's own
as well.
"""

import hashlib
import secrets
from dataclasses import dataclass, field, replace

from functions.api.accounts.mailer import MailNotSent
from functions.api.accounts.mails import Language, MailKind, language_of, mail_of
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.sessions.entrance import Entrance, log_out_everywhere
from functions.api.accounts.sessions.log_in import Credentials
from functions.api.accounts.sessions.own_address import change_at_pool, is_own_address
from functions.api.accounts.sessions.proof import Caller, Enrolling, prove_caller, prove_to_be
from functions.api.accounts.user_pool.errors import wrong_code
from functions.api.accounts.user_pool.passwords import check_password
from shared.clock import EpochMs
from shared.domain.accounts.account import Member
from shared.domain.accounts.attempts import Attempt
from shared.domain.accounts.person import (
    RECOVERY_CODES,
    EmailChange,
    address_given_up,
    address_settled,
    enrolling,
    other_recovery_codes,
    prove_address,
    recovery_hash,
    second_factor_off,
    second_factor_on,
)
from shared.errors import Conflict, InvalidInput
from shared.failures import failure
from shared.observability import logger
from shared.store.engine.directory import Owner

EMAIL_CODE_MS = 30 * 60_000
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 4


def forgot_password(entrance: Entrance, email: str, address: str, now: EpochMs) -> None:
    """Has a code mailed if there is such an account, to the address that was proved; nobody is told whether there is.
    Raises RateLimited."""
    entrance.limits.take(Attempt.MAIL, email, address, now)
    person = entrance.doors.users.find(email)
    if person is None or is_own_address(entrance, person.subject, email):
        entrance.changes.send_reset_code(email)


def resend_code(entrance: Entrance, email: str, address: str, now: EpochMs) -> None:
    """Has the code of a sign-up mailed again if there is one; nobody is told whether there is. Raises RateLimited."""
    entrance.limits.take(Attempt.MAIL, email, address, now)
    entrance.changes.resend_code(email)


@dataclass(frozen=True, slots=True)
class Reset:
    email: str
    code: str = field(repr=False)
    password: str = field(repr=False)


def reset_password(entrance: Entrance, reset: Reset, address: str, now: EpochMs) -> Owner | None:
    """Whose it was; None for somebody without a tenant. Raises InvalidInput (`wrong_code`, the same for an address
    without an account; `weak_password`) and RateLimited. The second factor stays. Repeating it after a failure goes on
    where that was."""
    check_password(reset.password)
    entrance.limits.take(Attempt.CODE, reset.email, address, now)
    person = entrance.doors.users.find(reset.email)
    if person is not None and not is_own_address(entrance, person.subject, reset.email):
        raise wrong_code("code")
    try:
        entrance.changes.reset_password(reset.email, code=reset.code, password=reset.password)
    except InvalidInput as error:
        _check_set_already(entrance, Credentials(reset.email, reset.password), address, now, error)
    found = entrance.doors.users.find(reset.email)
    if found is None:
        return None
    log_out_everywhere(entrance, found.subject, now)
    return entrance.doors.accounts.owner_of_subject(found.subject)


def change_password(entrance: Entrance, caller: Caller, current: str, new: str, now: EpochMs) -> None:
    """Raises InvalidInput (`wrong_password`, `weak_password`) and RateLimited. Repeating it after a failure goes on
    where that was."""
    check_password(new, field="new_password")
    entrance.limits.take(Attempt.LOG_IN, caller.member.email, caller.address, now)
    try:
        entrance.changes.change_password(caller.access_token, current=current, new=new)
    except InvalidInput as error:
        _check_set_already(entrance, Credentials(caller.member.email, new), caller.address, now, error)
    log_out_everywhere(entrance, caller.member.subject, now)


def _check_set_already(entrance: Entrance, after: Credentials, address: str, now: EpochMs, error: InvalidInput) -> None:
    """Raises `error`, unless the password is by now what it was to become: an earlier call set it and died before it
    ended the sessions, so this one ends them."""
    if error.code not in ("wrong_code", "wrong_password"):
        raise error
    entrance.limits.take(Attempt.LOG_IN, after.email, address, now)
    if not entrance.doors.users.is_password(after.email, after.password):
        raise error


def start_email_change(parts: AccountParts, caller: Caller, who: Credentials, email: str, now: EpochMs) -> None:
    """Mails a code to the new address, whoever has an account with it. Raises as `prove`, MailNotSent, RateLimited."""
    entrance = parts.entrance
    prove_caller(entrance, caller, who, now)
    entrance.limits.take(Attempt.MAIL, email, caller.address, now)
    code = f"{secrets.randbelow(10**6):06d}"
    pending = EmailChange(email, _hashed(caller.member.subject, code), EpochMs(now + EMAIL_CODE_MS))
    entrance.people.change(caller.member.subject, lambda person: replace(person, email_change=pending))
    parts.mailer.send(mail_of(MailKind.EMAIL_CODE, _language(parts, caller), email, code=code))


def finish_email_change(parts: AccountParts, caller: Caller, code: str, now: EpochMs) -> Member:
    """Raises InvalidInput (`wrong_code`), Conflict (`email_taken`) and RateLimited. Repeating it after a failure goes
    on where that was, and so does a log-in with the new address; neither tells the former address. Once it is done it
    changes nothing, as long as the code is good. After a refusal of the address the code is good for nothing."""
    entrance, member = parts.entrance, caller.member
    entrance.limits.take(Attempt.CODE, member.subject, caller.address, now)
    proved = entrance.people.change(member.subject, prove_address(_hashed(member.subject, code), now)).email_change
    if proved is None or proved.is_settled:
        return member
    email = proved.email
    try:
        change_at_pool(entrance, member.subject, email)
    except (Conflict, InvalidInput):
        entrance.people.change(member.subject, address_given_up(email))
        raise
    changed = parts.accounts.change_member(
        caller.tenant_id, member.member_id, lambda found: replace(found, email=email)
    )
    entrance.people.change(member.subject, address_settled(email))
    try:
        parts.mailer.send(mail_of(MailKind.EMAIL_CHANGED, _language(parts, caller), member.email))
    except MailNotSent as error:
        logger.warning("the former address was not told", extra=failure(error))
    return changed


def _language(parts: AccountParts, caller: Caller) -> Language:
    return language_of(caller.member.language, parts.accounts.tenant(caller.tenant_id).language)


def start_second_factor(entrance: Entrance, who: Enrolling, credentials: Credentials, now: EpochMs) -> str:
    """The secret for an authenticator (base32). Raises as `prove`, and Conflict (`second_factor_on`)."""
    begun = enrolling(who.session, now)
    begun(entrance.people.find(who.subject))
    prove_to_be(entrance, who, credentials, now)
    entrance.people.change(who.subject, begun)
    return entrance.changes.start_second_factor(who.access_token)


def finish_second_factor(entrance: Entrance, who: Enrolling, code: str, now: EpochMs) -> list[str]:
    """The recovery codes, which are shown this once. No session that began without it goes on with it, the caller's own
    neither, also where this dies on the way. Raises InvalidInput (`wrong_code`; also where it was not begun in this
    session), Conflict (`second_factor_on`) and RateLimited."""
    entrance.limits.take(Attempt.CODE, who.email, who.address, now)
    codes = _new_codes()
    switched_on = second_factor_on([recovery_hash(who.subject, one) for one in codes], who.session, now)
    switched_on(entrance.people.find(who.subject))
    entrance.changes.prove_second_factor(who.access_token, code)
    log_out_everywhere(entrance, who.subject, now)
    entrance.people.change(who.subject, switched_on)
    entrance.changes.set_second_factor(who.subject, on=True)
    log_out_everywhere(entrance, who.subject, now)
    return codes


def replace_recovery_codes(entrance: Entrance, caller: Caller, who: Credentials, now: EpochMs) -> list[str]:
    """New ones; those of before are good for nothing. Raises as `prove`, and Conflict (`second_factor_off`)."""
    subject, codes = caller.member.subject, _new_codes()
    replaced = other_recovery_codes([recovery_hash(subject, one) for one in codes])
    replaced(entrance.people.find(subject))
    prove_caller(entrance, caller, who, now)
    entrance.people.change(subject, replaced)
    return codes


def switch_second_factor_off(entrance: Entrance, caller: Caller, who: Credentials, now: EpochMs) -> None:
    """Raises as `prove`. Repeating it changes nothing."""
    prove_caller(entrance, caller, who, now)
    entrance.changes.set_second_factor(caller.member.subject, on=False)
    entrance.people.change(caller.member.subject, second_factor_off)


def _new_codes() -> list[str]:
    """Each of 12 of 31 characters: 59 bits."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def _hashed(subject: str, code: str) -> str:
    return hashlib.sha256(f"{subject}|{code.strip()}".encode()).hexdigest()
