"""A campaign that is taken off its number while somebody looks at it stands where its lanes had come to."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from functions.api.campaigns.recipients import Recipients
from functions.campaign_dispatch.load.beside import read_as_decided
from infra.ops import campaigns, people
from infra.ops.desk import Desk
from infra.ops.stack import Stack
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import Campaign, State, after
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, new_ulid
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.people import fate_in, place_in, stream_shard
from shared.store.engine.database import Database
from tests.support.engine import World

PEOPLE, CLAIMED = 20, 12
LEASE_MS = 15_000
QUEUES = {f"{name}QueueUrl": "http://localhost/none" for name in ("Lane", "Load", "DryRun", "Webhook")}
TAKEN_OFF = {"unknown": CLAIMED, "cancelled": PEOPLE - CLAIMED}


@pytest.fixture
def campaign_id(world: World) -> CampaignId:
    """A lane has claimed some of its people, and was not heard of since."""
    world.add_contacts(PEOPLE)
    campaign_id = world.send_to_everybody()
    now, lanes = epoch_ms(), world.deps.lanes
    state = lanes.acquire(world.phone_number_id, 0, new_ulid(), "", now, EpochMs(now + LEASE_MS))
    assert state is not None
    until, move = EpochMs(now + LEASE_MS), {campaign_id: (0, CLAIMED)}
    lanes.claim(world.phone_number_id, 0, state.fence, move, new_ulid(), now, until, 0)
    return campaign_id


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, Stack("test", {**QUEUES, "DataBucketName": "data", "TokenKeyArn": "key"}, {}), epoch_ms())


def cancel(world: World, campaign_id: CampaignId) -> None:
    world.deps.campaigns.change(world.tenant_id, campaign_id, lambda c: replace(c, state=after(c.state, "cancel")))
    world.deps.lanes.runs.set_state(world.phone_number_id, campaign_id, "cancelled")


def take_off(world: World, campaign_id: CampaignId) -> Campaign:
    """Returns it as somebody knows it who read it before."""
    known = world.campaign(campaign_id)
    cancel(world, campaign_id)
    assert world.sweep(campaign_id, EpochMs(epoch_ms() + 4 * LEASE_MS)) == "closed"
    return known


def on_pages(world: World, known: Campaign, _desk: Desk) -> Counter[str]:
    page = Recipients(world.deps.sends, world.read_standing).page(world.tenant_id, known, None, 500, None)
    return Counter(fate.outcome for fate in page.items)


def in_order(world: World, known: Campaign, _desk: Desk) -> Counter[str]:
    journal = JournalReader(world.deps.sends, world.tenant_id, known)
    streams = (
        stream_shard(world.deps.sends, partial(read_as_decided, world.deps.campaigns, world.deps.lanes),
                     world.tenant_id, known, journal, shard)
        for shard in range(SHARDS)
    )  # fmt: skip
    return Counter(fate.outcome for stream in streams for fate in stream)


def one_by_one(world: World, known: Campaign, _desk: Desk) -> Counter[str]:
    sends, tenant_id = world.deps.sends, world.tenant_id
    places = (place_in(sends.read_block, tenant_id, known, one) for one in world.add_contacts(PEOPLE))
    return Counter(fate_in(sends, world.read_standing, tenant_id, known, place)[0].outcome for place in places if place)


def by_operators(world: World, known: Campaign, desk: Desk) -> Counter[str]:
    ids = world.add_contacts(PEOPLE)
    return Counter(str(people.why(desk, world.tenant_id, known, None, (one,))["outcome"]) for one in ids)


def in_operators_books(world: World, known: Campaign, desk: Desk) -> Counter[str]:
    look = campaigns.look_at(desk, world.tenant_id, known)
    found = campaigns.books(desk, world.tenant_id, look.campaign, look.work)
    return Counter({name: int(str(found[name])) for name in ("unknown", "cancelled", "waiting") if found[name]})


@pytest.mark.parametrize("look", [on_pages, in_order, one_by_one, by_operators, in_operators_books])
def test_who_read_the_campaign_before_finds_what_became_of_its_people(
    world: World, desk: Desk, campaign_id: CampaignId, look: Callable[[World, Campaign, Desk], Counter[str]]
) -> None:
    assert look(world, take_off(world, campaign_id), desk) == TAKEN_OFF


def test_a_load_does_not_take_those_for_spared_who_wait_in_a_campaign_that_its_lanes_may_still_send(
    world: World, desk: Desk, campaign_id: CampaignId
) -> None:
    known = world.campaign(campaign_id)
    cancel(world, campaign_id)
    assert in_order(world, known, desk) == {"unknown": CLAIMED, "waiting": PEOPLE - CLAIMED}
    assert world.campaign(campaign_id).state is State.CANCELLED
