"""The composition root of the HTTP API: settings parsed once, clients and stores made once, parts for each noun."""

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass

from functions.api.accounts.parts import AccountParts
from functions.api.accounts.signup import Doors
from functions.api.accounts.user_pool import UserPool
from functions.api.bots.parts import BotParts
from functions.api.campaigns.parts import CampaignParts
from functions.api.campaigns.schedules import Schedules, ScheduleTarget
from functions.api.contacts.imports.parts import ImportParts
from functions.api.contacts.parts import ContactParts
from functions.api.events.parts import EndpointParts, FeedParts
from functions.api.http.idempotency import IdempotencyStore
from functions.api.inbox.chat_signals import ChatSignals
from functions.api.inbox.parts import CannedReplyParts, ConversationParts, DeskParts, SearchParts, TimelineParts
from functions.api.inbox.sending.parts import DraftParts
from functions.api.media.parts import MediaParts
from functions.api.meta.calls import SyncGraph
from functions.api.numbers.connect import Connector
from functions.api.numbers.parts import NumberParts
from functions.api.templates.parts import TemplateParts
from shared.clients.aws import AwsClients
from shared.clients.files import Files
from shared.clients.graph import GraphClient
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.config import required
from shared.services.heads import Heads
from shared.services.media import MediaService
from shared.services.meta_access import MetaAccess
from shared.services.single_send import SingleSender
from shared.store.accounts.leases import LeaseBook
from shared.store.accounts.notices import Notices
from shared.store.accounts.signups import Signups
from shared.store.accounts.tenants import Accounts
from shared.store.bots.bots import Bots
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.conversations.agents import Agents
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.inbox_settings import InboxSettings
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory
from shared.store.media.library import MediaLibrary
from shared.store.templates.templates import Templates
from shared.store.webhooks.deliveries import WebhookDeliveries
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed

Parts = Mapping[type[object], object]
"""Type -> the one collaborator, or the collaborators of a noun, of that type."""

_UPLOAD_SECONDS = 20.0
"""API Gateway gives up after 30 s, and the message is yet to be sent then."""


@functools.cache
def parts() -> Parts:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    database = open_database(env)
    return build(env, database, AwsClients(database.session))


@dataclass(frozen=True, slots=True)
class _Common:
    """What several nouns are made of."""

    directory: Directory
    accounts: Accounts
    bots: Bots
    campaigns: Campaigns
    fields: ContactFields
    templates: Templates
    contacts: Contacts
    conversations: Conversations
    inbox: InboxSettings
    vault: Vault
    secrets: SecretReader[MetaSecrets]
    access: MetaAccess
    client: GraphClient
    graph: SyncGraph
    files: Files
    media: MediaService


def build(env: Mapping[str, str], database: Database, aws: AwsClients) -> Parts:
    """Everything the routes work with. Raises ConfigError."""
    common, leases = _common(env, database, aws), LeaseBook(database)
    return {
        IdempotencyStore: IdempotencyStore(common.directory, common.vault),
        Directory: common.directory,
        Accounts: common.accounts,
        InboxSettings: common.inbox,
        Notices: Notices(common.directory),
        FeedParts: FeedParts(EventFeed(database), common.conversations, leases),
        AccountParts: AccountParts(
            accounts=common.accounts,
            doors=Doors(
                UserPool(aws.cognito, required(env, "USER_POOL_ID"), required(env, "USER_POOL_CLIENT_ID")),
                common.accounts,
                Signups(common.directory),
            ),
            verify_email=required(env, "EMAIL_VERIFICATION") != "skip",
        ),
        BotParts: BotParts(common.accounts, common.bots),
        ContactParts: ContactParts(
            accounts=common.accounts,
            fields=common.fields,
            contacts=common.contacts,
            heads=Heads(common.accounts, common.contacts, common.conversations),
        ),
        ImportParts: ImportParts(
            accounts=common.accounts,
            directory=common.directory,
            files=common.files,
            import_queue=Queue(aws.sqs, required(env, "IMPORT_QUEUE_URL")),
        ),
        MediaParts: MediaParts(common.media, common.conversations),
        EndpointParts: EndpointParts(
            endpoints=WebhookEndpoints(common.directory),
            deliveries=WebhookDeliveries(database),
            vault=common.vault,
            webhook_queue=Queue(aws.sqs, required(env, "WEBHOOK_QUEUE_URL")),
            leases=leases,
            private_webhooks=required(env, "ALLOW_PRIVATE_WEBHOOKS") == "true",
        ),
        **_of_accounts_at_meta(env, common),
        **_of_campaigns(env, database, aws, common),
        **_of_the_inbox(database, common),
    }


