"""What several nouns of the HTTP API are made of: settings parsed once, clients and stores made when first asked for.

Imports stand where things are made: what a noun needs costs the cold starts of other nouns nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from shared.clients.aws import AwsClients
from shared.clients.vault import Vault
from shared.config import required, required_int, stated
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory

if TYPE_CHECKING:
    from functions.api.inbox.chat_signals import ChatSignals
    from functions.api.meta.calls import SyncGraph
    from shared.clients.files import Files
    from shared.clients.graph import GraphClient
    from shared.clients.platform_secret import MetaSecrets, SecretReader
    from shared.clients.queue import Queue
    from shared.services.media import MediaService
    from shared.services.meta_access import MetaAccess
    from shared.services.single_send import SingleSender
    from shared.store.accounts.leases import LeaseBook
    from shared.store.accounts.tenants import Accounts
    from shared.store.audit.trail import AuditTrail
    from shared.store.campaigns.campaigns import Campaigns
    from shared.store.contacts.contacts import Contacts
    from shared.store.contacts.fields import ContactFields
    from shared.store.conversations.conversations import Conversations
    from shared.store.conversations.inbox_settings import InboxSettings
    from shared.store.templates.templates import Templates

_UPLOAD_SECONDS = 20.0
"""API Gateway gives up after 30 s, and the message is yet to be sent then."""
_ONE_OF_SEVERAL_SECONDS = 5.0
_ONE_OF_TWO_SECONDS = 12.0
"""An edit asks Meta, then reads what came of it; who is ended after 29 s can tell nobody that Meta is slow."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The function's block in the template, but for the tables."""

    kms_key_id: str
    meta_secret_arn: str
    meta_app_id: str
    meta_configuration_id: str
    meta_sdk_url: str
    graph_url: str
    graph_version: str
    data_bucket: str
    import_queue_url: str
    webhook_queue_url: str
    forward_queue_url: str
    start_queue_url: str
    start_queue_arn: str
    dry_run_queue_url: str
    lane_queue_url: str
    schedule_group: str
    schedule_role_arn: str
    user_pool_id: str
    user_pool_client_id: str
    verify_email: bool
    mail_from: str
    private_webhooks: bool
    callback_url: str
    api_url: str
    call_limit_factor: int
    control_url: str
    """Empty unless this is one stack of several, and not the control stack."""

    @classmethod
    def of(cls, env: Mapping[str, str]) -> "Settings":
        """Raises ConfigError, which names the missing setting."""
        return cls(
            kms_key_id=required(env, "KMS_KEY_ID"),
            meta_secret_arn=required(env, "META_SECRET_ARN"),
            meta_app_id=required(env, "META_APP_ID"),
            meta_configuration_id=stated(env, "META_CONFIGURATION_ID"),
            meta_sdk_url=required(env, "META_SDK_URL"),
            graph_url=required(env, "GRAPH_API_URL"),
            graph_version=required(env, "GRAPH_API_VERSION"),
            data_bucket=required(env, "DATA_BUCKET"),
            import_queue_url=required(env, "IMPORT_QUEUE_URL"),
            webhook_queue_url=required(env, "WEBHOOK_QUEUE_URL"),
            forward_queue_url=required(env, "FORWARD_QUEUE_URL"),
            start_queue_url=required(env, "START_QUEUE_URL"),
            start_queue_arn=required(env, "START_QUEUE_ARN"),
            dry_run_queue_url=required(env, "DRY_RUN_QUEUE_URL"),
            lane_queue_url=required(env, "LANE_QUEUE_URL"),
            schedule_group=required(env, "SCHEDULE_GROUP"),
            schedule_role_arn=required(env, "SCHEDULE_ROLE_ARN"),
            user_pool_id=required(env, "USER_POOL_ID"),
            user_pool_client_id=required(env, "USER_POOL_CLIENT_ID"),
            verify_email=required(env, "EMAIL_VERIFICATION") != "skip",
            mail_from=stated(env, "MAIL_FROM"),
            private_webhooks=required(env, "ALLOW_PRIVATE_WEBHOOKS") == "true",
            callback_url=required(env, "META_CALLBACK_URL"),
            api_url=required(env, "API_URL"),
            call_limit_factor=required_int(env, "CALL_LIMIT_FACTOR"),
            control_url=stated(env, "CONTROL_URL"),
        )


