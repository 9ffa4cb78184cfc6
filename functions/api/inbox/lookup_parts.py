"""What of the inbox is made of stores alone: it loads nothing that sends."""

from dataclasses import dataclass

from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.inbox_settings import InboxSettings
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class CannedReplyParts:
    fields: ContactFields
    contacts: Contacts
    inbox: InboxSettings


@dataclass(frozen=True, slots=True)
class SearchParts:
    accounts: Accounts
    contacts: Contacts
    fields: ContactFields
    conversations: Conversations
    inbox: InboxSettings


@dataclass(frozen=True, slots=True)
class TimelineParts:
    accounts: Accounts
    campaigns: Campaigns
    contacts: Contacts
    conversations: Conversations
    templates: Templates
    lanes: Lanes
    sends: Sends
