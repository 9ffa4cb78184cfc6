"""What operators do at a tenant. Each is one conditional write, with what the tenant is told of it and the entry of the
tenant's audit log."""

from dataclasses import dataclass, field

from functions.api.accounts.operators.admission import ACCESS_PREFIX
from functions.api.accounts.operators.logic.notices import (
    deed_entry,
    ended_notice,
    lifted_notice,
    opened_notice,
    rejection_entry,
    suspended_notice,
)
from functions.api.accounts.operators.parts import OperatorParts
from functions.api.accounts.sessions.log_in import Credentials, prove
from shared.clock import EpochMs, to_rfc3339
from shared.domain.accounts.account import Principal, Suspension, Tenant
from shared.domain.accounts.operator import SupportAccess, expiry
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import Entry, Origin
from shared.errors import Forbidden, NotFound
from shared.ids import TenantId
from shared.store.accounts.deed_records import DeedRecord
from shared.store.accounts.tenants import hash_key


def suspend_tenant(parts: OperatorParts, tenant_id: TenantId, suspension: Suspension, origin: Origin) -> Tenant:
    """Nothing is sent from the next second on, and nothing is changed by the API within a minute, until it is lifted.
    Raises NotFound and Conflict (`already_suspended`)."""
    entry = deed_entry(
        Action.TENANT_SUSPENDED,
        suspension.suspension_id,
        operator_id=suspension.by,
        reason=suspension.reason,
        origin=origin,
    )
    return parts.suspensions.suspend(tenant_id, suspension, DeedRecord(suspended_notice(suspension), entry))


@dataclass(frozen=True, slots=True)
class Lift:
    """`lift_id` is the operation's, of the moment `at` (epoch ms); `suspension_id` the suspension that was seen; `by`
    the operator."""

    lift_id: str
    at: EpochMs
    by: str
    suspension_id: str
    reason: str


def resume_tenant(parts: OperatorParts, tenant_id: TenantId, lift: Lift, origin: Origin) -> Tenant:
    """Raises NotFound and Conflict (`not_suspended`, `changed_meanwhile`)."""
    entry = deed_entry(Action.TENANT_REINSTATED, lift.lift_id, operator_id=lift.by, reason=lift.reason, origin=origin)
    record = DeedRecord(lifted_notice(lift.lift_id, lift.reason, lift.at), entry)
    return parts.suspensions.lift(tenant_id, lift.suspension_id, record)


@dataclass(frozen=True, slots=True)
class NewAccess:
    """`access_id` is the operation's, of the moment `at` (epoch ms), and `token` the chance that it draws. The password
    and the second factor are asked for again."""

    access_id: str
    at: EpochMs
    reason: str
    minutes: int
    token: str = field(repr=False)
    password: str = field(repr=False)
    second_factor_code: str = field(repr=False)
    recovery_code: str = field(repr=False)


def open_support_access(
    parts: OperatorParts, principal: Principal, tenant_id: TenantId, new: NewAccess, origin: Origin
) -> tuple[SupportAccess, str]:
    """The access, and its token, which is shown this once. Raises as `prove`, NotFound, Forbidden and Conflict
    (`already_looking`)."""
    operator = parts.operators.get(principal.member_id)
    who = Credentials(
        operator.email, new.password, second_factor_code=new.second_factor_code, recovery_code=new.recovery_code
    )
    if prove(parts.entrance, who, origin.address, new.at) != operator.subject:
        raise Forbidden("this password is somebody else's")
    token = ACCESS_PREFIX + new.token
    access = SupportAccess(
        access_id=new.access_id,
        operator_id=operator.operator_id,
        operator_email=operator.email,
        reason=new.reason,
        opened_at=new.at,
        expires_at=expiry(new.at, new.minutes),
        token_hash=hash_key(token),
        subject=operator.subject,
        session=principal.session,
        issued_at=principal.issued_at,
    )
    entry = deed_entry(
        Action.TENANT_ACCESS_STARTED,
        new.access_id,
        operator_id=operator.operator_id,
        reason=new.reason,
        origin=origin,
        after=to_rfc3339(access.expires_at),
    )
    return parts.accesses.open(tenant_id, access, new.at, DeedRecord(opened_notice(access), entry)), token


@dataclass(frozen=True, slots=True)
class AccessEnd:
    """`end_id` is the operation's, of the moment `at` (epoch ms)."""

    end_id: str
    at: EpochMs
    origin: Origin


def end_own_access(parts: OperatorParts, operator_id: str, end: AccessEnd) -> SupportAccess:
    """Raises NotFound when the operator looks at no tenant."""
    acting = parts.accesses.acting(operator_id)
    if acting is None:
        raise NotFound("you look at no tenant")
    entry = deed_entry(Action.TENANT_ACCESS_ENDED, end.end_id, operator_id=operator_id, reason="", origin=end.origin)
    return _end(parts, acting.tenant_id, acting.access_id, entry, end.at)


def reject_access(parts: OperatorParts, principal: Principal, access_id: str, end: AccessEnd) -> SupportAccess:
    """By a member of the tenant. Raises NotFound. Repeating it is no change."""
    entry = rejection_entry(end.end_id, member_id=principal.member_id, origin=end.origin)
    return _end(parts, principal.tenant_id, access_id, entry, end.at)


def _end(parts: OperatorParts, tenant_id: TenantId, access_id: str, entry: Entry, now: EpochMs) -> SupportAccess:
    record = DeedRecord(ended_notice(access_id, now), entry)
    return parts.accesses.end(tenant_id, access_id, entry.actor.actor_id, now, record)
