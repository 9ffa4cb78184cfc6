"""Signing up and logging in.

The user pool and our tables cannot be written together. A sign-up that died between them is completed by repeating
it with the same password; the claim on the person's subject makes sure that there is one tenant, whoever repeats.
"""

from dataclasses import dataclass

from functions.api.accounts.user_pool import EmailUnverified, Session, UserPool
from shared.domain.accounts.account import Member, Role, Tenant
from shared.errors import Conflict, Unauthenticated
from shared.ids import new_ulid
from shared.store.accounts.tenants import Accounts


@dataclass(frozen=True, slots=True)
class Application:
    """Who signs up. `country` is an ISO 3166 alpha-2 code, upper case."""

    business_name: str
    email: str
    password: str
    country: str


def sign_up(
    users: UserPool, accounts: Accounts, application: Application, *, verify_email: bool, now: int
) -> tuple[str, str]:
    """(tenant id, member id). Raises Conflict (`email_taken`) and InvalidInput, which names the field."""
    try:
        subject = users.sign_up(application.email, application.password)
    except Conflict as taken:
        subject = _unfinished(users, accounts, application, taken, verify_email=verify_email)
    else:
        if not verify_email:
            users.confirm_without_email(application.email)
    tenant = Tenant(new_ulid(now), application.business_name, application.country, created_at=now)
    owner = Member(new_ulid(now), subject, application.email, Role.OWNER, now)
    try:
        accounts.create(tenant, owner)
    except Conflict as exc:
        raise Conflict("this e-mail address already has an account", field="email", code="email_taken") from exc
    return tenant.tenant_id, owner.member_id


def _unfinished(
    users: UserPool, accounts: Accounts, application: Application, taken: Conflict, *, verify_email: bool
) -> str:
    """The subject of somebody who proves by the password that they began to sign up here; else raises `taken`."""
    try:
        session = users.log_in(application.email, application.password)
    except EmailUnverified:
        if verify_email:
            raise
        users.confirm_without_email(application.email)
        try:
            session = users.log_in(application.email, application.password)
        except Unauthenticated:
            raise taken from None
    except Unauthenticated:
        raise taken from None
    subject = users.subject(session)
    if accounts.owner_of_subject(subject) is not None:
        raise taken
    return subject


def log_in(users: UserPool, accounts: Accounts, email: str, password: str, code: str) -> Session:
    """Raises Unauthenticated, EmailUnverified, and Conflict when the sign-up was never completed."""
    if code:
        users.confirm(email, code)
    session = users.log_in(email, password)
    if accounts.owner_of_subject(users.subject(session)) is None:
        raise Conflict(
            "the sign-up was not completed; repeat POST /v1/signup with the same e-mail address and password",
            code="signup_incomplete",
        )
    return session
