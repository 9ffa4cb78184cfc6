"""What webhook endpoints are made of."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from functions.api.events.logic.choice import Choice, FeedEvent, conversation_of
from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.clock import EpochMs
from shared.domain.accounts.account import Principal
from shared.domain.leases import WAITING
from shared.ids import ConversationId, TenantId
from shared.store.accounts.leases import LeaseBook
from shared.store.conversations.conversations import Conversations
from shared.store.webhooks.deliveries import WebhookDeliveries
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader gets of the feed: the events asked for, the cursor behind all that was looked at, and whether there
    is more to look at already."""

    events: list[FeedEvent]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class FeedParts:
    feed: EventFeed
    conversations: Conversations
    leases: LeaseBook

    def look(self, tenant_id: TenantId, cursor: str, choice: Choice, now: EpochMs) -> Look:
        """What follows a cursor; `now` is epoch ms. For a desk, the heads of the conversations told of are read, 1 RRU
        each: where they lie now, which is what a list of the desk shows. Raises what `EventFeed.read` raises."""
        news = self.feed.read(tenant_id, cursor, now)
        events: list[FeedEvent] = [event for event in map(json.loads, news.events) if choice.may_include(event)]
        desks: dict[ConversationId, str] = {}
        if choice.desk is not None:
            ids = list(dict.fromkeys(map(conversation_of, events)))
            heads = self.conversations.get_many(tenant_id, ids, consistent=True)
            desks = {head.conversation_id: head.assignee for head in heads}
        return Look([event for event in events if choice.includes(event, desks)], news.cursor, news.more)

    @contextmanager
    def waiting(self, principal: Principal, lease_id: str, until: EpochMs, now: EpochMs) -> Iterator[None]:
        """While a call of theirs holds a worker. Raises RateLimited."""
        tenant_id = principal.tenant_id
        self.leases.take(tenant_id, WAITING, lease_id, principal.member_id, until=until, now=now)
        try:
            yield
        finally:
            self.leases.give_back(tenant_id, WAITING, lease_id)


@dataclass(frozen=True, slots=True)
class EndpointParts:
    """`private_webhooks`: whether webhooks may go to private addresses, and over http."""

    endpoints: WebhookEndpoints
    deliveries: WebhookDeliveries
    vault: Vault
    webhook_queue: Queue
    leases: LeaseBook
    private_webhooks: bool
