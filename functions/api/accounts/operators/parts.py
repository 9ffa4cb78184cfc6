"""What operators of the platform work with."""

from dataclasses import dataclass

from functions.api.accounts.sessions.entrance import Entrance
from functions.api.contacts.imports.job import Imports
from shared.store.accounts.api_keys import ApiKeys
from shared.store.accounts.operators import Operators
from shared.store.accounts.support_access import SupportAccesses
from shared.store.accounts.suspensions import Suspensions
from shared.store.accounts.tenant_list import TenantList
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.conversations.conversations import Conversations


@dataclass(frozen=True, slots=True)
class OperatorParts:
    accounts: Accounts
    operators: Operators
    tenants: TenantList
    suspensions: Suspensions
    accesses: SupportAccesses
    entrance: Entrance


@dataclass(frozen=True, slots=True)
class UsageParts:
    accounts: Accounts
    keys: ApiKeys
    campaigns: Campaigns
    conversations: Conversations
    imports: Imports
