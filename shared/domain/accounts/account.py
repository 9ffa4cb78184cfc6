"""Tenants, the people who act for them, and what each may do."""

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.clock import EpochMs
from shared.domain.accounts.permissions import Role as Role
from shared.domain.accounts.permissions import Scope as Scope
from shared.domain.accounts.permissions import scopes_of as scopes_of
from shared.domain.accounts.plans import Entitlements, entitlements
from shared.ids import TenantId


@dataclass(frozen=True, slots=True)
class Suspension:
    """By an operator of the platform (`by`, their id) at `at` (epoch ms), until one lifts it."""

    suspension_id: str
    reason: str
    by: str
    at: EpochMs


class TenantStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A business. `plan` and `subscription_status` follow the payment provider; `country` is an ISO code.

    `number_plans` is the version of the table of number plans in whose canonical form every contact is stored, "" when
    nobody can say; `respelled` are the parts (version/part) of its contacts that were gone through for the next one.
    `revision` counts the changes of its profile; `language` and `time_zone` are "" until somebody says them.
    While there is a `suspension` the tenant sends nothing and changes nothing by the API.
    """

    tenant_id: TenantId
    name: str
    country: str
    plan: str = "free"
    subscription_status: str = "none"
    customer_id: str = ""
    created_at: EpochMs = EpochMs(0)
    number_plans: str = ""
    respelled: tuple[str, ...] = ()
    language: str = ""
    time_zone: str = ""
    logo_file_id: str = ""
    revision: int = 0
    suspension: Suspension | None = None

    @property
    def entitlements(self) -> Entitlements:
        """What holds now: of the plan only as long as it is paid for."""
        return entitlements(self.plan, self.subscription_status)

    @property
    def status(self) -> TenantStatus:
        return TenantStatus.ACTIVE if self.suspension is None else TenantStatus.SUSPENDED


def with_part_respelled(tenant: Tenant, version: str, part: int, parts: int) -> Tenant:
    """Once a part of the contacts was brought to the canonical form of this version; with the last of `parts`, all are.
    The same again, in any order and together with others, has the same result."""
    if tenant.number_plans == version:
        return tenant
    done = {one for one in tenant.respelled if one.startswith(f"{version}/")} | {f"{version}/{part}"}
    if len(done) < parts:
        return replace(tenant, respelled=tuple(sorted(done)))
    return replace(tenant, number_plans=version, respelled=())


@dataclass(frozen=True, slots=True)
class Member:
    """A person who logs in for a tenant. `subject` is their id in the user pool; `available` is whether they take
    conversations that are handed out in turn. `policy_version` is what they accepted, at `policy_at`. `revision` counts
    the changes of their profile. From `removed_at` on they are no member any more, and their desk is being cleared."""

    member_id: str
    subject: str
    email: str
    role: Role
    created_at: EpochMs = EpochMs(0)
    available: bool = False
    name: str = ""
    phone: str = ""
    language: str = ""
    time_zone: str = ""
    policy_version: str = ""
    policy_at: EpochMs = EpochMs(0)
    revision: int = 0
    removed_at: EpochMs | None = None


MOST_API_KEYS = 100
"""Of a tenant."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The key itself is shown once and stored as a hash only; `hint` is its last four characters. After a rotation the
    key of before, `former_hash`, is good until `former_until`."""

    key_id: str
    name: str
    scopes: tuple[Scope, ...]
    hint: str
    key_hash: str
    created_at: EpochMs = EpochMs(0)
    created_by: str = ""
    expires_at: EpochMs | None = None
    former_hash: str = ""
    former_until: EpochMs | None = None


API_KEY_PREFIX = "wpb_"
"""With which every key begins, so that whoever finds one lying about knows what it is."""
API_KEY_ROLE = "api_key"
"""What stands for a member's role where an API key calls."""


PLATFORM = TenantId("platform")
"""What operators of the platform have in the place of a tenant: nothing of a tenant is kept under it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes an API call, as the authorizer established it. `plan` is what the tenant pays for, `is_suspended`
    whether it is suspended. An API key is good until `key_ends` (epoch ms), a former one until its overlap ends; None
    for one without an end. Of an operator `session` and `issued_at` (epoch ms) are the access token's; one who looks at
    a tenant does so under `support_access_id`, until `until` (epoch ms)."""

    tenant_id: TenantId
    member_id: str
    role: str
    scopes: frozenset[str]
    plan: str = ""
    is_suspended: bool = False
    key_ends: EpochMs | None = None
    support_access_id: str = ""
    until: EpochMs | None = None
    session: str = ""
    issued_at: EpochMs = EpochMs(0)

    @property
    def is_key(self) -> bool:
        return self.role == API_KEY_ROLE
