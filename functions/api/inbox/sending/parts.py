"""What a message to send is made from."""

from dataclasses import dataclass

from shared.services.media import MediaService
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.conversations.conversations import Conversations
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class DraftParts:
    accounts: Accounts
    contacts: Contacts
    fields: ContactFields
    templates: Templates
    conversations: Conversations
    media: MediaService
