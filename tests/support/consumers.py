"""All that the consumers of webhooks work with, in one place: for tests that prepare it or look behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from functions.webhook_ingest import account_handler, inbound_handler, status_handler, sync_handler
from functions.webhook_ingest.account.parts import AccountParts
from functions.webhook_ingest.bootstrap import Consumers
from functions.webhook_ingest.messages.parts import MessageParts
from functions.webhook_ingest.messages.replies import Replies
from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from functions.webhook_ingest.statuses.parts import StatusParts
from functions.webhook_ingest.sync.parts import SyncParts
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.services.heads import Heads
from shared.store.accounts.notices import Notices
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.moves import ConversationMoves
from shared.store.engine.database import Database


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

    def for_messages(self) -> MessageParts:
        return MessageParts(
            contacts=self.contacts,
            conversations=self.conversations,
            owners=self.owners,
            people=self.people,
            heads=self.heads,
            replies=self.replies,
            bots=self.bots,
            media=self.media,
            parking=self.parking,
        )

    def for_statuses(self) -> StatusParts:
        return StatusParts(
            catalogue=self.catalogue,
            contacts=self.contacts,
            conversations=self.conversations,
            sends=self.sends,
            lanes=self.lanes,
            owners=self.owners,
            people=self.people,
            parking=self.parking,
        )

    def for_account(self) -> AccountParts:
        return AccountParts(
            accounts=self.accounts,
            catalogue=self.catalogue,
            lanes=self.lanes,
            notices=self.notices,
            people=self.people,
            parking=self.parking,
        )

    def for_sync(self) -> SyncParts:
        return SyncParts(
            accounts=self.accounts,
            contacts=self.contacts,
            conversations=self.conversations,
            notices=self.notices,
            owners=self.owners,
            people=self.people,
            heads=self.heads,
            moves=self.moves,
            media=self.media,
            sync=self.sync,
            parking=self.parking,
        )

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The handlers work with these until the end of the test."""
        monkeypatch.setattr(inbound_handler, "deps", self.for_messages)
        monkeypatch.setattr(status_handler, "deps", self.for_statuses)
        monkeypatch.setattr(account_handler, "deps", self.for_account)
        monkeypatch.setattr(sync_handler, "deps", self.for_sync)


def build(database: Database, env: Mapping[str, str]) -> Deps:
    """As the handlers' bootstraps make it. Raises ConfigError."""
    consumers = Consumers(database, env)
    messages, statuses = consumers.messages(), consumers.statuses()
    account, sync = consumers.account(), consumers.sync()
    return Deps(
        accounts=account.accounts,
        catalogue=account.catalogue,
        contacts=messages.contacts,
        conversations=messages.conversations,
        sends=statuses.sends,
        lanes=statuses.lanes,
        notices=account.notices,
        owners=messages.owners,
        people=messages.people,
        heads=messages.heads,
        moves=sync.moves,
        replies=messages.replies,
        bots=messages.bots,
        media=messages.media,
        sync=sync.sync,
        parking=messages.parking,
    )
