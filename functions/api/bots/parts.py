"""What bots are made of."""

from dataclasses import dataclass

from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class BotParts:
    accounts: Accounts
    catalogue: Catalogue
