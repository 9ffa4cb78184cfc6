"""The composition root of the queue consumers: settings read once, clients made once."""

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.messages.replies import Replies
from functions.webhook_ingest.people.heads import Heads
from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from functions.webhook_ingest.people.reunion import Reunion
from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.config import required
from shared.store.accounts.notices import Notices
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.names import ContactNames
from shared.store.contacts.reach import ContactReach
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.moves import ConversationMoves
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: Accounts
    catalogue: Catalogue
    contacts: Contacts
    conversations: Conversations
    sends: Sends
    lanes: Lanes
    notices: Notices
    owners: Owners
    people: People
    heads: Heads
    moves: ConversationMoves
    replies: Replies
    bots: Queue
    media: Queue
    sync: Queue
    parking: Parking


def build(database: Database, env: Mapping[str, str]) -> Deps:
    """Raises ConfigError, which names the missing setting."""
    aws = AwsClients(database.session)
    directory = Directory(database)
    accounts, catalogue, contacts = Accounts(directory), Catalogue(directory), Contacts(database)
    sends, lanes = Sends(database), Lanes(database)
    conversations = Conversations(database)
    moves = ConversationMoves(database, conversations.messages)
    sync = Queue(aws.sqs, required(env, "SYNC_QUEUE_URL"))
    return Deps(
        accounts=accounts,
        catalogue=catalogue,
        contacts=contacts,
        conversations=conversations,
        sends=sends,
        lanes=lanes,
        notices=Notices(directory),
        owners=Owners(accounts),
        people=People(contacts, ContactNames(database), ContactReach(database), Reunion(accounts, moves, sync)),
        heads=Heads(accounts, contacts, conversations),
        moves=moves,
        replies=Replies(catalogue, lanes, sends),
        bots=Queue(aws.sqs, required(env, "BOT_QUEUE_URL")),
        media=Queue(aws.sqs, required(env, "MEDIA_QUEUE_URL")),
        sync=sync,
        parking=Parking(aws, required(env, "DATA_BUCKET")),
    )


@functools.cache
def deps() -> Deps:
    return build(open_database(os.environ), os.environ)
