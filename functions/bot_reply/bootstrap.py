"""The composition root of the bots' function: settings read once, clients made once."""

import functools
import os
from collections.abc import Mapping

from functions.bot_reply.parts import BotParts
from shared.clients.aws import AwsClients
from shared.clients.graph import GraphClient
from shared.clients.parking import Parking
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.vault import Vault
from shared.config import required
from shared.services.meta_access import MetaAccess
from shared.services.single_send import SingleSender
from shared.store.accounts.tenants import Accounts
from shared.store.bots.bots import Bots
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory


def build(database: Database, env: Mapping[str, str]) -> BotParts:
    """Raises ConfigError, which names the missing setting."""
    aws = AwsClients(database.session)
    directory, conversations = Directory(database), Conversations(database)
    accounts = Accounts(directory)
    meta = MetaAccess(
        accounts,
        Vault(aws.kms, required(env, "KMS_KEY_ID")),
        SecretReader(aws.secrets, required(env, "META_SECRET_ARN"), MetaSecrets),
    )
    graph = GraphClient(required(env, "GRAPH_API_URL"), required(env, "GRAPH_API_VERSION"))
    sender = SingleSender(accounts, Contacts(database), conversations, meta, graph, SendingStops(database))
    parking = Parking(aws, required(env, "DATA_BUCKET"), metric="BotTurnParked")
    return BotParts(Bots(directory), conversations, sender, parking)


@functools.cache
def deps() -> BotParts:
    return build(open_database(os.environ), os.environ)
