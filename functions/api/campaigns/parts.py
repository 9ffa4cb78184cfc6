"""What campaigns are made of."""

from dataclasses import dataclass

from functions.api.campaigns.schedules import Schedules
from functions.api.meta.calls import Graph
from shared.clients.queue import Queue
from shared.services.audience_segments import AudienceSegments
from shared.services.media import MediaService
from shared.services.meta_access import MetaAccess
from shared.store.accounts.leases import LeaseBook
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.engine.directory import Directory
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class CampaignParts:
    directory: Directory
    accounts: Accounts
    campaigns: Campaigns
    contacts: Contacts
    fields: ContactFields
    templates: Templates
    sends: Sends
    lanes: Lanes
    schedules: Schedules
    graph: Graph
    access: MetaAccess
    media: MediaService
    segments: AudienceSegments
    leases: LeaseBook
    start_queue: Queue
    dry_run_queue: Queue
    lane_queue: Queue
