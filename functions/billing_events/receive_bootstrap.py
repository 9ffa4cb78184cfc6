"""The receiver's composition root: it loads neither database nor Stripe's library."""

import functools
import os
from dataclasses import dataclass

from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.clients.platform_secret import SecretReader, StripeWebhookSecret
from shared.clients.queue import Queue
from shared.config import required


@dataclass(frozen=True, slots=True)
class Deps:
    secrets: SecretReader[StripeWebhookSecret]
    events: Queue
    parking: Parking


@functools.cache
def deps() -> Deps:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    aws = AwsClients()
    return Deps(
        SecretReader(aws.secrets, required(env, "STRIPE_WEBHOOK_SECRET_ARN"), StripeWebhookSecret),
        Queue(aws.sqs, required(env, "BILLING_QUEUE_URL")),
        Parking(aws, required(env, "DATA_BUCKET"), metric="BillingParked"),
    )
