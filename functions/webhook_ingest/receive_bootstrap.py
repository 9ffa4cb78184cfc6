"""The receiver's composition root, apart from the consumers': it must load neither database nor models."""

import functools
import os
from dataclasses import dataclass

from functions.webhook_ingest.receive.cells import Cells
from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.queue import Queue
from shared.config import required, stated
from shared.domain.numbers.cells import cell_urls
from shared.store.numbers.cells import CellDirectory


@dataclass(frozen=True, slots=True)
class Deps:
    secrets: SecretReader[MetaSecrets]
    consent: Queue
    inbound: Queue
    statuses: Queue
    accounts: Queue
    forwards: Queue
    sync: Queue
    parking: Parking
    cells: Cells


@functools.cache
def deps() -> Deps:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    aws = AwsClients()
    return Deps(
        secrets=SecretReader(aws.secrets, required(env, "META_SECRET_ARN"), MetaSecrets),
        consent=Queue(aws.sqs, required(env, "CONSENT_QUEUE_URL")),
        inbound=Queue(aws.sqs, required(env, "INBOUND_QUEUE_URL")),
        statuses=Queue(aws.sqs, required(env, "STATUS_QUEUE_URL")),
        accounts=Queue(aws.sqs, required(env, "ACCOUNT_QUEUE_URL")),
        forwards=Queue(aws.sqs, required(env, "FORWARD_QUEUE_URL")),
        sync=Queue(aws.sqs, required(env, "SYNC_QUEUE_URL")),
        parking=Parking(aws, required(env, "DATA_BUCKET")),
        cells=Cells(
            CellDirectory(lambda: aws.dynamodb, required(env, "DIRECTORY_TABLE")),
            cell_urls(stated(env, "CELL_URLS")),
        ),
    )
