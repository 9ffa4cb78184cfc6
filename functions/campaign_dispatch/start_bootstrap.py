"""The composition root of the function that starts campaigns."""

import functools
import os
from collections.abc import Mapping

from functions.campaign_dispatch.start.campaign import FILES_AT_ONCE
from functions.campaign_dispatch.start.parts import StartParts
from shared.clients.aws import AwsClients
from shared.clients.files import Files
from shared.clients.graph import GraphClient
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.config import required
from shared.services.audience_segments import AudienceSegments
from shared.services.media import MediaService
from shared.services.meta_access import MetaAccess
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.contacts.fields import ContactFields
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory
from shared.store.media.library import MediaLibrary
from shared.store.segments.segments import Segments
from shared.store.templates.templates import Templates

_UPLOAD_SECONDS = 45.0
"""A campaign's start may take a minute, and its files go to Meta side by side."""


def build(database: Database, env: Mapping[str, str]) -> StartParts:
    """Raises ConfigError, which names the missing setting."""
    aws, directory = AwsClients(database.session), Directory(database)
    key_id, secret, bucket = (required(env, name) for name in ("KMS_KEY_ID", "META_SECRET_ARN", "DATA_BUCKET"))
    api_url, api_version = required(env, "GRAPH_API_URL"), required(env, "GRAPH_API_VERSION")

    def media() -> MediaService:
        secrets = SecretReader(aws.secrets, secret, MetaSecrets)
        return MediaService(
            MediaLibrary(directory),
            MetaAccess(Accounts(directory), Vault(aws.kms, key_id), secrets),
            GraphClient(api_url, api_version, max_connections=FILES_AT_ONCE),
            Files(aws.s3, bucket),
            upload_seconds=_UPLOAD_SECONDS,
        )

    campaigns, fields = Campaigns(directory), ContactFields(directory)
    return StartParts(
        campaigns=campaigns,
        fields=fields,
        templates=Templates(directory),
        segments=AudienceSegments(Segments(directory), fields, Accounts(directory), campaigns),
        media=functools.cache(media),
        load_queue=Queue(aws.sqs, required(env, "LOAD_QUEUE_URL")),
        stops=SendingStops(database),
    )


@functools.cache
def deps() -> StartParts:
    return build(open_database(os.environ), os.environ)
