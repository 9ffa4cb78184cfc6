"""What taking in what Meta tells of accounts takes."""

from dataclasses import dataclass

from functions.webhook_ingest.people.people import People
from shared.clients.parking import Parking
from shared.clients.queue import Queue
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.numbers.cells import CellDirectory
from shared.store.numbers.notices import Notices
from shared.store.numbers.onboardings import Onboardings
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class AccountParts:
    accounts: Accounts
    campaigns: Campaigns
    templates: Templates
    lanes: Lanes
    notices: Notices
    people: People
    parking: Parking
    cells: CellDirectory
    forwards: Queue
    onboardings: Onboardings
