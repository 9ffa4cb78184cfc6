"""What taking in what a number brings along takes."""

from dataclasses import dataclass

from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.services.heads import Heads
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.moves import ConversationMoves
from shared.store.numbers.notices import Notices


@dataclass(frozen=True, slots=True)
class SyncParts:
    accounts: Accounts
    contacts: Contacts
    conversations: Conversations
    notices: Notices
    owners: Owners
    people: People
    heads: Heads
    moves: ConversationMoves
    media: Queue
    sync: Queue
    parking: Parking
