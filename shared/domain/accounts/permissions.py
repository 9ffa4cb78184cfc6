"""Who may do what: the one table that the authorizer, the OpenAPI document and the README go by.

Each route names one scope (`http/routing.py`); a role has some of them, and so has an API key. What only a person can
do for themselves, for the team or for the business is in no key's reach, however much its maker may.
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
}

ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.OWNER: frozenset(Scope),
    Role.ADMIN: frozenset(Scope) - {Scope.OWNERSHIP},
    Role.MARKETER: frozenset({Scope.READ, Scope.CONTACTS, Scope.CAMPAIGNS, Scope.CONVERSATIONS, Scope.SELF}),
    Role.AGENT: frozenset({Scope.READ, Scope.CONVERSATIONS, Scope.SELF}),
    Role.VIEWER: frozenset({Scope.READ, Scope.SELF}),
}

KEY_SCOPES = frozenset(Scope) - {Scope.SELF, Scope.TEAM, Scope.OWNERSHIP}
"""Those that an API key can have."""


def scopes_of(role: Role) -> frozenset[Scope]:
    return ROLE_SCOPES[role]


def roles_with(scope: Scope) -> list[Role]:
    """In the order of the roles."""
    return [role for role in Role if scope in ROLE_SCOPES[role]]
