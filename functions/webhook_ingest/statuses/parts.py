"""What taking in statuses takes."""

from dataclasses import dataclass

from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from shared.clients.parking import Parking
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations


@dataclass(frozen=True, slots=True)
class StatusParts:
    campaigns: Campaigns
    contacts: Contacts
    conversations: Conversations
    sends: Sends
    lanes: Lanes
    owners: Owners
    people: People
    parking: Parking
