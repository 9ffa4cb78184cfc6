"""Tenants, the people who act for them, and what each may do."""

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.clock import EpochMs
from shared.ids import TenantId


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MARKETER = "marketer"
    AGENT = "agent"
    VIEWER = "viewer"


class Scope(StrEnum):
    """What a call needs. An API key carries some; a role implies some."""

    READ = "read"
    CONTACTS = "contacts"
    CAMPAIGNS = "campaigns"
    CONVERSATIONS = "conversations"
    SETTINGS = "settings"


_ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.OWNER: frozenset(Scope),
    Role.ADMIN: frozenset(Scope),
    Role.MARKETER: frozenset({Scope.READ, Scope.CONTACTS, Scope.CAMPAIGNS, Scope.CONVERSATIONS}),
    Role.AGENT: frozenset({Scope.READ, Scope.CONVERSATIONS}),
    Role.VIEWER: frozenset({Scope.READ}),
}


def scopes_of(role: Role) -> frozenset[Scope]:
    return _ROLE_SCOPES[role]


@dataclass(frozen=True, slots=True)
class Tenant:
    """A business. `plan` and `subscription_status` follow the payment provider; `country` is an ISO code.

    `number_plans` is the version of the table of number plans in whose canonical form every contact is stored, "" when
    nobody can say; `respelled` are the parts (version/part) of its contacts that were gone through for the next one.
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
    conversations that are handed out in turn."""

    member_id: str
    subject: str
    email: str
    role: Role
    created_at: EpochMs = EpochMs(0)
    available: bool = False


MOST_API_KEYS = 100
"""Of a tenant."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The key itself is shown once and stored as a hash only; `hint` is its last four characters."""

    key_id: str
    name: str
    scopes: tuple[Scope, ...]
    hint: str
    key_hash: str
    created_at: EpochMs = EpochMs(0)


API_KEY_ROLE = "api_key"
"""What stands for a member's role where an API key calls."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes an API call, as the authorizer established it. `plan` is what the tenant pays for."""

    tenant_id: TenantId
    member_id: str
    role: str
    scopes: frozenset[str]
    plan: str = ""

    @property
    def is_key(self) -> bool:
        return self.role == API_KEY_ROLE
