"""What taking in statuses, and compacting their journals, takes."""

from dataclasses import dataclass

from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.services.recipient_events import RecipientEvents
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.status_journal import StatusJournal
from shared.store.campaigns.sweep_turns import SweepTurns
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
    recipients: RecipientEvents


@dataclass(frozen=True, slots=True)
class CompactionParts:
    """`every_ms`: how long statuses of a large campaign wait in its journal at most before they are folded."""

    sends: Sends
    recipients: RecipientEvents
    every_ms: int


@dataclass(frozen=True, slots=True)
class CompactionDueParts:
    """`places` keeps how far the last run came."""

    journal: StatusJournal
    places: SweepTurns
    queue: Queue
    every_ms: int
