"""What taking in what Meta tells of accounts takes."""

from dataclasses import dataclass

from functions.webhook_ingest.people.people import People
from shared.clients.parking import Parking
from shared.store.accounts.notices import Notices
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue
from shared.store.campaigns.lanes import Lanes


@dataclass(frozen=True, slots=True)
class AccountParts:
    accounts: Accounts
    catalogue: Catalogue
    lanes: Lanes
    notices: Notices
    people: People
    parking: Parking
