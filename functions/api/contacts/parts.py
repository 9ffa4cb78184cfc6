"""What contacts, fields and consent are made of."""

from dataclasses import dataclass

from shared.services.heads import Heads
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields


@dataclass(frozen=True, slots=True)
class ContactParts:
    accounts: Accounts
    fields: ContactFields
    contacts: Contacts
    heads: Heads
