"""The composition root of the function that sends campaigns."""

import functools
import os
from collections.abc import Mapping

from functions.campaign_dispatch.lane.parts import LaneParts
from functions.campaign_dispatch.lane.sender import MOST_IN_FLIGHT
from shared.clients.aws import AwsClients
from shared.clients.graph import GraphClient
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.config import required, required_int
from shared.services.meta_access import MetaAccess
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory
from shared.store.templates.templates import Templates


def build(database: Database, env: Mapping[str, str]) -> LaneParts:
    """Raises ConfigError, which names the missing setting."""
    aws, directory = AwsClients(database.session), Directory(database)
    accounts = Accounts(directory)
    api_url, api_version = required(env, "GRAPH_API_URL"), required(env, "GRAPH_API_VERSION")
    return LaneParts(
        accounts=accounts,
        campaigns=Campaigns(directory),
        templates=Templates(directory),
        lanes=Lanes(database),
        sends=Sends(database),
        consent=Contacts(database).consent,
        stops=SendingStops(database),
        meta=MetaAccess(
            accounts,
            Vault(aws.kms, required(env, "KMS_KEY_ID")),
            SecretReader(aws.secrets, required(env, "META_SECRET_ARN"), MetaSecrets),
        ),
        graph=functools.partial(GraphClient, api_url, api_version, max_connections=MOST_IN_FLIGHT),
        lane_queue=Queue(aws.sqs, required(env, "LANE_QUEUE_URL")),
        slice_seconds=required_int(env, "LANE_SLICE_SECONDS"),
    )


@functools.cache
def deps() -> LaneParts:
    return build(open_database(os.environ), os.environ)
