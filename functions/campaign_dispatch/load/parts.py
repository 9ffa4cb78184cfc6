"""What loading a campaign, or running it dry, takes."""

from dataclasses import dataclass

from functions.campaign_dispatch.load.opening import Opening
from shared.clients.queue import Queue
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.catalogue import Catalogue
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.load_slices import LoadSlices
from shared.store.campaigns.sends import Sends
from shared.store.contacts.contacts import Contacts


@dataclass(frozen=True, slots=True)
class LoadParts:
    accounts: Accounts
    catalogue: Catalogue
    contacts: Contacts
    sends: Sends
    lanes: Lanes
    slices: LoadSlices
    opening: Opening
    load_queue: Queue
