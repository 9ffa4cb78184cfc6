"""The composition root of what tells tenants of events: the change stream's consumer and the webhooks' deliverer.

Apart from the API's own: these two load neither its routes nor its clients.
"""

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.api.events.publish import Publisher
from functions.api.events.slow import SlowTenants
from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.clock import epoch_ms
from shared.config import required
from shared.ids import new_ulid
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed

if TYPE_CHECKING:
    from functions.api.events.courier import Courier


@dataclass(frozen=True, slots=True)
class ChangeDeps:
    publisher: Publisher
    queue: Queue
    parking: Parking
    slow: SlowTenants


@functools.cache
def change_deps() -> ChangeDeps:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    database = open_database(env)
    aws = AwsClients(database.session)
    queue = Queue(aws.sqs, required(env, "WEBHOOK_QUEUE_URL"))
    return ChangeDeps(
        publisher=_publisher(database, queue),
        queue=queue,
        parking=Parking(aws, required(env, "DATA_BUCKET"), metric="ChangeParked"),
        slow=SlowTenants(epoch_ms),
    )


@functools.cache
def deliver_deps() -> "Courier":
    """Raises ConfigError, which names the missing setting."""
    from functions.api.events.courier import Courier
    from functions.api.events.host_gate import HostGate
    from functions.api.events.room import Room
    from shared.clients.vault import OpenedSecrets, Vault
    from shared.clients.webhook_sender import WebhookSender
    from shared.store.webhooks.backlog import WebhookBacklog
    from shared.store.webhooks.deliveries import WebhookDeliveries
    from shared.store.webhooks.slow_hosts import SlowHosts

    env = os.environ
    database = open_database(env)
    aws = AwsClients(database.session)
    queue = Queue(aws.sqs, required(env, "WEBHOOK_QUEUE_URL"))
    publisher = _publisher(database, queue)
    return Courier(
        endpoints=WebhookEndpoints(Directory(database)),
        deliveries=WebhookDeliveries(database),
        open_secret=OpenedSecrets(Vault(aws.kms, required(env, "KMS_KEY_ID"))).open,
        send=WebhookSender(allow_private=required(env, "ALLOW_PRIVATE_WEBHOOKS") == "true").send,
        gate=HostGate(SlowHosts(database), epoch_ms, new_ulid),
        room=Room(WebhookBacklog(database), publisher, epoch_ms),
        queue=queue,
        publisher=publisher,
        clock=epoch_ms,
    )


def _publisher(database: Database, queue: Queue) -> Publisher:
    return Publisher(WebhookEndpoints(Directory(database)), queue, EventFeed(database))
