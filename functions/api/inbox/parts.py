"""What conversations, and the desk that answers them, are made of."""

from dataclasses import dataclass

from functions.api.inbox.chat_signals import ChatSignals
from functions.api.inbox.sending.parts import DraftParts
from shared.services.single_send import SingleSender
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.agents import Agents
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.inbox_settings import InboxSettings


@dataclass(frozen=True, slots=True)
class ConversationParts:
    accounts: Accounts
    contacts: Contacts
    conversations: Conversations
    drafts: DraftParts
    sender: SingleSender
    signals: ChatSignals


@dataclass(frozen=True, slots=True)
class DeskParts:
    accounts: Accounts
    agents: Agents
    conversations: Conversations
    inbox: InboxSettings
    signals: ChatSignals
