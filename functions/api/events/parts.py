"""What webhook endpoints are made of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.clock import EpochMs
from shared.domain.accounts.account import Principal
from shared.domain.leases import WAITING
from shared.store.accounts.leases import LeaseBook
from shared.store.webhooks.deliveries import WebhookDeliveries
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed


@dataclass(frozen=True, slots=True)
class FeedParts:
    feed: EventFeed
    leases: LeaseBook

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
