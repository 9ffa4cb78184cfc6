"""The composition root of the function that compacts journals of statuses."""

import functools
import os
from collections.abc import Mapping

from functions.webhook_ingest.statuses.parts import CompactionParts
from shared.config import required_int
from shared.store.campaigns.sends import Sends
from shared.store.engine.database import Database, open_database


def build(database: Database, env: Mapping[str, str]) -> CompactionParts:
    """Raises ConfigError, which names the missing setting."""
    return CompactionParts(Sends(database), every_ms=required_int(env, "STATUS_COMPACTION_SECONDS") * 1000)


@functools.cache
def deps() -> CompactionParts:
    return build(open_database(os.environ), os.environ)
