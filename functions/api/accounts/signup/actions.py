"""Signing up and logging in.

The user pool and our tables cannot be written together, and the pool says of an address that is not confirmed only
that, whatever the password (Amazon Cognito, InitiateAuth: UserNotConfirmedException comes before the password is looked
at). So a sign-up is kept here with what recognises its password, and a mailed code confirms the address only together
with that password: nobody's code ever confirms what somebody else chose. A new sign-up for the same address takes the
place of one that was not confirmed; one that is not confirmed within a day ends (`endings`). The first log-in
makes the tenant, with the second factor where there is one.

One call at a time works on an address, and what was kept before is lost before the pool is changed: whoever dies in
between leaves what nothing confirms, and the sign-up is repeated.

Answers are the same whether or not an address is known: 201 to a sign-up, 401 to a log-in. How often an address may be
tried is counted alike for all. Where addresses are not verified (local use) only the mailed code falls away.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace

from functions.api.accounts.user_pool.logic.session import Session
from functions.api.accounts.user_pool.passwords import check_password, is_same_password, verifier_of
from functions.api.accounts.user_pool.pool import EmailUnverified, SecondFactorNeeded, UserPool
from shared.clock import EpochMs
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.accounts.signup import CONFIRM_WITHIN_MS, PendingSignup, hold_for_code, hold_for_signup, let_go
from shared.domain.contacts import number_plans
from shared.errors import Conflict, Forbidden, InvalidInput, Unauthenticated
from shared.ids import TenantId, new_ulid
from shared.store.accounts.signups import Signups
from shared.store.accounts.tenants import Accounts

_TRIES = 2
"""At taking an address over from whoever has not confirmed it; a stranger may sign up with it in between."""


@dataclass(frozen=True, slots=True)
class Application:
    """Who signs up. `country` is an ISO 3166 alpha-2 code, upper case; `phone` is in E.164 with `+`."""

    business_name: str
    email: str
    password: str = field(repr=False)
    country: str
    name: str = ""
    phone: str = ""
    policy_version: str = ""


@dataclass(frozen=True, slots=True)
class Doors:
    """What signing up and logging in work with."""

    users: UserPool
    accounts: Accounts
    signups: Signups


def sign_up(doors: Doors, application: Application, now: EpochMs, *, verify_email: bool = True) -> None:
    """Have a code mailed to the address, unless somebody has an account with it; that is not told. Without
    `verify_email` the address is taken for confirmed.

    Raises InvalidInput, which names the field, RateLimited, and RetryableError.
    """
    check_password(application.password)
    email = application.email
    pending = PendingSignup(
        business_name=application.business_name,
        country=application.country,
        name=application.name,
        phone=application.phone,
        policy_version=application.policy_version,
        verifier=verifier_of(application.password) if verify_email else "",
        expires_at=EpochMs(now + CONFIRM_WITHIN_MS),
    )
    held = doors.signups.change(email, hold_for_signup(now), now)
    after = held
    try:
        subject = _register(doors, application)
        if subject and not verify_email:
            doors.users.confirm_without_email(subject)
        if subject:
            after = replace(pending, subject=subject, signups=held.signups, codes=held.codes)
    finally:
        doors.signups.change(email, let_go(held, after), now)


def _register(doors: Doors, application: Application) -> str:
    """The subject of a new person in the pool, or of one who never got a tenant; "" when somebody has an account."""
    users, email = doors.users, application.email
    for _ in range(_TRIES):
        try:
            return users.sign_up(email, application.password)
        except Conflict:
            if not free_address(doors, email):
                break
    subject = _proved_by_password(users, email, application.password)
    return "" if not subject or doors.accounts.owner_of_subject(subject) else subject


def free_address(doors: Doors, email: str) -> bool:
    """Forget who has this address in the pool and never could log in: one who has not confirmed it, or whom an
    invitation left without a password because its call died. False when there is nobody of the kind."""
    if doors.users.remove_unconfirmed(email):
        return True
    found = doors.users.find(email)
    if found is None or not found.without_password or doors.accounts.owner_of_subject(found.subject) is not None:
        return False
    doors.users.remove(found.subject)
    return True


def _proved_by_password(users: UserPool, email: str, password: str) -> str:
    """Whose password it is, "" for nobody's. That is enough for a sign-up, also of somebody with a second factor: it
    comes to nothing before they log in, with both."""
    try:
        return users.subject(users.log_in(email, password))
    except SecondFactorNeeded:
        found = users.find(email)
        return found.subject if found is not None else ""
    except (Unauthenticated, Forbidden):
        return ""


def log_in(doors: Doors, email: str, password: str, *, code: str, now: EpochMs) -> Session:
    """Without making the tenant (`complete`). Raises Unauthenticated, the same whatever is wrong, SecondFactorNeeded
    and RateLimited."""
    try:
        return _with_code(doors, email, password, code=code, now=now) if code else doors.users.log_in(email, password)
    except (EmailUnverified, Unauthenticated) as exc:
        raise Unauthenticated(
            "e-mail address or password is wrong, or the address is not confirmed: then log in with the code we mailed "
            "as `confirmation_code`; a code is good for a day and belongs to the latest sign-up"
        ) from exc


def complete(doors: Doors, email: str, subject: str, now: EpochMs) -> None:
    """Make the tenant of somebody who is of none, and has just logged in, by their latest sign-up; it is used up by
    that, or whoever leaves a team later would find themselves in a business of their own. Raises Conflict
    (`signup_incomplete`)."""
    accounts = doors.accounts
    if accounts.owner_of_subject(subject) is not None:
        return
    pending = doors.signups.find(email)
    if pending.subject == subject:
        with suppress(Conflict):  # made by another log-in at the same moment
            _create(accounts, pending, email, now)
        use_up(doors.signups, email, subject, now)
    elif accounts.owner_of_subject(subject) is None:
        raise Conflict(
            "you are of no business: repeat POST /v1/signup with the same e-mail address and password, or follow an "
            "invitation",
            code="signup_incomplete",
        )


def use_up(signups: Signups, email: str, subject: str, now: EpochMs) -> None:
    """What this person signed up with makes no business from now on. By whose it is, not by all it says: a stranger's
    sign-up may hold the address at this moment. Repeating it changes nothing."""
    if signups.find(email).subject == subject:
        signups.change(email, lambda found: replace(found, subject="") if found.subject == subject else found, now)


def _with_code(doors: Doors, email: str, password: str, *, code: str, now: EpochMs) -> Session:
    users = doors.users
    held = after = doors.signups.change(email, hold_for_code(now), now)
    try:
        proved = is_same_password(password, held.verifier)
        try:
            return users.log_in(email, password)
        except EmailUnverified:
            if not proved or not held.is_open(now) or users.unconfirmed_subject(email) != held.subject:
                raise
        try:
            users.confirm(email, code)
        except InvalidInput as exc:
            raise Unauthenticated("the code is wrong or too old") from exc
        after = replace(held, verifier="")
        return users.log_in(email, password)
    finally:
        doors.signups.change(email, let_go(held, after), now)


def _create(accounts: Accounts, pending: PendingSignup, email: str, now: EpochMs) -> None:
    """Raises Conflict when this person has a tenant."""
    tenant = Tenant(
        TenantId(new_ulid(now)),
        pending.business_name,
        pending.country,
        created_at=now,
        number_plans=number_plans.VERSION,
    )
    owner = Member(
        new_ulid(now),
        pending.subject,
        email,
        Role.OWNER,
        now,
        name=pending.name,
        phone=pending.phone,
        policy_version=pending.policy_version,
        policy_at=EpochMs(pending.expires_at - CONFIRM_WITHIN_MS),  # when they signed up
    )
    accounts.create(tenant, owner)
