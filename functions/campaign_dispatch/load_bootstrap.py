"""The composition root of the function that loads campaigns."""

import functools
import os
from collections.abc import Mapping

from functions.campaign_dispatch.load.opening import Opening
from functions.campaign_dispatch.load.parts import LoadParts
from shared.clients.aws import AwsClients
from shared.clients.queue import Queue
from shared.config import required
from shared.services.audience_segments import AudienceSegments
from shared.services.recipient_events import RecipientEvents
from shared.store.accounts.leases import LeaseBook
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.load_slices import LoadSlices
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory
from shared.store.segments.segments import Segments
from shared.store.templates.templates import Templates
from shared.store.webhooks.endpoints import WebhookEndpoints


def build(database: Database, env: Mapping[str, str]) -> LoadParts:
    """Raises ConfigError, which names the missing setting."""
    aws, directory = AwsClients(database.session), Directory(database)
    accounts, campaigns, templates = Accounts(directory), Campaigns(directory), Templates(directory)
    lanes, sends, fields = Lanes(database), Sends(database), ContactFields(directory)
    return LoadParts(
        accounts=accounts,
        campaigns=campaigns,
        fields=fields,
        templates=templates,
        segments=AudienceSegments(Segments(directory), fields, accounts, campaigns),
        contacts=Contacts(database),
        sends=sends,
        lanes=lanes,
        slices=LoadSlices(database),
        leases=LeaseBook(database),
        opening=Opening(accounts, campaigns, templates, lanes, Queue(aws.sqs, required(env, "LANE_QUEUE_URL"))),
        people=RecipientEvents(WebhookEndpoints(directory), sends, Queue(aws.sqs, required(env, "WEBHOOK_QUEUE_URL"))),
        load_queue=Queue(aws.sqs, required(env, "LOAD_QUEUE_URL")),
        dry_run_queue=Queue(aws.sqs, required(env, "DRY_RUN_QUEUE_URL")),
    )


@functools.cache
def deps() -> LoadParts:
    return build(open_database(os.environ), os.environ)
