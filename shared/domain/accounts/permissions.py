"""Who may do what: the one table that the authorizer, the OpenAPI document and the README go by.

Each route names one scope (`http/routing.py`); a role has some of them, and so has an API key. What only a person can
do for themselves, for the team or for the business is in no key's reach, however much its maker may.

Operators of the platform are in no team, and theirs is no role that a member could be given: scopes of tenants and of
the platform have nothing in common.
"""

from collections.abc import Mapping
from enum import StrEnum


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
    AUDIT = "audit"
    SELF = "self"
    TEAM = "team"
    OWNERSHIP = "ownership"
    ENROLMENT = "enrolment"
    PLATFORM = "platform"


ABOUT: Mapping[Scope, str] = {
    Scope.READ: "see everything",
    Scope.CONTACTS: "change contacts, fields and imports",
    Scope.CAMPAIGNS: "make campaigns and templates, and send",
    Scope.CONVERSATIONS: "answer conversations",
    Scope.SETTINGS: "connect numbers, make API keys, change the business",
    Scope.AUDIT: "read who did what",
    Scope.SELF: "change one's own profile, password, second factor and sessions",
    Scope.TEAM: "invite, remove, and give roles",
    Scope.OWNERSHIP: "make and unmake owners",
    Scope.ENROLMENT: "set up an operator's own second factor",
    Scope.PLATFORM: "look after tenants, for operators of the platform",
}

OPERATOR = "operator"
"""What stands for a member's role where an operator of the platform calls."""
OPERATOR_SCOPES = frozenset({Scope.ENROLMENT, Scope.PLATFORM})
UNENROLLED_SCOPES = frozenset({Scope.ENROLMENT})
"""Of an operator without a second factor."""
TENANT_SCOPES = frozenset(Scope) - OPERATOR_SCOPES

ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.OWNER: TENANT_SCOPES,
    Role.ADMIN: TENANT_SCOPES - {Scope.OWNERSHIP},
    Role.MARKETER: frozenset({Scope.READ, Scope.CONTACTS, Scope.CAMPAIGNS, Scope.CONVERSATIONS, Scope.SELF}),
    Role.AGENT: frozenset({Scope.READ, Scope.CONVERSATIONS, Scope.SELF}),
    Role.VIEWER: frozenset({Scope.READ, Scope.SELF}),
}

KEY_SCOPES = TENANT_SCOPES - {Scope.SELF, Scope.TEAM, Scope.OWNERSHIP}
"""Those that an API key can have."""


WHILE_SUSPENDED = frozenset({Scope.READ, Scope.SELF}) | OPERATOR_SCOPES
"""Calls of these go on while a tenant is suspended, whatever their method: they change nothing of the tenant."""

ACTING_SCOPES = ROLE_SCOPES[Role.VIEWER] - {Scope.SELF}
"""Of an operator who looks at a tenant as its viewer: nobody of the team, so with nothing of their own there."""

CALLERS: Mapping[str, frozenset[Scope]] = {
    **{str(role): scopes for role, scopes in ROLE_SCOPES.items()},
    OPERATOR: OPERATOR_SCOPES,
}
"""The columns of the table, but for API keys."""


def scopes_of(role: Role) -> frozenset[Scope]:
    return ROLE_SCOPES[role]


def operator_scopes(*, enrolled: bool) -> frozenset[Scope]:
    """Of an operator, who has a second factor or not."""
    return OPERATOR_SCOPES if enrolled else UNENROLLED_SCOPES


def roles_with(scope: Scope) -> list[str]:
    """In the order of the roles."""
    return [role for role, scopes in CALLERS.items() if scope in scopes]
