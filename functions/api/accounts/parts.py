"""What accounts, sessions and API keys are made of."""

from dataclasses import dataclass

from functions.api.accounts.mailer import Mailer
from functions.api.accounts.sessions.entrance import Entrance
from shared.store.accounts.tenants import Accounts


@dataclass(frozen=True, slots=True)
class AccountParts:
    """`verify_email`: whether an address must be confirmed before its owner can log in."""

    accounts: Accounts
    entrance: Entrance
    mailer: Mailer
    verify_email: bool
