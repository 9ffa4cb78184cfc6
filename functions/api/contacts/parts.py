"""What contacts, fields and consent are made of."""

from dataclasses import dataclass

from shared.services.heads import Heads
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.contacts.mergers import Mergers
from shared.store.conversations.conversations import Conversations


@dataclass(frozen=True, slots=True)
class ContactParts:
    accounts: Accounts
    fields: ContactFields
    contacts: Contacts
    conversations: Conversations
    mergers: Mergers
    heads: Heads
