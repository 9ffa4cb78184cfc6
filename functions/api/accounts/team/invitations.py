"""Inviting people, and joining by an invitation.

The link is proof of the mailbox: whoever follows it may take a new account for that address without another code, and
is told whether the address has one. Nobody else is told anything.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from functions.api.accounts.mailer import Mail, MailNotSent
from functions.api.accounts.mails import ROLE_NAMES, MailKind, language_of, mail_of
from functions.api.accounts.sessions.log_in import Credentials, prove
from functions.api.accounts.signup.policy import check_policy
from functions.api.accounts.team.logic.rules import check_grant, is_vouched_for
from functions.api.accounts.team.parts import TeamParts
from functions.api.accounts.user_pool.passwords import check_password
from shared.clock import EpochMs
from shared.domain.accounts.account import Member, Principal
from shared.domain.accounts.attempts import Attempt
from shared.domain.accounts.invitation import (
    GOOD_FOR_MS,
    Invitation,
    accepted,
    hash_secret,
    invitation_over,
    renewed,
    revoked,
)
from shared.domain.accounts.permissions import Role
from shared.domain.accounts.plans import Entitlements, check_members
from shared.errors import AppError, Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from shared.ids import TenantId


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What somebody sends who follows the link; "" for what they do not."""

    token: str = field(repr=False)
    password: str = field(repr=False)
    name: str = ""
    policy_version: str = ""
    second_factor_code: str = field(default="", repr=False)
    recovery_code: str = field(default="", repr=False)


def invite(
    parts: TeamParts,
    principal: Principal,
    email: str,
    role: Role,
    *,
    invitation_id: str,
    secret: str,
    address: str,
    now: EpochMs,
) -> Invitation:
    """The invitation with what became of its mail; under the same id it is the same one, and mailed once. Raises
    Forbidden (`wider_role`), Conflict (`already_invited`, `already_member`), TooMany, LimitExceeded and RateLimited."""
    check_grant(principal, role)
    tenant_id = principal.tenant_id
    members = parts.accounts.members(tenant_id)
    if any(member.email == email for member in members):
        raise Conflict("this address is a member already", field="email", code="already_member")
    check_members(len(members) + 1, _limits(parts, tenant_id))
    parts.entrance.limits.take(Attempt.MAIL, email, address, now)
    invitation = Invitation(
        invitation_id=invitation_id,
        email=email,
        role=role,
        invited_by=principal.member_id,
        secret_hash=hash_secret(secret),
        created_at=now,
        expires_at=EpochMs(now + GOOD_FOR_MS),
    )
    return _mailed(parts, tenant_id, parts.team.invite(tenant_id, invitation), secret, now)


def resend(
    parts: TeamParts, principal: Principal, invitation_id: str, *, secret: str, address: str, now: EpochMs
) -> Invitation:
    """With another link, and a week again; mailed once for the same secret. Raises NotFound, Forbidden, Conflict and
    RateLimited."""
    found = parts.team.invitation(principal.tenant_id, invitation_id)
    check_grant(principal, found.role)
    parts.entrance.limits.take(Attempt.MAIL, found.email, address, now)
    by = principal.member_id
    invitation = parts.team.change_invitation(
        principal.tenant_id, invitation_id, lambda one: renewed(one, secret, by, now)
    )
    return _mailed(parts, principal.tenant_id, invitation, secret, now)


def revoke(parts: TeamParts, principal: Principal, invitation_id: str, now: EpochMs) -> None:
    """The link opens nothing from now on. Raises NotFound, Forbidden (`wider_role`) and Conflict
    (`invitation_accepted`)."""
    check_grant(principal, parts.team.invitation(principal.tenant_id, invitation_id).role)
    parts.team.change_invitation(principal.tenant_id, invitation_id, lambda one: revoked(one, now))
    parts.team.forget_invitation(principal.tenant_id, invitation_id)


