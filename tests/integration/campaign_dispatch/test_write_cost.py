"""What a campaign message costs in DynamoDB, with its statuses: the budget of the design, measured, not assumed."""

import random
from collections import defaultdict

from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.contacts.identity import SHARDS
from tests.support.capacity import CAMPAIGN_MESSAGE_WRU, Meter
from tests.support.engine import FakeMeta, World, new_test_database
from tests.support.frozen import frozen_campaign

RECIPIENTS = 1_280
MESSAGES_PER_SECOND = 72
STATUS_WINDOW_SECONDS = 20


def status_windows(rng: random.Random) -> dict[tuple[int, int], StatusChange]:
    """(window, block) -> what a consumer folds, when 93 % are delivered (80 % of them within seconds) and 60 % read
    (median 25 minutes): the timing assumed for the reference scenario."""
    windows: dict[tuple[int, int], StatusChange] = defaultdict(StatusChange)
    for i in range(RECIPIENTS):
        shard_size = RECIPIENTS // 16
        shard, position = divmod(i, shard_size)
        block, slot = shard * 65_536 + position // 80, position % 80
        sent = i / MESSAGES_PER_SECOND + rng.expovariate(1 / 1.4)
        change = windows[int(sent // STATUS_WINDOW_SECONDS), block]
        change.sent.add(slot)
        change.priced.setdefault("marketing", set()).add(slot)
        if rng.random() < 0.93:
            delay = rng.expovariate(1 / 3.6) if rng.random() < 0.8 else rng.uniform(600, 6 * 3600)
            windows[int((sent + delay) // STATUS_WINDOW_SECONDS), block].delivered.add(slot)
            if rng.random() < 0.6 / 0.93:
                read = sent + delay + rng.lognormvariate(7.3, 1.2)
                windows[int(read // STATUS_WINDOW_SECONDS), block].read.add(slot)
    return windows


def test_a_message_with_its_statuses_stays_within_the_write_budget(dynoxide: str) -> None:
    database = new_test_database(dynoxide)
    world = World(database)
    meter = Meter(database.client)
    campaign = frozen_campaign(world, RECIPIENTS)
    load = meter.writes.total()
    world.run_lane(FakeMeta(latency=0.001), rate=2_000.0)
    # The test sends faster than a number may, so writes are counted as on a real lane: each second one claim, outcomes
    # of two blocks, and the notes of one that is full.
    sending = meter.writes.total() - load
    before = meter.writes.total()
    for (_, block), change in sorted(status_windows(random.Random(7)).items()):
        assert world.deps.sends.record(world.tenant_id, campaign, block, change)
    statuses = meter.writes.total() - before
    claims_and_results = max(sending, RECIPIENTS / MESSAGES_PER_SECOND * 4)
    per_message = (load + claims_and_results + statuses) / RECIPIENTS
    print(
        f"\nWRU per message: load {load / RECIPIENTS:.3f} + lane {claims_and_results / RECIPIENTS:.3f} "
        f"+ statuses {statuses / RECIPIENTS:.3f} = {per_message:.3f} (budget {CAMPAIGN_MESSAGE_WRU})"
    )
    assert world.books(campaign).sent == RECIPIENTS
    notes = [
        len(world.deps.sends.notes.of_block(world.tenant_id, campaign, block_number(shard, n)))
        for shard in range(SHARDS)
        for n in range(-(-RECIPIENTS // SHARDS // 80))
    ]
    assert sum(notes) == RECIPIENTS, "with an id for every message"
    assert per_message <= CAMPAIGN_MESSAGE_WRU
