"""Where a schedule's task goes on: one of its own for a test, because tests share the tables."""

from shared.ids import new_ulid
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.engine.database import Database


def place_of_its_own(database: Database) -> SweepTurns:
    return SweepTurns(database, f"PLACE{new_ulid()}")