def accept(parts: TeamParts, acceptance: Acceptance, address: str, now: EpochMs) -> tuple[TenantId, Member]:
    """The new member. With an account it takes its password (and second factor), without one a new password, a name
    and the policy. Raises Conflict (`invitation_over`, `in_another_team`), Forbidden (`tenant_suspended`),
    LimitExceeded, InvalidInput, RateLimited, and as a log-in does. Repeating it after a failure goes on where that
    was."""
    tenant_id, invitation_id, secret = _parts_of(acceptance.token)
    parts.entrance.limits.take(Attempt.CODE, invitation_id, address, now)
    try:
        invitation = parts.team.invitation(tenant_id, invitation_id)
    except NotFound:
        return tenant_id, _joined_before(parts, tenant_id, invitation_id, acceptance, address, now)
    if not invitation.is_of(secret) or invitation.revoked or now >= invitation.expires_at:
        raise invitation_over()
    if not is_vouched_for(invitation, {one.member_id: one for one in parts.accounts.members(tenant_id)}):
        raise invitation_over()
    _require_open(parts, tenant_id)
    subject = _person(parts, invitation.email, acceptance, address, now)
    owner = parts.accounts.owner_of_subject(subject)
    if owner is not None and owner.tenant_id != tenant_id:
        raise _elsewhere()
    if not _claim(parts, tenant_id, invitation_id, secret, subject=subject, now=now):
        return tenant_id, _who_joined(parts, tenant_id, invitation_id, subject)
    member = Member(
        member_id=invitation_id,
        subject=subject,
        email=invitation.email,
        role=invitation.role,
        created_at=now,
        name=acceptance.name,
        policy_version=acceptance.policy_version,
        policy_at=now if acceptance.policy_version else EpochMs(0),
    )
    try:
        _join(parts, tenant_id, invitation, member)
    except AppError:
        _give_back(parts, tenant_id, invitation_id)
        raise
    parts.team.forget_invitation(tenant_id, invitation_id)
    # As stored: where an earlier call came this far and broke off, they may have been given another role since.
    return tenant_id, _who_joined(parts, tenant_id, invitation_id, subject)


def _require_open(parts: TeamParts, tenant_id: TenantId) -> None:
    """Nobody joins a suspended business. Raises Forbidden (`tenant_suspended`)."""
    if parts.accounts.tenant(tenant_id).suspension is not None:
        words = "this business is suspended: nobody joins it until an operator of the platform lifts that"
        raise Forbidden(words, code="tenant_suspended")


def _claim(
    parts: TeamParts, tenant_id: TenantId, invitation_id: str, secret: str, *, subject: str, now: EpochMs
) -> bool:
    """Nobody else can accept it, or revoke it; False for one that is no more. Raises Conflict (`invitation_over`)."""
    try:
        parts.team.change_invitation(tenant_id, invitation_id, lambda one: accepted(one, secret, subject, now))
    except NotFound:
        return False
    return True


def _joined_before(
    parts: TeamParts, tenant_id: TenantId, invitation_id: str, acceptance: Acceptance, address: str, now: EpochMs
) -> Member:
    """Who came by it, if they show once more that they are it: the answer to their first call was lost. Raises Conflict
    (`invitation_over`) for anybody else, and as a log-in does, but for what is told of a password."""
    member = parts.accounts.find_member(tenant_id, invitation_id)
    if member is None:
        raise invitation_over()
    try:
        subject = prove(parts.entrance, _credentials(member.email, acceptance), address, now)
    except Unauthenticated:
        raise invitation_over() from None
    return _who_joined(parts, tenant_id, invitation_id, subject)


def _who_joined(parts: TeamParts, tenant_id: TenantId, invitation_id: str, subject: str) -> Member:
    """By it, and is this person. Raises Conflict (`invitation_over`)."""
    member = parts.accounts.find_member(tenant_id, invitation_id)
    if member is None or member.subject != subject:
        raise invitation_over()
    return member


def _credentials(email: str, acceptance: Acceptance) -> Credentials:
    return Credentials(
        email,
        acceptance.password,
        second_factor_code=acceptance.second_factor_code,
        recovery_code=acceptance.recovery_code,
    )


def _give_back(parts: TeamParts, tenant_id: TenantId, invitation_id: str) -> None:
    """It can be accepted later, or be revoked."""
    try:
        parts.team.change_invitation(tenant_id, invitation_id, lambda one: replace(one, accepted_by=""))
    except NotFound:
        return  # accepted by another call of theirs meanwhile


