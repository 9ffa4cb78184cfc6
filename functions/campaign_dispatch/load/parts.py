"""What loading a campaign, or running it dry, takes."""

from dataclasses import dataclass

from functions.campaign_dispatch.load.opening import Opening
from shared.clients.queue import Queue
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
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class LoadParts:
    accounts: Accounts
    campaigns: Campaigns
    fields: ContactFields
    templates: Templates
    segments: AudienceSegments
    contacts: Contacts
    sends: Sends
    lanes: Lanes
    slices: LoadSlices
    leases: LeaseBook
    opening: Opening
    people: RecipientEvents
    load_queue: Queue
    dry_run_queue: Queue
