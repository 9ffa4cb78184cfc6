"""The composition root of the function that compacts journals of statuses."""

import functools
import os
from collections.abc import Mapping

from functions.webhook_ingest.statuses.parts import CompactionParts
from shared.clients.aws import AwsClients
from shared.clients.queue import Queue
from shared.config import required, required_int
from shared.services.recipient_events import RecipientEvents
from shared.store.campaigns.sends import Sends
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory
from shared.store.webhooks.endpoints import WebhookEndpoints


def build(database: Database, env: Mapping[str, str]) -> CompactionParts:
    """Raises ConfigError, which names the missing setting."""
    sends, queue = Sends(database), Queue(AwsClients(database.session).sqs, required(env, "WEBHOOK_QUEUE_URL"))
    recipients = RecipientEvents(WebhookEndpoints(Directory(database)), sends, queue)
    return CompactionParts(sends, recipients, every_ms=required_int(env, "STATUS_COMPACTION_SECONDS") * 1000)


@functools.cache
def deps() -> CompactionParts:
    return build(open_database(os.environ), os.environ)
