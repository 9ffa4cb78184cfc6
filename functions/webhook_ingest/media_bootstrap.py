"""The composition root of the consumer that copies files; the other consumers do not wait for what it imports."""

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.media.copy import MediaCopier
from shared.clients.aws import AwsClients
from shared.clients.files import Files
from shared.clients.graph import GraphClient
from shared.clients.parking import Parking
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.vault import Vault
from shared.config import required
from shared.services.meta_access import MetaAccess
from shared.store.accounts.tenants import Accounts
from shared.store.conversations.messages import Messages
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory


@dataclass(frozen=True, slots=True)
class MediaDeps:
    copier: MediaCopier
    parking: Parking


def build(database: Database, env: Mapping[str, str]) -> MediaDeps:
    """Raises ConfigError, which names the missing setting."""
    aws = AwsClients(database.session)
    bucket, api_url = required(env, "DATA_BUCKET"), required(env, "GRAPH_API_URL")
    meta = MetaAccess(
        Accounts(Directory(database)),
        Vault(aws.kms, required(env, "KMS_KEY_ID")),
        SecretReader(aws.secrets, required(env, "META_SECRET_ARN"), MetaSecrets),
    )
    copier = MediaCopier(
        messages=Messages(database),
        meta=meta,
        graph=GraphClient(api_url, required(env, "GRAPH_API_VERSION"), max_connections=2),
        files=Files(aws.s3, bucket),
        hosts=[host for part in required(env, "MEDIA_HOSTS").split(",") if (host := part.strip().lower())],
        api_url=api_url,
    )
    return MediaDeps(copier, Parking(aws, bucket))


@functools.cache
def deps() -> MediaDeps:
    return build(open_database(os.environ), os.environ)