def _join(parts: TeamParts, tenant_id: TenantId, invitation: Invitation, member: Member) -> None:
    """Once: a call that died after this is finished by the next, and changes no role that was given since."""
    limits, known = _limits(parts, tenant_id), parts.accounts.owner_of_subject(member.subject)
    if known is not None and known.details["member_id"] == member.member_id:
        return

    def decide(found: Mapping[str, Member]) -> Mapping[str, Member]:
        present = [one for one in found.values() if one.removed_at is None]
        if any(one.subject == member.subject and one.member_id != member.member_id for one in present):
            raise Conflict("you are a member of this team already", code="already_member")
        if member.member_id in found or not is_vouched_for(invitation, found):
            raise invitation_over()
        check_members(len(present) + 1, limits)
        return {member.member_id: member}

    try:
        parts.team.change_members(tenant_id, decide, concerned={member.member_id: member})
    except Conflict as error:
        if error.code == "already_claimed":
            raise _elsewhere() from error
        raise


def _person(parts: TeamParts, email: str, acceptance: Acceptance, address: str, now: EpochMs) -> str:
    """The subject of whoever follows the link: who has the account and proves it, or has one from now on."""
    users, changes = parts.entrance.doors.users, parts.entrance.changes
    found = users.find(email)
    if found is not None and found.confirmed and not found.without_password:
        return prove(parts.entrance, _credentials(email, acceptance), address, now)
    check_policy(acceptance.policy_version)
    if not acceptance.name:
        raise InvalidInput("say your name: there is no account with this address yet", field="name")
    check_password(acceptance.password)
    if found is not None and found.without_password:
        changes.set_password(found.subject, acceptance.password)
        return found.subject
    # Whoever began to sign up with this address never proved it: this is proof.
    users.remove_unconfirmed(email)
    return changes.create_confirmed(email, acceptance.password)


def _mailed(parts: TeamParts, tenant_id: TenantId, invitation: Invitation, secret: str, now: EpochMs) -> Invitation:
    """With what became of its mail; one that an earlier attempt has sent is not sent again."""
    if invitation.mail == "sent":
        return invitation
    try:
        parts.mailer.send(_mail(parts, tenant_id, invitation, secret))
    except MailNotSent as error:
        after = replace(invitation, mail="failed", mail_error=error.reason)
    else:
        after = replace(invitation, mail="sent", mail_error="", mailed_at=now)

    def note(found: Invitation) -> Invitation:
        # Of a link that another call has replaced meanwhile, nothing is said.
        if found.secret_hash != invitation.secret_hash:
            return found
        return replace(found, mail=after.mail, mail_error=after.mail_error, mailed_at=after.mailed_at)

    with suppress(NotFound):  # accepted or revoked before that could be noted
        parts.team.change_invitation(tenant_id, invitation.invitation_id, note)
    return after


def _mail(parts: TeamParts, tenant_id: TenantId, invitation: Invitation, secret: str) -> Mail:
    tenant, inviter = parts.accounts.tenant(tenant_id), parts.accounts.find_member(tenant_id, invitation.invited_by)
    language = language_of(tenant.language, inviter.language if inviter else "")
    return mail_of(
        MailKind.INVITATION,
        language,
        invitation.email,
        business=tenant.name,
        role=ROLE_NAMES[language][invitation.role],
        link=f"{parts.console_url}/invitation#{tenant_id}.{invitation.invitation_id}.{secret}",
    )


def _limits(parts: TeamParts, tenant_id: TenantId) -> Entitlements:
    return parts.accounts.tenant(tenant_id).entitlements


def _parts_of(token: str) -> tuple[TenantId, str, str]:
    tenant_id, _, rest = token.partition(".")
    invitation_id, _, secret = rest.partition(".")
    if not (tenant_id and invitation_id and secret):
        raise invitation_over()
    return TenantId(tenant_id), invitation_id, secret


def _elsewhere() -> Conflict:
    return Conflict(
        "your account belongs to another business: leave that one first, be invited under another address, or give "
        "that account another address and follow the link again",
        code="in_another_team",
    )
