"""What one slice of a lane takes."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.clients.graph import GraphClient
from shared.clients.queue import Queue
from shared.services.meta_access import MetaAccess
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.campaigns.sends import Sends
from shared.store.contacts.consent import Consent
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class LaneParts:
    """`graph` makes a client for the event loop of one slice. `slice_seconds`: how long a lane works before it hands
    over."""

    accounts: Accounts
    campaigns: Campaigns
    templates: Templates
    lanes: Lanes
    sends: Sends
    consent: Consent
    stops: SendingStops
    meta: MetaAccess
    graph: Callable[[], GraphClient]
    lane_queue: Queue
    slice_seconds: int
