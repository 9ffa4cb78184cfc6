"""The receiver's composition root: it loads neither database nor Stripe's library."""

import functools
import os
from dataclasses import dataclass

from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.clients.platform_secret import PlatformSecretReader
from shared.clients.queue import Queue
from shared.config import required


@dataclass(frozen=True, slots=True)
class Deps:
    secrets: PlatformSecretReader
    events: Queue
    parking: Parking


@functools.cache
def deps() -> Deps:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    aws = AwsClients()
    return Deps(
        PlatformSecretReader(aws.secrets, required(env, "PLATFORM_SECRET_ARN")),
        Queue(aws.sqs, required(env, "BILLING_QUEUE_URL")),
        Parking(aws, required(env, "DATA_BUCKET"), metric="BillingParked"),
    )
