"""What the routes of events work with: the collaborators of the feed and of webhook endpoints."""

from dataclasses import dataclass

from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.store.accounts.leases import LeaseBook
from shared.store.conversations.conversations import Conversations
from shared.store.webhooks.backlog import WebhookBacklog
from shared.store.webhooks.deliveries import WebhookDeliveries
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed
from shared.store.webhooks.slow_hosts import SlowHosts


@dataclass(frozen=True, slots=True)
class FeedParts:
    feed: EventFeed
    conversations: Conversations
    leases: LeaseBook


@dataclass(frozen=True, slots=True)
class EndpointParts:
    """`private_webhooks`: whether webhooks may go to private addresses, and over http."""

    endpoints: WebhookEndpoints
    deliveries: WebhookDeliveries
    backlog: WebhookBacklog
    hosts: SlowHosts
    vault: Vault
    webhook_queue: Queue
    leases: LeaseBook
    private_webhooks: bool
