"""A loader that dies leaves nobody without books."""

import pytest

from functions.campaign_dispatch.load import load_shard
from shared.clock import epoch_ms
from shared.domain.campaign import State
from shared.events import LoadShard
from shared.store.database import Database
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
        load_shard(world.deps, task, epoch_ms(), lambda: False)
        if task is first:
            partition = {"S": f"T#{world.tenant_id}#C#{campaign_id}#{task.shard:x}"}
            database.client.delete_item(TableName=database.sends, Key={"pk": partition, "sk": {"S": "S#0000"}})
    assert world.campaign(campaign_id).state is State.SENDING
    assert world.books(campaign_id).balanced
    world.run_lane(FakeMeta())
    assert world.books(campaign_id).sent == 100
