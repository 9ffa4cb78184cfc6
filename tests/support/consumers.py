"""All that the consumers of webhooks work with, in one place: for tests that prepare it or look behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pytest

from functions.webhook_ingest import account_handler, inbound_handler, status_handler, sync_handler
from functions.webhook_ingest.account.parts import AccountParts
from functions.webhook_ingest.bootstrap import Consumers
from functions.webhook_ingest.messages.list_parts import ListParts
from functions.webhook_ingest.messages.parts import MessageParts
from functions.webhook_ingest.messages.replies import Replies
from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from functions.webhook_ingest.statuses.parts import StatusParts
from functions.webhook_ingest.sync.parts import SyncParts
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.services.heads import Heads
from shared.services.recipient_events import RecipientEvents
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.first_look import FirstLook
from shared.store.conversations.moves import ConversationMoves
from shared.store.engine.database import Database
from shared.store.numbers.cells import CellDirectory
from shared.store.numbers.notices import Notices
from shared.store.numbers.onboardings import Onboardings
from shared.store.templates.templates import Templates

P = TypeVar("P", MessageParts, StatusParts, AccountParts, SyncParts)


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: Accounts
    campaigns: Campaigns
    templates: Templates
    contacts: Contacts
    conversations: Conversations
    sends: Sends
    lanes: Lanes
    notices: Notices
    first_look: FirstLook
    list_parts: ListParts
    owners: Owners
    people: People
    heads: Heads
    moves: ConversationMoves
    replies: Replies
    bots: Queue
    media: Queue
    sync: Queue
    parking: Parking
    cells: CellDirectory
    forwards: Queue
    recipients: RecipientEvents
    onboardings: Onboardings

    def for_messages(self) -> MessageParts:
        return self._as(MessageParts)

    def for_statuses(self) -> StatusParts:
        return self._as(StatusParts)

    def for_account(self) -> AccountParts:
        return self._as(AccountParts)

    def for_sync(self) -> SyncParts:
        return self._as(SyncParts)

    def _as(self, parts: type[P]) -> P:
        return parts(**_parts_in(self, parts))

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The handlers work with these until the end of the test."""
        monkeypatch.setattr(inbound_handler, "deps", self.for_messages)
        monkeypatch.setattr(status_handler, "deps", self.for_statuses)
        monkeypatch.setattr(account_handler, "deps", self.for_account)
        monkeypatch.setattr(sync_handler, "deps", self.for_sync)


def build(database: Database, env: Mapping[str, str]) -> Deps:
    """As the handlers' bootstraps make it. Raises ConfigError."""
    consumers = Consumers(database, env)
    every = (consumers.messages(), consumers.statuses(), consumers.account(), consumers.sync())
    return Deps(**{name: part for parts in every for name, part in _parts_in(parts, type(parts)).items()})


def _parts_in(holder: object, kind: type[Any]) -> dict[str, Any]:
    """What a consumer of this kind works with, out of whatever holds it under the same names."""
    return {field.name: getattr(holder, field.name) for field in fields(kind)}
