"""Settings and everything campaign dispatch is made of, built once per execution environment."""

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.campaign_dispatch.lane.sender import MOST_IN_FLIGHT
from shared.clients.aws import AwsClients
from shared.clients.files import Files
from shared.clients.graph import GraphClient
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.queue import Queue
from shared.clients.vault import Vault
from shared.config import required, required_int
from shared.services.media import MediaService
from shared.services.meta_access import MetaAccess
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.load_slices import LoadSlices
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.engine.database import open_database
from shared.store.engine.directory import Directory
from shared.store.media.library import MediaLibrary


@dataclass(frozen=True, slots=True)
class Settings:
    """`lane_slice_seconds`: how long a lane works before it hands over. `unknown_grace_ms`: how long a send without an
    answer may still be settled by its statuses before it counts as not confirmed."""

    graph_api_url: str
    graph_api_version: str
    lane_slice_seconds: int
    unknown_grace_ms: int
    load_queue_url: str
    lane_queue_url: str
    start_queue_url: str

    @classmethod
    def parse(cls, env: Mapping[str, str]) -> "Settings":
        return cls(
            graph_api_url=required(env, "GRAPH_API_URL"),
            graph_api_version=required(env, "GRAPH_API_VERSION"),
            lane_slice_seconds=required_int(env, "LANE_SLICE_SECONDS"),
            unknown_grace_ms=required_int(env, "UNKNOWN_GRACE_SECONDS") * 1000,
            load_queue_url=required(env, "LOAD_QUEUE_URL"),
            lane_queue_url=required(env, "LANE_QUEUE_URL"),
            start_queue_url=required(env, "START_QUEUE_URL"),
        )


_UPLOAD_SECONDS = 45.0
"""A campaign's start may take a minute."""


@dataclass(frozen=True, slots=True)
class Deps:
    """`media` is made when a campaign names a file; most functions here never need it."""

    settings: Settings
    accounts: Accounts
    catalogue: Catalogue
    contacts: Contacts
    sends: Sends
    lanes: Lanes
    slices: LoadSlices
    vault: Vault
    secrets: SecretReader[MetaSecrets]
    load_queue: Queue
    lane_queue: Queue
    start_queue: Queue
    media: Callable[[], MediaService]

    def graph(self) -> GraphClient:
        """A client for the event loop of one slice."""
        return GraphClient(self.settings.graph_api_url, self.settings.graph_api_version, max_connections=MOST_IN_FLIGHT)


@functools.cache
def deps() -> Deps:
    """Raises ConfigError, which names the setting, when one is missing."""
    env = os.environ
    settings = Settings.parse(env)
    database = open_database(env)
    aws = AwsClients(database.session)
    directory = Directory(database)
    accounts = Accounts(directory)
    vault = Vault(aws.kms, required(env, "KMS_KEY_ID"))
    secrets = SecretReader(aws.secrets, required(env, "META_SECRET_ARN"), MetaSecrets)
    bucket = required(env, "DATA_BUCKET")

    def media() -> MediaService:
        return MediaService(
            MediaLibrary(directory),
            MetaAccess(accounts, vault, secrets),
            GraphClient(settings.graph_api_url, settings.graph_api_version, max_connections=2),
            Files(aws.s3, bucket),
            upload_seconds=_UPLOAD_SECONDS,
        )

    return Deps(
        settings=settings,
        accounts=accounts,
        catalogue=Catalogue(directory),
        contacts=Contacts(database),
        sends=Sends(database),
        lanes=Lanes(database),
        slices=LoadSlices(database),
        vault=vault,
        secrets=secrets,
        load_queue=Queue(aws.sqs, settings.load_queue_url),
        lane_queue=Queue(aws.sqs, settings.lane_queue_url),
        start_queue=Queue(aws.sqs, settings.start_queue_url),
        media=functools.cache(media),
    )
