"""What bots are made of."""

from dataclasses import dataclass

from shared.store.accounts.tenants import Accounts
from shared.store.bots.bots import Bots


@dataclass(frozen=True, slots=True)
class BotParts:
    accounts: Accounts
    bots: Bots
