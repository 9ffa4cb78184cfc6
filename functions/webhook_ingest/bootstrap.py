"""The composition root of the queue consumers: settings read once, clients made once, parts for each consumer."""

import functools
import os
from collections.abc import Mapping

from functions.webhook_ingest.account.parts import AccountParts
from functions.webhook_ingest.messages.list_parts import ListParts
from functions.webhook_ingest.messages.parts import MessageParts
from functions.webhook_ingest.messages.replies import Replies
from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from functions.webhook_ingest.people.reunion import Reunion
from functions.webhook_ingest.statuses.parts import StatusParts
from functions.webhook_ingest.sync.parts import SyncParts
from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.config import required
from shared.services.heads import Heads
from shared.services.recipient_events import RecipientEvents
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.mergers import Mergers
from shared.store.contacts.names import ContactNames
from shared.store.contacts.reach import ContactReach
from shared.store.contacts.senders import Senders
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.first_look import FirstLook
from shared.store.conversations.moves import ConversationMoves
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory
from shared.store.numbers.cells import CellDirectory
from shared.store.numbers.notices import Notices
from shared.store.numbers.onboardings import Onboardings
from shared.store.templates.templates import Templates
from shared.store.webhooks.endpoints import WebhookEndpoints


class Consumers:
    """Makes what each consumer works with. Raises ConfigError, which names the missing setting."""

    def __init__(self, database: Database, env: Mapping[str, str]) -> None:
        self._database = database
        self._env = env
        self._aws = AwsClients(database.session)
        self._directory = directory = Directory(database)
        self._notices = Notices(directory)
        self._accounts = Accounts(directory)
        self._campaigns = Campaigns(directory)
        self._templates = Templates(directory)
        self._contacts = Contacts(database)
        self._conversations = Conversations(database)
        self._moves = ConversationMoves(database, self._conversations.messages)
        self._sync = self._queue("SYNC_QUEUE_URL")
        self._parking = Parking(self._aws, required(env, "DATA_BUCKET"))
        self._owners = Owners(self._accounts)
        self._people = People(
            self._contacts,
            Mergers(database),
            ContactNames(database),
            ContactReach(database),
            Senders(database),
            Reunion(self._accounts, self._moves, self._sync),
        )
        self._heads = Heads(self._accounts, self._contacts, self._conversations)

    def messages(self) -> MessageParts:
        return MessageParts(
            contacts=self._contacts,
            conversations=self._conversations,
            first_look=FirstLook(self._database, self._contacts),
            list_parts=ListParts(self._accounts, self._conversations.list_split),
            owners=self._owners,
            people=self._people,
            heads=self._heads,
            replies=Replies(self._campaigns, Lanes(self._database), Sends(self._database), self._recipients),
            bots=self._queue("BOT_QUEUE_URL"),
            media=self._queue("MEDIA_QUEUE_URL"),
            parking=self._parking,
        )

    def statuses(self) -> StatusParts:
        return StatusParts(
            campaigns=self._campaigns,
            contacts=self._contacts,
            conversations=self._conversations,
            sends=Sends(self._database),
            lanes=Lanes(self._database),
            owners=self._owners,
            people=self._people,
            parking=self._parking,
            recipients=self._recipients,
        )

    def account(self) -> AccountParts:
        return AccountParts(
            accounts=self._accounts,
            campaigns=self._campaigns,
            templates=self._templates,
            lanes=Lanes(self._database),
            notices=self._notices,
            people=self._people,
            parking=self._parking,
            cells=CellDirectory(lambda: self._database.client, self._database.directory),
            forwards=self._queue("FORWARD_QUEUE_URL"),
            onboardings=Onboardings(self._directory),
        )

    def sync(self) -> SyncParts:
        return SyncParts(
            accounts=self._accounts,
            contacts=self._contacts,
            conversations=self._conversations,
            notices=self._notices,
            owners=self._owners,
            people=self._people,
            heads=self._heads,
            moves=self._moves,
            media=self._queue("MEDIA_QUEUE_URL"),
            sync=self._sync,
            parking=self._parking,
        )

    @functools.cached_property
    def _recipients(self) -> RecipientEvents:
        endpoints, queue = WebhookEndpoints(self._directory), self._queue("WEBHOOK_QUEUE_URL")
        return RecipientEvents(endpoints, Sends(self._database), queue)

    def _queue(self, setting: str) -> Queue:
        return Queue(self._aws.sqs, required(self._env, setting))


def _consumers() -> Consumers:
    return Consumers(open_database(os.environ), os.environ)


@functools.cache
def message_parts() -> MessageParts:
    return _consumers().messages()


@functools.cache
def status_parts() -> StatusParts:
    return _consumers().statuses()


@functools.cache
def account_parts() -> AccountParts:
    return _consumers().account()


@functools.cache
def sync_parts() -> SyncParts:
    return _consumers().sync()
