"""What contacts, fields and consent are made of."""

from dataclasses import dataclass

from shared.services.heads import Heads
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue
from shared.store.contacts.contacts import Contacts


@dataclass(frozen=True, slots=True)
class ContactParts:
    accounts: Accounts
    catalogue: Catalogue
    contacts: Contacts
    heads: Heads