def _common(env: Mapping[str, str], database: Database, aws: AwsClients) -> _Common:
    directory = Directory(database)
    accounts = Accounts(directory)
    vault = Vault(aws.kms, required(env, "KMS_KEY_ID"))
    secrets = SecretReader(aws.secrets, required(env, "META_SECRET_ARN"), MetaSecrets)
    access = MetaAccess(accounts, vault, secrets)
    client = GraphClient(required(env, "GRAPH_API_URL"), required(env, "GRAPH_API_VERSION"), max_connections=10)
    files = Files(aws.s3, required(env, "DATA_BUCKET"))
    return _Common(
        directory=directory,
        accounts=accounts,
        bots=Bots(directory),
        campaigns=Campaigns(directory),
        fields=ContactFields(directory),
        templates=Templates(directory),
        contacts=Contacts(database),
        conversations=Conversations(database),
        inbox=InboxSettings(directory),
        vault=vault,
        secrets=secrets,
        access=access,
        client=client,
        graph=SyncGraph(client),
        files=files,
        media=MediaService(MediaLibrary(directory), access, client, files, upload_seconds=_UPLOAD_SECONDS),
    )


def _of_accounts_at_meta(env: Mapping[str, str], common: _Common) -> Parts:
    return {
        NumberParts: NumberParts(
            accounts=common.accounts,
            templates=common.templates,
            secrets=common.secrets,
            connector=Connector(common.graph, common.accounts, common.directory, common.vault),
            graph=common.graph,
            meta_app_id=required(env, "META_APP_ID"),
        ),
        TemplateParts: TemplateParts(common.accounts, common.templates, common.graph, common.access),
    }


def _of_campaigns(env: Mapping[str, str], database: Database, aws: AwsClients, common: _Common) -> Parts:
    target = ScheduleTarget(
        group=required(env, "SCHEDULE_GROUP"),
        queue_arn=required(env, "START_QUEUE_ARN"),
        role_arn=required(env, "SCHEDULE_ROLE_ARN"),
    )
    return {
        CampaignParts: CampaignParts(
            directory=common.directory,
            accounts=common.accounts,
            campaigns=common.campaigns,
            fields=common.fields,
            templates=common.templates,
            sends=Sends(database),
            lanes=Lanes(database),
            schedules=Schedules(aws.scheduler, target),
            graph=common.graph,
            access=common.access,
            media=common.media,
            start_queue=Queue(aws.sqs, required(env, "START_QUEUE_URL")),
            load_queue=Queue(aws.sqs, required(env, "LOAD_QUEUE_URL")),
            lane_queue=Queue(aws.sqs, required(env, "LANE_QUEUE_URL")),
        )
    }


def _of_the_inbox(database: Database, common: _Common) -> Parts:
    accounts, contacts, conversations = common.accounts, common.contacts, common.conversations
    signals = ChatSignals(common.access, common.client)
    sender = SingleSender(accounts, contacts, conversations, common.access, common.client, common.media)
    return {
        ConversationParts: ConversationParts(
            accounts=accounts,
            contacts=contacts,
            conversations=conversations,
            drafts=DraftParts(accounts, contacts, common.fields, common.templates, conversations, common.media),
            sender=sender,
            signals=signals,
        ),
        DeskParts: DeskParts(accounts, Agents(database), conversations, common.inbox, signals),
        CannedReplyParts: CannedReplyParts(common.fields, contacts, common.inbox),
        SearchParts: SearchParts(accounts, contacts, conversations, common.inbox),
        TimelineParts: TimelineParts(
            accounts=accounts,
            campaigns=common.campaigns,
            contacts=contacts,
            conversations=conversations,
            templates=common.templates,
            lanes=Lanes(database),
            sends=Sends(database),
        ),
    }
