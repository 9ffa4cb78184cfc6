"""The composition root of the function that finds journals of statuses that are due."""

import functools
import os
from collections.abc import Mapping

from functions.webhook_ingest.statuses.parts import CompactionDueParts
from shared.clients.aws import AwsClients
from shared.clients.queue import Queue
from shared.config import required, required_int
from shared.store.campaigns.status_journal import StatusJournal
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.engine.database import Database, open_database


def build(database: Database, env: Mapping[str, str]) -> CompactionDueParts:
    """Raises ConfigError, which names the missing setting."""
    return CompactionDueParts(
        journal=StatusJournal(database),
        places=SweepTurns(database, "JOURNALS"),
        queue=Queue(AwsClients(database.session).sqs, required(env, "COMPACT_QUEUE_URL")),
        every_ms=required_int(env, "STATUS_COMPACTION_SECONDS") * 1000,
    )


@functools.cache
def deps() -> CompactionDueParts:
    return build(open_database(os.environ), os.environ)
