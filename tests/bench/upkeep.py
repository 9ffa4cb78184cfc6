"""What looking after campaigns takes, over a real DynamoDB engine: a turn of the sweep, folding a journal into blocks,
a call of the database, and what one more campaign in a batch of statuses adds. CPU in seconds of a whole core; the
load model takes them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from functions.webhook_ingest.statuses.compaction import compact
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import BLOCK_SIZE
from shared.domain.campaigns.books import StatusChange
from shared.ids import CampaignId, new_ulid
from shared.queue_messages import CompactJournal, StatusUpdates
from shared.store.engine.database import Database
from tests.support.capacity import Meter
from tests.support.cell_figures import FAST_RATE, SLOW_RATE
from tests.support.dynoxide import BINARY, MISSING, running_dynoxide
from tests.support.engine import World, open_measured_database
from tests.support.frozen import frozen_campaign
from tests.support.journals import compaction, status_message, take_in
from tests.support.large_campaign import large_campaign

FAST_LANES = 4
MINUTE_MS, LEASE_MS = 60_000, 60_000
SENT_MINUTES = 10
"""How long the swept campaigns have been sent."""
PEOPLE, BATCHES = 12_800, 8
CAMPAIGNS, STATUSES = 12, 960
CALLS, RUNS = 100, 5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken:
    """CPU seconds and calls of the database."""

    cpu: float
    calls: float


@dataclass(frozen=True, slots=True)
class Upkeep:
    """`sweep_fast`, `sweep_slow`: a turn at a campaign of 1,000 and of 72 messages a second. `block`: one that waits in
    a journal, folded. `call`: one of the database, the least of several. `campaign_in_batch`: one more of them in a
    batch of as many statuses."""

    sweep_fast: Taken
    sweep_slow: Taken
    block: Taken
    call: Taken
    campaign_in_batch: Taken


class _Bench:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.meter = Meter(database.client)

    def taken(self, work: Callable[[], T], units: float = 1.0) -> Taken:
        calls, began = self.meter.calls.total(), time.process_time()
        work()
        return Taken((time.process_time() - began) / units, (self.meter.calls.total() - calls) / units)

    def sweep(self, throughput: int, rate: int) -> Taken:
        """The second turn, a minute after the first one, which had summaries to make."""
        world = World(self.database, throughput)
        cursor = rate * 60 * SENT_MINUTES
        people = 8 * cursor * (FAST_LANES if throughput > 100 else 1)
        large = large_campaign(world, self.database, people, cursor=cursor, rate=rate, live=None, aged=True)
        assert world.sweep(large.campaign_id, EpochMs(large.at + 1)) == "sending"

        def turn() -> None:
            assert world.sweep(large.campaign_id, EpochMs(large.at + MINUTE_MS)) == "sending"

        return self.taken(turn)

    def folding(self) -> Taken:
        """A journal of pages as batches leave them."""
        world, campaign_id, now = self._claimed(PEOPLE)
        blocks = PEOPLE // BLOCK_SIZE
        for batch in range(BATCHES):
            told = [("sent", shard << 16 | n, 8 * batch + slot) for shard, n in _blocks(PEOPLE) for slot in range(8)]
            assert take_in(self.database, [self._message(world, campaign_id, told)], now + batch) == set()
        done: list[str] = []

        def work() -> None:
            task = CompactJournal(world.tenant_id, campaign_id, 0, PEOPLE)
            done.append(compact(compaction(self.database), task, EpochMs(now + MINUTE_MS), lambda: False))

        taken = self.taken(work, blocks)
        assert done == ["closed"], done
        return taken

    def call(self) -> Taken:
        world, campaign_id, _ = self._claimed(BLOCK_SIZE * 16)

        def work() -> None:
            for _ in range(CALLS):
                assert world.deps.sends.record(world.tenant_id, campaign_id, 0, StatusChange(sent={1, 2}))

        return min((self.taken(work, CALLS) for _ in range(RUNS)), key=lambda taken: taken.cpu)

    def batches(self) -> Taken:
        """Of one campaign, and of CAMPAIGNS, with as many statuses."""
        claimed = [self._claimed(16 * 8) for _ in range(CAMPAIGNS)]
        # Once, so that nobody's number is looked up for the first time.
        self._take_in(claimed, 8)
        several = self.taken(lambda: self._take_in(claimed, STATUSES // CAMPAIGNS))
        one = self.taken(lambda: self._take_in(claimed[:1], STATUSES // CAMPAIGNS))
        return Taken((several.cpu - one.cpu) / (CAMPAIGNS - 1), (several.calls - one.calls) / (CAMPAIGNS - 1))

    def _take_in(self, claimed: list[tuple[World, CampaignId, int]], each: int) -> None:
        messages = []
        for world, campaign_id, _ in claimed:
            places = [(shard << 16, slot) for shard in range(16) for slot in range(8)][:each]
            told = [("delivered", block, slot) for block, slot in places]
            messages.append(self._message(world, campaign_id, told))
        assert take_in(self.database, messages, epoch_ms()) == set()

    def _message(self, world: World, campaign_id: CampaignId, told: list[tuple[str, int, int]]) -> StatusUpdates:
        return status_message(world.tenant_id, world.phone_number_id, campaign_id, told)

    def _claimed(self, people: int) -> tuple[World, CampaignId, int]:
        """A campaign of which all were claimed to be sent to."""
        world, now = World(self.database), epoch_ms()
        campaign_id = frozen_campaign(world, people)
        state = world.deps.lanes.acquire(world.phone_number_id, 0, new_ulid(), "", now, EpochMs(now + LEASE_MS))
        assert state is not None
        until = EpochMs(now + LEASE_MS)
        moves = {campaign_id: (0, people)}
        world.deps.lanes.claim(world.phone_number_id, 0, state.fence, moves, new_ulid(), now, until, 0)
        return world, campaign_id, now


def _blocks(people: int) -> list[tuple[int, int]]:
    """(shard, block) of a campaign that is spread evenly."""
    each = people // 16
    return [(shard, n) for shard in range(16) for n in range(each // BLOCK_SIZE)]


def measure() -> Upkeep:
    with running_dynoxide() as url:
        bench = _Bench(open_measured_database(url))
        return Upkeep(
            sweep_fast=bench.sweep(1_000, FAST_RATE // FAST_LANES),
            sweep_slow=bench.sweep(80, SLOW_RATE),
            block=bench.folding(),
            call=bench.call(),
            campaign_in_batch=bench.batches(),
        )


def main() -> None:
    if not BINARY.exists():
        print(MISSING)
        return
    found = measure()
    print(f"{'':62} {'CPU ms':>9} {'calls':>7}")
    for name, taken in (
        (f"sweep: turn at 1,000 messages a second, {SENT_MINUTES} min sent", found.sweep_fast),
        (f"sweep: turn at {SLOW_RATE} messages a second, {SENT_MINUTES} min sent", found.sweep_slow),
        (f"compaction: a block of a journal of {BATCHES} pages", found.block),
        ("a call of the database", found.call),
        ("statuses: one more campaign in a batch", found.campaign_in_batch),
    ):
        print(f"{name:62} {taken.cpu * 1e3:9.2f} {taken.calls:7.1f}")


if __name__ == "__main__":
    main()
