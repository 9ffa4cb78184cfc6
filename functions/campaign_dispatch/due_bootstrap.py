"""The composition root of the function that finds what is due."""

import functools
import os
from collections.abc import Mapping

from functions.campaign_dispatch.sweep.turns import DueParts
from shared.clients.aws import AwsClients
from shared.clients.queue import Queue
from shared.config import required, required_int
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.engine.database import Database, open_database
from shared.store.engine.directory import Directory


def build(database: Database, env: Mapping[str, str]) -> DueParts:
    """Raises ConfigError, which names the missing setting."""
    return DueParts(
        campaigns=Campaigns(Directory(database)),
        turns=SweepTurns(database),
        queue=Queue(AwsClients(database.session).sqs, required(env, "SWEEP_QUEUE_URL")),
        turn_ms=required_int(env, "SWEEP_TURN_SECONDS") * 1000,
    )


@functools.cache
def deps() -> DueParts:
    return build(open_database(os.environ), os.environ)
