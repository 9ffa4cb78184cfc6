"""The composition root of the API, its authorizer and the import: settings parsed once, clients made once.

What only one of the three needs is imported where it is made, so that the other two do not wait for it.
"""

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.api.accounts.access_tokens import TokenRules, TokenVerifier
from shared.clients.aws import AwsClients
from shared.clients.files import Files
from shared.clients.queue import Queue
from shared.config import required
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue
from shared.store.contacts.contacts import Contacts
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory

if TYPE_CHECKING:
    from functions.api.accounts.user_pool import UserPool
    from functions.api.campaigns.schedules import Schedules
    from functions.api.http.idempotency import IdempotencyStore
    from functions.api.inbox.chat_signals import ChatSignals
    from functions.api.meta.calls import Graph
    from functions.api.numbers.connect import Connector
    from shared.clients.platform_secret import MetaSecrets, SecretReader
    from shared.clients.vault import Vault
    from shared.services.media import MediaService
    from shared.services.single_send import SingleSender
    from shared.store.accounts.notices import Notices
    from shared.store.campaigns.lanes import Lanes
    from shared.store.campaigns.sends import Sends
    from shared.store.conversations.agents import Agents
    from shared.store.conversations.conversations import Conversations
    from shared.store.conversations.inbox_settings import InboxSettings
    from shared.store.webhooks.deliveries import WebhookDeliveries
    from shared.store.webhooks.endpoints import WebhookEndpoints
    from shared.store.webhooks.event_feed import EventFeed

_UPLOAD_SECONDS = 20.0
"""API Gateway gives up after 30 s, and the message is yet to be sent then."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`private_webhooks`: whether webhooks may go to private addresses, and over http."""

    meta_app_id: str
    verify_email: bool
    private_webhooks: bool

    @classmethod
    def parse(cls, env: Mapping[str, str]) -> "Settings":
        """Raises ConfigError, which names the variable."""
        return cls(
            meta_app_id=required(env, "META_APP_ID"),
            verify_email=required(env, "EMAIL_VERIFICATION") != "skip",
            private_webhooks=required(env, "ALLOW_PRIVATE_WEBHOOKS") == "true",
        )


@dataclass(frozen=True, slots=True)
class AuthorizerDeps:
    accounts: Accounts
    tokens: TokenVerifier


@functools.cache
def authorizer_deps() -> AuthorizerDeps:
    env = os.environ
    rules = TokenRules(
        issuer=required(env, "USER_POOL_ISSUER"),
        user_pool_id=required(env, "USER_POOL_ID"),
        client_id=required(env, "USER_POOL_CLIENT_ID"),
    )
    return AuthorizerDeps(Accounts(Directory(open_database(env))), TokenVerifier(rules))


@dataclass(frozen=True, slots=True)
class ImportDeps:
    directory: Directory
    accounts: Accounts
    catalogue: Catalogue
    contacts: Contacts
    files: Files
    queue: Queue


@functools.cache
def import_deps() -> ImportDeps:
    env = os.environ
    database = open_database(env)
    aws = AwsClients(database.session)
    directory = Directory(database)
    return ImportDeps(
        directory=directory,
        accounts=Accounts(directory),
        catalogue=Catalogue(directory),
        contacts=Contacts(database),
        files=Files(aws.s3, required(env, "DATA_BUCKET")),
        queue=Queue(aws.sqs, required(env, "IMPORT_QUEUE_URL")),
    )


@dataclass(frozen=True, slots=True)
class Deps:
    settings: Settings
    directory: Directory
    accounts: Accounts
    catalogue: Catalogue
    contacts: Contacts
    conversations: "Conversations"
    agents: "Agents"
    inbox: "InboxSettings"
    notices: "Notices"
    signals: "ChatSignals"
    sends: "Sends"
    lanes: "Lanes"
    users: "UserPool"
    vault: "Vault"
    secrets: "SecretReader[MetaSecrets]"
    graph: "Graph"
    connector: "Connector"
    sender: "SingleSender"
    media: "MediaService"
    idempotency: "IdempotencyStore"
    schedules: "Schedules"
    files: Files
    start_queue: Queue
    load_queue: Queue
    lane_queue: Queue
    import_queue: Queue
    feed: "EventFeed"
    endpoints: "WebhookEndpoints"
    deliveries: "WebhookDeliveries"
    webhook_queue: Queue


