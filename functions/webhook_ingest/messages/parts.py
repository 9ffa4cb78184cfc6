"""What taking in a message takes."""

from dataclasses import dataclass

from functions.webhook_ingest.messages.list_parts import ListParts
from functions.webhook_ingest.messages.replies import Replies
from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.services.heads import Heads
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.first_look import FirstLook


@dataclass(frozen=True, slots=True)
class MessageParts:
    contacts: Contacts
    conversations: Conversations
    first_look: FirstLook
    list_parts: ListParts
    owners: Owners
    people: People
    heads: Heads
    replies: Replies
    bots: Queue
    media: Queue
    parking: Parking
