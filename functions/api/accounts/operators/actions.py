"""What operators do at a tenant. Each is one conditional write, with what the tenant is told of it and the entry of the
tenant's audit log."""

from dataclasses import dataclass, field

from functions.api.accounts.operators.admission import ACCESS_PREFIX
from functions.api.accounts.operators.logic.notices import (
    ended_notice,
    lifted_notice,
    opened_notice,
    suspended_notice,
)
from functions.api.accounts.operators.parts import OperatorParts
from functions.api.accounts.sessions.log_in import Credentials, prove
from shared.clock import EpochMs
from shared.domain.accounts.account import Principal, Suspension, Tenant
from shared.domain.accounts.operator import SupportAccess, expiry
from shared.errors import Forbidden, NotFound
from shared.ids import TenantId
from shared.store.accounts.support_access import SupportAccesses
from shared.store.accounts.tenants import hash_key


def suspend_tenant(parts: OperatorParts, tenant_id: TenantId, suspension: Suspension) -> Tenant:
    """Nothing is sent from the next second on, and nothing is changed by the API within a minute, until it is lifted.
    Raises NotFound and Conflict (`already_suspended`)."""
    return parts.suspensions.suspend(tenant_id, suspension, suspended_notice(suspension))


@dataclass(frozen=True, slots=True)
class Lift:
    """`lift_id` is the operation's, of the moment `at` (epoch ms); `suspension_id` the suspension that was seen."""

    lift_id: str
    at: EpochMs
    suspension_id: str
    reason: str


def resume_tenant(parts: OperatorParts, tenant_id: TenantId, lift: Lift) -> Tenant:
    """Raises NotFound and Conflict (`not_suspended`, `changed_meanwhile`)."""
    return parts.suspensions.lift(tenant_id, lift.suspension_id, lifted_notice(lift.lift_id, lift.reason, lift.at))


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
    parts: OperatorParts, principal: Principal, tenant_id: TenantId, new: NewAccess, address: str
) -> tuple[SupportAccess, str]:
    """The access, and its token, which is shown this once; `address` is where the call comes from. Raises as `prove`,
    NotFound, Forbidden and Conflict (`already_looking`)."""
    operator = parts.operators.get(principal.member_id)
    who = Credentials(
        operator.email, new.password, second_factor_code=new.second_factor_code, recovery_code=new.recovery_code
    )
    if prove(parts.entrance, who, address, new.at) != operator.subject:
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
    return parts.accesses.open(tenant_id, access, new.at, opened_notice(access)), token


def end_own_access(parts: OperatorParts, operator_id: str, at: EpochMs) -> SupportAccess:
    """Raises NotFound when the operator looks at no tenant."""
    acting = parts.accesses.acting(operator_id)
    if acting is None:
        raise NotFound("you look at no tenant")
    return end_access(parts.accesses, acting.tenant_id, acting.access_id, operator_id, at)


def end_access(accesses: SupportAccesses, tenant_id: TenantId, access_id: str, by: str, at: EpochMs) -> SupportAccess:
    """By a member of the tenant, or by whom else `by` names. Raises NotFound. Repeating it is no change."""
    return accesses.end(tenant_id, access_id, by, at, ended_notice(access_id, at))
