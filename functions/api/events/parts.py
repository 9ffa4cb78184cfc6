"""What webhook endpoints are made of."""

from dataclasses import dataclass

from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.store.webhooks.deliveries import WebhookDeliveries
from shared.store.webhooks.endpoints import WebhookEndpoints


@dataclass(frozen=True, slots=True)
class EndpointParts:
    """`private_webhooks`: whether webhooks may go to private addresses, and over http."""

    endpoints: WebhookEndpoints
    deliveries: WebhookDeliveries
    vault: Vault
    webhook_queue: Queue
    private_webhooks: bool
