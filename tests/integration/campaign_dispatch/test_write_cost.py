"""What a campaign message costs in DynamoDB, with its statuses: the budget of the design, measured, not assumed."""

import random
from collections import defaultdict

import pytest

from shared.clock import epoch_ms
from shared.domain.campaigns.blocks import BLOCK_SIZE, block_number
from shared.domain.campaigns.dispatch_note import unpack_notes
from shared.domain.contacts.identity import SHARDS
from shared.store.engine.database import Database
from tests.support.capacity import CAMPAIGN_MESSAGE_WRU, Meter
from tests.support.engine import FakeMeta, World, new_test_database
from tests.support.frozen import frozen_campaign
from tests.support.journals import compact_all, tell
from tests.support.status_traffic import LANE_RATE, Batches, Status, statuses_of
from tests.support.template import load_template

RECIPIENTS = 2_560
BLOCKS = [block_number(shard, n) for shard in range(SHARDS) for n in range(RECIPIENTS // SHARDS // BLOCK_SIZE)]
SENDING_SECONDS = 3_600
PARAMETERS = load_template()["Parameters"]
COMPACTION_SECONDS = int(PARAMETERS["StatusCompactionSeconds"]["Default"])


@pytest.fixture
def database(dynoxide: str) -> Database:
    return new_test_database(dynoxide)


@pytest.mark.parametrize("rate", [72, 3_600])
def test_a_message_with_its_statuses_stays_within_the_write_budget(database: Database, rate: int) -> None:
    """The blocks are a sample of those of a campaign that is sent for an hour while as many others are as the rate
    takes. A batch of the status queue holds what random pollers find, so a campaign's part of it is drawn from all
    blocks; the sample's parts are as large as the whole campaign's, and every call is made and measured."""
    rng, world = random.Random(7), World(database)
    meter = Meter(database.client)
    campaign = frozen_campaign(world, RECIPIENTS)
    load = meter.writes.total()
    world.run_lane(FakeMeta(latency=0.001), rate=2_000.0)
    # The test sends faster than a number may, so writes are counted as on a real lane: each second one claim, and
    # outcomes of two blocks.
    sending = meter.writes.total() - load
    lane = max(sending, RECIPIENTS / LANE_RATE * 3)
    before = meter.writes.total()
    windows: dict[int, list[Status]] = defaultdict(list)
    for block in BLOCKS:
        for status in statuses_of(rng, block, rng.uniform(0, SENDING_SECONDS)):
            windows[int(status.at // COMPACTION_SECONDS)].append(status)
    of_a_batch = Batches(rate, int(PARAMETERS["StatusBatchSize"]["Default"])).of_a_campaign
    now = epoch_ms()
    for _, statuses in sorted(windows.items()):
        rng.shuffle(statuses)
        for i in range(0, len(statuses), of_a_batch):
            part = [(one.name, one.block, one.slot) for one in statuses[i : i + of_a_batch]]
            tell(world, database, campaign, part, now)
        compact_all(database, world.tenant_id, now + 1_000 * COMPACTION_SECONDS)
    told = meter.writes.total() - before
    per_message = (load + lane + told) / RECIPIENTS
    print(
        f"\nWRU per message at {rate}/s: load {load / RECIPIENTS:.3f} + lane {lane / RECIPIENTS:.3f} "
        f"+ statuses {told / RECIPIENTS:.3f} = {per_message:.3f} (budget {CAMPAIGN_MESSAGE_WRU})"
    )
    everything = [one for statuses in windows.values() for one in statuses]
    books = world.books(campaign)
    assert (books.sent, books.read) == (RECIPIENTS, sum(one.name == "read" for one in everything))
    assert books.delivered == sum(one.name == "delivered" for one in everything)
    blocks = [world.deps.sends.status_block(world.tenant_id, campaign, block) for block in BLOCKS]
    notes = [note for block in blocks if block is not None for note in unpack_notes(block.noted).values()]
    assert len([note for note in notes if note.digest]) == RECIPIENTS, "with an id for every message"
    assert per_message <= CAMPAIGN_MESSAGE_WRU
