"""Everybody of a campaign is found where the load put them, one after the other and one by one."""

import pytest

from functions.campaign_dispatch.load import shard as load
from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import epoch_ms
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.fate import Fate
from shared.ids import ContactId
from shared.queue_messages import LoadShard
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.people import fate_in, held_back_in, place_in, stream_shard
from tests.support.engine import World

SHARD = 5


def person(i: int) -> ContactId:
    """Contact ids of one shard, in order."""
    return ContactId(f"{SHARD:x}{i:031x}")


def frozen(world: World, recipients: int, held_back: range) -> Campaign:
    """A campaign to this many people of one shard, with those held back among and behind them."""
    for i in range(max(recipients + len(held_back), held_back.stop)):
        attributes = {"phone": f"+55119{i:08}", "name": f"Ana {i}", "region": "BR"}
        world.deps.contacts.upsert(world.tenant_id, person(i), attributes, {}, frozenset({"all"}), epoch_ms())
    for i in held_back:
        world.opt_out(person(i))
    campaign_id = world.launch()
    world.start(campaign_id)
    for task in world.load_queue.take():
        assert isinstance(task, LoadShard)
        load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)
    campaign = world.campaign(campaign_id)
    assert campaign.sizes[SHARD] == recipients
    return campaign


@pytest.mark.parametrize(
    ("recipients", "held_back"),
    [
        (0, range(9)),
        (80, range(0, 120, 3)),
        (160, range(100, 180)),
        (160, range(160, 190)),
        (130, range(1, 140, 2)),
    ],
)
def test_everybody_is_found_in_order_and_by_search(
    world: World, monkeypatch: pytest.MonkeyPatch, recipients: int, held_back: range
) -> None:
    monkeypatch.setattr(load, "MAX_SKIPPED", 7)
    sends, read, tenant = world.deps.sends, world.read_standing, world.tenant_id
    campaign = frozen(world, recipients, held_back)
    found = list(stream_shard(sends, read, tenant, campaign, JournalReader(sends, tenant, campaign), SHARD))
    assert [fate.contact_id for fate in found] == [person(i) for i in range(recipients + len(held_back))]
    for fate in found:
        held = held_back_in(sends.read_block, sends, tenant, campaign, fate.contact_id)
        place = place_in(sends.read_block, tenant, campaign, fate.contact_id)
        if fate.outcome == "skipped":
            assert held == fate == Fate(fate.contact_id, "skipped", "opted_out")
            assert place is None
        else:
            assert held is None
            assert place is not None
            assert fate_in(sends, read, tenant, campaign, place)[0] == fate
    assert held_back_in(sends.read_block, sends, tenant, campaign, person(9_999)) is None
