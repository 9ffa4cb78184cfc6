"""Operators of the platform, and what they do at a tenant: suspend it, and look at it as its viewer for an hour.

Whoever is an operator is in no team, and nobody becomes one by the API: `python -m infra.ops operators add`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from shared.clock import EpochMs
from shared.domain.accounts.account import Suspension, Tenant
from shared.errors import Conflict
from shared.ids import TenantId

GROUP: Final = "operators"
"""The group of the user pool whose members' access tokens say that they are operators."""
MOST_OPERATORS: Final = 100
LONGEST_MINUTES: Final = 60
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Operator:
    """`subject` is their id in the user pool; `added_by` who ran the command. Whoever is removed and added again has
    another `operator_id`."""

    operator_id: str
    subject: str
    email: str
    added_by: str
    added_at: EpochMs


class AccessStatus(StrEnum):
    OPEN = "open"
    ENDED = "ended"
    """Before its time."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class SupportAccess:
    """An operator looks at a tenant as its viewer, for a reason and until `expires_at`. `subject`, `session` and
    `issued_at` are those of the access token that it was opened with: it is over with that session. `ended_by` is the
    operator or member who ended it before its time, at `ended_at`. Times are epoch ms."""

    access_id: str
    operator_id: str
    operator_email: str
    reason: str
    opened_at: EpochMs
    expires_at: EpochMs
    token_hash: str
    subject: str
    session: str
    issued_at: EpochMs
    ended_at: EpochMs | None = None
    ended_by: str = ""

    def status_at(self, now: EpochMs) -> AccessStatus:
        if self.ended_at is not None:
            return AccessStatus.ENDED
        return AccessStatus.EXPIRED if now >= self.expires_at else AccessStatus.OPEN


@dataclass(frozen=True, slots=True)
class Acting:
    """Where an operator looks at the moment, or did last: at one tenant at a time."""

    tenant_id: TenantId
    access_id: str
    expires_at: EpochMs


def expiry(opened_at: EpochMs, minutes: int) -> EpochMs:
    """Never more than an hour on, whatever was asked for."""
    return EpochMs(opened_at + min(minutes, LONGEST_MINUTES) * _MINUTE_MS)


def check_free(acting: Acting | None, access_id: str, now: EpochMs) -> None:
    """Raises Conflict (`already_looking`) while another access of the operator is open."""
    if acting is not None and acting.access_id != access_id and now < acting.expires_at:
        raise Conflict("you look at a tenant already; end that access first", code="already_looking")


def ended(access: SupportAccess, by: str, now: EpochMs) -> SupportAccess:
    """Nothing changes when it is over already."""
    if access.status_at(now) is not AccessStatus.OPEN:
        return access
    return replace(access, ended_at=now, ended_by=by)


def suspended(tenant: Tenant, suspension: Suspension) -> Tenant:
    """The same again changes nothing. Raises Conflict (`already_suspended`)."""
    standing = tenant.suspension
    if standing is not None and standing.suspension_id != suspension.suspension_id:
        raise Conflict("this tenant is suspended already", code="already_suspended")
    return replace(tenant, suspension=standing or suspension)


def lifted(tenant: Tenant, suspension_id: str) -> Tenant:
    """Raises Conflict: `not_suspended`, and `changed_meanwhile` where another suspension stands than was seen."""
    if tenant.suspension is None:
        raise Conflict("this tenant is not suspended", code="not_suspended")
    if tenant.suspension.suspension_id != suspension_id:
        raise Conflict("it was suspended anew meanwhile: look again", code="changed_meanwhile")
    return replace(tenant, suspension=None)