@functools.cache
def deps() -> Deps:
    env = os.environ
    database = open_database(env)
    return build(env, database, AwsClients(database.session))


def build(env: Mapping[str, str], database: Database, aws: AwsClients) -> Deps:
    """Everything the HTTP API works with. Raises ConfigError."""
    from functions.api.accounts.user_pool import UserPool
    from functions.api.campaigns.schedules import Schedules, ScheduleTarget
    from functions.api.http.idempotency import IdempotencyStore
    from functions.api.inbox.chat_signals import ChatSignals
    from functions.api.meta.calls import SyncGraph
    from functions.api.numbers.connect import Connector
    from shared.clients.graph import GraphClient
    from shared.clients.platform_secret import MetaSecrets, SecretReader
    from shared.clients.vault import Vault
    from shared.services.media import MediaService
    from shared.services.meta_access import MetaAccess
    from shared.services.single_send import SingleSender
    from shared.store.accounts.notices import Notices
    from shared.store.campaigns.lanes import Lanes
    from shared.store.campaigns.sends import Sends
    from shared.store.conversations.agents import Agents
    from shared.store.conversations.conversations import Conversations
    from shared.store.conversations.inbox_settings import InboxSettings
    from shared.store.media.library import MediaLibrary
    from shared.store.webhooks.deliveries import WebhookDeliveries
    from shared.store.webhooks.endpoints import WebhookEndpoints
    from shared.store.webhooks.event_feed import EventFeed

    directory = Directory(database)
    accounts = Accounts(directory)
    contacts = Contacts(database)
    conversations = Conversations(database)
    vault = Vault(aws.kms, required(env, "KMS_KEY_ID"))
    secrets = SecretReader(aws.secrets, required(env, "META_SECRET_ARN"), MetaSecrets)
    client = GraphClient(required(env, "GRAPH_API_URL"), required(env, "GRAPH_API_VERSION"), max_connections=10)
    graph = SyncGraph(client)
    target = ScheduleTarget(
        group=required(env, "SCHEDULE_GROUP"),
        queue_arn=required(env, "START_QUEUE_ARN"),
        role_arn=required(env, "SCHEDULE_ROLE_ARN"),
    )
    files = Files(aws.s3, required(env, "DATA_BUCKET"))
    media = MediaService(
        MediaLibrary(directory),
        MetaAccess(accounts, vault, secrets),
        client,
        files,
        upload_seconds=_UPLOAD_SECONDS,
    )
    return Deps(
        settings=Settings.parse(env),
        directory=directory,
        accounts=accounts,
        catalogue=Catalogue(directory),
        contacts=contacts,
        conversations=conversations,
        agents=Agents(database),
        inbox=InboxSettings(directory),
        notices=Notices(directory),
        signals=ChatSignals(MetaAccess(accounts, vault, secrets), client),
        sends=Sends(database),
        lanes=Lanes(database),
        users=UserPool(aws.cognito, required(env, "USER_POOL_ID"), required(env, "USER_POOL_CLIENT_ID")),
        vault=vault,
        secrets=secrets,
        graph=graph,
        connector=Connector(graph, accounts, directory, vault),
        sender=SingleSender(accounts, contacts, conversations, vault, secrets, client, media),
        media=media,
        idempotency=IdempotencyStore(directory, vault),
        schedules=Schedules(aws.scheduler, target),
        files=files,
        start_queue=Queue(aws.sqs, required(env, "START_QUEUE_URL")),
        load_queue=Queue(aws.sqs, required(env, "LOAD_QUEUE_URL")),
        lane_queue=Queue(aws.sqs, required(env, "LANE_QUEUE_URL")),
        import_queue=Queue(aws.sqs, required(env, "IMPORT_QUEUE_URL")),
        feed=EventFeed(database),
        endpoints=WebhookEndpoints(directory),
        deliveries=WebhookDeliveries(database),
        webhook_queue=Queue(aws.sqs, required(env, "WEBHOOK_QUEUE_URL")),
    )
