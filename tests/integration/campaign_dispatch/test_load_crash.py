"""A loader that dies leaves nobody without books, one that comes late reopens nothing."""

from dataclasses import replace

import pytest

from functions.campaign_dispatch.load.shard import load_shard
from functions.campaign_dispatch.sweep.campaign import sweep_campaign
from shared.clock import epoch_ms
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.number_work import OPENING, Run
from shared.ids import CampaignId, TenantId
from shared.queue_messages import LoadShard
from shared.store.campaigns.campaigns import Campaigns
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from tests.support.engine import FakeMeta, World, open_test_database


@pytest.fixture
def database(dynoxide: str) -> Database:
    return open_test_database(dynoxide)


def test_loader_that_died_between_its_last_block_and_the_room_for_outcomes(database: Database) -> None:
    world = World(database)
    world.add_contacts(100)
    campaign_id = world.launch()
    world.start(campaign_id)
    first, *others = world.load_queue.take()
    for task in (first, *others):
        assert isinstance(task, LoadShard)
        load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)
        if task is first:
            partition = {"S": f"T#{world.tenant_id}#C#{campaign_id}#{task.shard:x}"}
            database.client.delete_item(TableName=database.sends, Key={"pk": partition, "sk": {"S": "S#0000"}})
    assert world.campaign(campaign_id).state is State.SENDING
    assert world.books(campaign_id).balanced
    world.run_lane(FakeMeta())
    assert world.books(campaign_id).sent == 100


class BehindTheTimes(Campaigns):
    """The first look at a campaign finds it as it was."""

    def __init__(self, database: Database, as_it_was: Campaign) -> None:
        super().__init__(Directory(database))
        self._looks = [as_it_was]

    def get(self, tenant_id: TenantId, campaign_id: CampaignId) -> Campaign:
        return self._looks.pop() if self._looks else super().get(tenant_id, campaign_id)


def test_sweep_that_read_the_campaign_before_its_end_lets_no_lane_at_what_a_late_loader_opened(
    database: Database,
) -> None:
    world = World(database)
    world.add_contacts(50)
    campaign_id = world.send_to_everybody()
    as_it_was = world.campaign(campaign_id)
    work = world.deps.lanes.work(world.phone_number_id)
    meta = FakeMeta()
    world.run_lane(meta)
    world.sweep(campaign_id, epoch_ms())
    assert world.campaign(campaign_id).closed
    opened: Run = replace(work.runs[0], state=OPENING)
    world.deps.lanes.runs.open(opened)
    late = replace(world.deps, campaigns=BehindTheTimes(database, as_it_was))
    sweep_campaign(late.for_sweep(), world.tenant_id, campaign_id, epoch_ms())
    world.run_lane(meta)
    assert not meta.twice


def test_late_loader_in_the_middle_of_closing_has_nothing_sent_again(database: Database) -> None:
    """It found the run open, and gets to the lanes' cursors when the sweep has just removed them."""
    world = World(database)
    world.add_contacts(50)
    campaign_id = world.send_to_everybody()
    run = world.deps.lanes.work(world.phone_number_id).runs[0]
    meta = FakeMeta()
    world.run_lane(meta)
    events = database.client.meta.events

    def come_late(**_: object) -> None:
        events.unregister("before-call.dynamodb.DeleteItem", come_late)
        world.deps.lanes.runs._open_cursor(run, 0)
        world.run_lane(meta)

    events.register("before-call.dynamodb.DeleteItem", come_late)
    world.sweep(campaign_id, epoch_ms())
    assert world.campaign(campaign_id).closed
    assert not meta.twice
