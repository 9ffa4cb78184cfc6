"""What the sweep takes."""

from dataclasses import dataclass

from functions.campaign_dispatch.load.opening import Opening
from shared.clients.queue import Queue
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.load_slices import LoadSlices
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.sweep_turns import SweepTurns


@dataclass(frozen=True, slots=True)
class SweepParts:
    """`unknown_grace_ms`: how long a send without an answer may still be settled by its statuses before it counts as
    not confirmed. `turn_ms`: how long a turn is kept once it has begun."""

    campaigns: Campaigns
    sends: Sends
    lanes: Lanes
    slices: LoadSlices
    turns: SweepTurns
    stops: SendingStops
    opening: Opening
    start_queue: Queue
    load_queue: Queue
    lane_queue: Queue
    unknown_grace_ms: int
    turn_ms: int
