"""The composition root of what brings webhooks to other stacks."""

import functools
import os
from collections.abc import Mapping

from functions.webhook_ingest.forward.forwarder import SECONDS, Forwarder
from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.queue import Queue
from shared.clients.webhook_sender import WebhookSender
from shared.config import required, stated
from shared.domain.numbers.cells import cell_urls
from shared.store.numbers.cells import CellDirectory


def build(env: Mapping[str, str]) -> Forwarder:
    """Raises ConfigError, which names the missing setting."""
    aws = AwsClients()
    return Forwarder(
        urls=cell_urls(stated(env, "CELL_URLS")),
        callback=required(env, "META_CALLBACK_URL"),
        control=stated(env, "CONTROL_URL"),
        cells=CellDirectory(lambda: aws.dynamodb, required(env, "DIRECTORY_TABLE")),
        secrets=SecretReader(aws.secrets, required(env, "META_SECRET_ARN"), MetaSecrets),
        # Its addresses are those that the stack was deployed with, not a tenant's.
        send=WebhookSender(allow_private=True, total_seconds=SECONDS).send,
        queue=Queue(aws.sqs, required(env, "FORWARD_QUEUE_URL")),
        parking=Parking(aws, required(env, "DATA_BUCKET")),
    )


@functools.cache
def deps() -> Forwarder:
    return build(os.environ)
