"""The composition root of the function that sweeps."""

import functools
import os
from collections.abc import Mapping

from functions.campaign_dispatch.load.opening import Opening
from functions.campaign_dispatch.sweep.parts import SweepParts
from shared.clients.aws import AwsClients
from shared.clients.queue import Queue
from shared.config import required, required_int
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.load_slices import LoadSlices
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory
from shared.store.templates.templates import Templates


def build(database: Database, env: Mapping[str, str]) -> SweepParts:
    """Raises ConfigError, which names the missing setting."""
    aws, directory = AwsClients(database.session), Directory(database)
    campaigns, lanes = Campaigns(directory), Lanes(database)
    lane_queue = Queue(aws.sqs, required(env, "LANE_QUEUE_URL"))
    return SweepParts(
        campaigns=campaigns,
        sends=Sends(database),
        lanes=lanes,
        slices=LoadSlices(database),
        turns=SweepTurns(database),
        stops=SendingStops(database),
        opening=Opening(Accounts(directory), campaigns, Templates(directory), lanes, lane_queue),
        start_queue=Queue(aws.sqs, required(env, "START_QUEUE_URL")),
        load_queue=Queue(aws.sqs, required(env, "LOAD_QUEUE_URL")),
        lane_queue=lane_queue,
        unknown_grace_ms=required_int(env, "UNKNOWN_GRACE_SECONDS") * 1000,
        turn_ms=required_int(env, "SWEEP_TURN_SECONDS") * 1000,
    )


@functools.cache
def deps() -> SweepParts:
    return build(open_database(os.environ), os.environ)