class Common:
    """Each made once."""

    def __init__(self, settings: Settings, database: Database, aws: AwsClients) -> None:
        self.settings, self.database, self.aws = settings, database, aws
        self.directory = Directory(database)

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.aws.kms, self.settings.kms_key_id)

    @cached_property
    def audit(self) -> "AuditTrail":
        from shared.store.audit.trail import AuditTrail

        return AuditTrail(self.directory)

    @cached_property
    def accounts(self) -> "Accounts":
        from shared.store.accounts.tenants import Accounts

        return Accounts(self.directory)

    @cached_property
    def campaigns(self) -> "Campaigns":
        from shared.store.campaigns.campaigns import Campaigns

        return Campaigns(self.directory)

    @cached_property
    def fields(self) -> "ContactFields":
        from shared.store.contacts.fields import ContactFields

        return ContactFields(self.directory)

    @cached_property
    def templates(self) -> "Templates":
        from shared.store.templates.templates import Templates

        return Templates(self.directory)

    @cached_property
    def contacts(self) -> "Contacts":
        from shared.store.contacts.contacts import Contacts

        return Contacts(self.database)

    @cached_property
    def conversations(self) -> "Conversations":
        from shared.store.conversations.conversations import Conversations

        return Conversations(self.database)

    @cached_property
    def inbox(self) -> "InboxSettings":
        from shared.store.conversations.inbox_settings import InboxSettings

        return InboxSettings(self.directory)

    @cached_property
    def leases(self) -> "LeaseBook":
        from shared.store.accounts.leases import LeaseBook

        return LeaseBook(self.database)

    @cached_property
    def secrets(self) -> "SecretReader[MetaSecrets]":
        from shared.clients.platform_secret import MetaSecrets, SecretReader

        return SecretReader(self.aws.secrets, self.settings.meta_secret_arn, MetaSecrets)

    @cached_property
    def access(self) -> "MetaAccess":
        from shared.services.meta_access import MetaAccess

        return MetaAccess(self.accounts, self.vault, self.secrets)

    @cached_property
    def client(self) -> "GraphClient":
        from shared.clients.graph import GraphClient

        return GraphClient(self.settings.graph_url, self.settings.graph_version, max_connections=10)

    @cached_property
    def graph(self) -> "SyncGraph":
        from functions.api.meta.calls import SyncGraph

        return SyncGraph(self.client, _ONE_OF_TWO_SECONDS)

    @cached_property
    def brief_graph(self) -> "SyncGraph":
        """For several calls in one request: none of them is waited for so long that the others find no time."""
        from functions.api.meta.calls import SyncGraph

        return SyncGraph(self.client, _ONE_OF_SEVERAL_SECONDS)

    @cached_property
    def sender(self) -> "SingleSender":
        from shared.services.single_send import SingleSender
        from shared.store.campaigns.sending_stops import SendingStops

        stops = SendingStops(self.database)
        return SingleSender(
            self.accounts, self.contacts, self.conversations, self.access, self.client, stops, self.media
        )

    @cached_property
    def files(self) -> "Files":
        from shared.clients.files import Files

        return Files(self.aws.s3, self.settings.data_bucket)

    @cached_property
    def media(self) -> "MediaService":
        from shared.services.media import MediaService
        from shared.store.media.library import MediaLibrary

        library = MediaLibrary(self.directory)
        return MediaService(library, self.access, self.client, self.files, upload_seconds=_UPLOAD_SECONDS)

    def queue(self, url: str) -> "Queue":
        from shared.clients.queue import Queue

        return Queue(self.aws.sqs, url)

    @cached_property
    def signals(self) -> "ChatSignals":
        from functions.api.inbox.chat_signals import ChatSignals

        return ChatSignals(self.access, self.client)
