"""The books of a campaign under way: what a turn of the sweep takes from summaries, and what reading every block does.

One number of 1,000 messages a second, four lanes, over dynoxide through botocore's own transport. Every block of a
million is stored; of twenty million, those near the cursors, and none of their summaries is stale (of so many, some 25
chunks a minute are: 3 s).
"""

import time
from collections.abc import Callable

from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.chunks import FOR_REPORTS, FOR_SWEEP, Reading
from shared.store.campaigns.books import CampaignBooks
from shared.store.engine.database import Database
from tests.support.capacity import Meter
from tests.support.dynoxide import BINARY, MISSING, running_dynoxide
from tests.support.engine import World, open_measured_database
from tests.support.exact_books import exact_books
from tests.support.large_campaign import LargeCampaign, large_campaign

MINUTE_MS = 60_000
PER_LANE_RATE = 250


class _Bench:
    def __init__(self, database: Database) -> None:
        self.world, self.meter = World(database, throughput=1_000), Meter(database.client)

    def look(self, large: LargeCampaign, reading: Reading, *, later: int) -> Books:
        world, now = self.world, EpochMs(large.at + later)
        campaign = world.campaign(large.campaign_id)
        work = world.deps.lanes.work(world.phone_number_id)
        look = CampaignBooks(world.deps.sends, world.tenant_id, campaign, work, now, reading, lambda: False)
        recent = {lane: state.cursors[large.campaign_id] - 120 * PER_LANE_RATE for lane, state in work.lanes.items()}
        look.look(recent)
        look.catch_up()
        return look.books

    def row(self, name: str, read: Callable[[], Books]) -> None:
        self.meter.reads.clear()
        self.meter.writes.clear()
        began, busy = time.perf_counter(), time.process_time()
        books = read()
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        assert books.balanced, books
        print(
            f"{name:52} {busy:8.2f} {seconds:8.2f} {self.meter.reads.total():9,.0f} {self.meter.writes.total():8,.0f}"
        )


def main() -> None:
    if not BINARY.exists():
        print(MISSING)
        return
    print(f"{'':52} {'CPU s':>8} {'s':>8} {'RRU':>9} {'WRU':>8}")
    with running_dynoxide() as url:
        database = open_measured_database(url)
        _million(_Bench(database), database)
        _twenty_million(_Bench(database), database)


def _million(bench: _Bench, database: Database) -> None:
    world = bench.world
    large = large_campaign(world, database, 1_000_000, cursor=200_000, rate=PER_LANE_RATE, live=None, aged=True)

    def exact() -> Books:
        return exact_books(world.deps.sends, world.deps.lanes, world.tenant_id, world.campaign(large.campaign_id))

    bench.row("a million, 800,000 sent: every block", exact)
    bench.row("  turn of the sweep", lambda: bench.look(large, FOR_SWEEP, later=1))
    bench.row("  turn of the sweep, a minute later", lambda: bench.look(large, FOR_SWEEP, later=MINUTE_MS))
    bench.row("  report, a day later", lambda: bench.look(large, FOR_REPORTS, later=DAY_MS))
    bench.row("  report, a minute after that", lambda: bench.look(large, FOR_REPORTS, later=DAY_MS + MINUTE_MS))
    assert exact() == bench.look(large, FOR_REPORTS, later=DAY_MS)


def _twenty_million(bench: _Bench, database: Database) -> None:
    large = large_campaign(bench.world, database, 20_000_000, cursor=2_650_000, rate=PER_LANE_RATE)
    name = "20 million, 10.6 million sent: turn of the sweep"
    bench.row(name, lambda: bench.look(large, FOR_SWEEP, later=1))
