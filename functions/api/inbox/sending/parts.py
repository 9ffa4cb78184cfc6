"""What a message to send is made from."""

from dataclasses import dataclass

from shared.services.media import MediaService
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations


@dataclass(frozen=True, slots=True)
class DraftParts:
    accounts: Accounts
    catalogue: Catalogue
    contacts: Contacts
    conversations: Conversations
    media: MediaService
