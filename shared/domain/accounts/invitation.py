"""An invitation into a tenant's team: a link that was mailed, and what became of the mail."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Final, Literal

from shared.clock import EpochMs
from shared.domain.accounts.permissions import Role
from shared.domain.accounts.signup import HOLD_MS
from shared.errors import Conflict

GOOD_FOR_MS: Final = 7 * 86_400_000
MOST_INVITATIONS: Final = 100
"""Of a tenant, with those that are too old."""
MailStatus = Literal["pending", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whoever has the secret behind `secret_hash` can read the mails of `email`. Times are epoch ms.

    `mail_error` says why the newest mail was not sent (`MailNotSent`). While `accepted_by` (a subject) is joining,
    since `accepted_at`, nobody else can, and nobody revokes it. `revoked` is on its way out.
    """

    invitation_id: str
    email: str
    role: Role
    invited_by: str
    secret_hash: str
    created_at: EpochMs
    expires_at: EpochMs
    mail: MailStatus = "pending"
    mail_error: str = ""
    mailed_at: EpochMs | None = None
    accepted_by: str = ""
    accepted_at: EpochMs = EpochMs(0)
    revoked: bool = False

    def is_of(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret_hash, hash_secret(secret))

    def is_held(self, now: EpochMs) -> bool:
        """Whether a call that is joining may still be at work; one that died holds it no longer than that."""
        return bool(self.accepted_by) and now < self.accepted_at + HOLD_MS


def hash_secret(secret: str) -> str:
    """Secrets carry 256 random bits, so a plain hash of one cannot be searched for."""
    return hashlib.sha256(secret.encode()).hexdigest()


def accepted(invitation: Invitation, secret: str, subject: str, now: EpochMs) -> Invitation:
    """Raises Conflict (`invitation_over`) when it is too old, revoked, has another link by now, or is somebody else's
    at this moment."""
    others = invitation.accepted_by != subject and invitation.is_held(now)
    if invitation.revoked or now >= invitation.expires_at or not invitation.is_of(secret) or others:
        raise invitation_over()
    return replace(invitation, accepted_by=subject, accepted_at=now)


def revoked(invitation: Invitation, now: EpochMs) -> Invitation:
    """Raises Conflict (`invitation_accepted`) for one that somebody is accepting."""
    if invitation.is_held(now):
        raise Conflict("somebody has accepted it: remove the member instead", code="invitation_accepted")
    return replace(invitation, revoked=True)


def renewed(invitation: Invitation, secret: str, by: str, now: EpochMs) -> Invitation:
    """With another link, good for as long as a new one, and in the name of the member `by`: the link of before opens
    nothing. Nothing changes when it has this one. Raises as `revoked`, and Conflict (`invitation_over`) for one that
    was revoked."""
    if invitation.revoked:
        raise invitation_over()
    if invitation.is_of(secret):
        return invitation
    revoked(invitation, now)
    return replace(
        invitation,
        invited_by=by,
        accepted_by="",
        secret_hash=hash_secret(secret),
        expires_at=EpochMs(now + GOOD_FOR_MS),
        mail="pending",
        mail_error="",
    )


def invitation_over() -> Conflict:
    """The same for one that never was: links tell nothing."""
    return Conflict("this invitation is over; ask for another one", code="invitation_over")
