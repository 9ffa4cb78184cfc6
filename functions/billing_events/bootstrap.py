"""The composition root of the function that applies payment events."""

import functools
import os
from collections.abc import Mapping

from functions.billing_events.parts import BillingParts
from shared.clients.aws import AwsClients
from shared.clients.parking import Parking
from shared.clients.platform_secret import SecretReader, StripeKey
from shared.clients.stripe_gateway import StripeGateway
from shared.clock import epoch_ms
from shared.config import required
from shared.store.accounts.tenants import Accounts
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory


def build(database: Database, env: Mapping[str, str]) -> BillingParts:
    """Raises ConfigError, which names the missing setting."""
    aws = AwsClients(database.session)
    secrets = SecretReader(aws.secrets, required(env, "STRIPE_SECRET_ARN"), StripeKey)
    base_url = required(env, "STRIPE_API_URL")
    gateways: dict[str, StripeGateway] = {}

    def gateway() -> StripeGateway:
        key = secrets.read(epoch_ms()).stripe_api_key
        if key not in gateways:
            gateways.clear()
            gateways[key] = StripeGateway(key, base_url)
        return gateways[key]

    directory = Directory(database)
    parking = Parking(aws, required(env, "DATA_BUCKET"), metric="BillingParked")
    return BillingParts(directory, Accounts(directory), gateway, parking)


@functools.cache
def deps() -> BillingParts:
    return build(open_database(os.environ), os.environ)
