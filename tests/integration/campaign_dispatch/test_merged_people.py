"""People whom an earlier campaign knew by the id of a contact that has been merged into another since."""

from typing import Any

import pytest

from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import Audience, EarlierCampaign, FrequencyCap
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.domain.contacts.identity import contact_id_for, shard_of
from shared.ids import CampaignId, ContactId
from shared.queue_messages import LoadShard
from tests.support.engine import FakeMeta, World, open_test_database

USER_ID = "BR.12345"


@pytest.fixture
def world(dynoxide: str) -> World:
    return World(open_test_database(dynoxide))


@pytest.fixture
def by_user_id(world: World) -> str:
    """A contact of whom only the user id is known."""
    return add(world, USER_ID, name="Ana")


def add(world: World, user_id: str, **attributes: str) -> ContactId:
    contact_id = contact_id_for(world.tenant_id, "bsuid", user_id)
    attributes = {"bsuid": user_id, **attributes}
    world.deps.contacts.upsert(world.tenant_id, contact_id, attributes, {}, frozenset({"all"}), epoch_ms())
    return contact_id


def merge(world: World, keep_id: ContactId, gone_id: ContactId) -> None:
    gone = world.deps.contacts.get(world.tenant_id, gone_id)
    assert gone is not None
    assert world.mergers.merge(world.tenant_id, keep_id, gone, epoch_ms())


def half_merge(world: World, keep_id: ContactId, gone_id: ContactId) -> None:
    """The contact that is to go has changed meanwhile, and stays for now."""
    gone = world.deps.contacts.get(world.tenant_id, gone_id)
    assert gone is not None
    world.deps.contacts.upsert(world.tenant_id, gone_id, {"name": "Eva"}, {}, frozenset(), EpochMs(epoch_ms() + 1))
    assert not world.mergers.merge(world.tenant_id, keep_id, gone, epoch_ms())


def refusing(*recipients: str) -> FakeMeta:
    return FakeMeta(lambda to, _n: Outcome(Kind.REFUSED, "131026") if to in recipients else None)


def run(world: World, meta: FakeMeta, **changes: Any) -> CampaignId:
    campaign = world.send_to_everybody(**changes)
    world.run_lane(meta)
    return campaign


def of_earlier(campaign_id: CampaignId, *outcomes: str) -> Audience:
    return Audience(source=EarlierCampaign(campaign_id, outcomes))


def test_who_was_reached_is_left_out_and_counts_under_the_cap(world: World, by_user_id: ContactId) -> None:
    first = run(world, FakeMeta())
    (person, other) = world.add_contacts(2)
    merge(world, ContactId(person), by_user_id)
    capped = run(world, FakeMeta(), frequency_cap=FrequencyCap(1, 7))
    assert world.books(capped).skipped_by == {"frequency_cap": 1}
    meta = FakeMeta()
    run(world, meta, audience=Audience(tags=("all",), exclude_campaigns=(first,)))
    found = world.deps.contacts.get(world.tenant_id, ContactId(other))
    assert found is not None
    assert [to for _, to in meta.accepted] == [found.phone]


def test_who_failed_is_tried_again_once(world: World, by_user_id: ContactId) -> None:
    first = run(world, refusing(USER_ID))
    (person,) = world.add_contacts(1)
    merge(world, ContactId(person), by_user_id)
    meta = FakeMeta()
    again = run(world, meta, audience=of_earlier(first, "failed"))
    assert world.books(again).planned == 1
    assert len(meta.accepted) == 1


def test_whom_the_load_held_back_is_found_too(world: World) -> None:
    nameless = add(world, USER_ID)
    first = run(world, FakeMeta())
    assert world.books(first).skipped_by == {"missing_variable": 1}
    (person,) = world.add_contacts(1)
    merge(world, ContactId(person), nameless)
    assert world.books(run(world, FakeMeta(), audience=of_earlier(first, "skipped"))).sent == 1
    assert world.books(run(world, FakeMeta(), audience=of_earlier(first, "failed"))).planned == 0


def test_whom_it_reached_under_one_id_it_did_not_miss_under_another(world: World, by_user_id: ContactId) -> None:
    (person,) = world.add_contacts(1)
    first = run(world, refusing(USER_ID))
    assert (world.books(first).sent, world.books(first).failed) == (1, 1)
    merge(world, ContactId(person), by_user_id)
    assert world.books(run(world, FakeMeta(), audience=of_earlier(first, "failed"))).planned == 0
    assert world.books(run(world, FakeMeta(), audience=of_earlier(first, "sent"))).planned == 1


def test_of_a_merger_that_is_not_done_one_contact_is_tried_again(world: World, by_user_id: ContactId) -> None:
    first = run(world, refusing(USER_ID))
    (person,) = world.add_contacts(1)
    half_merge(world, ContactId(person), by_user_id)
    meta = FakeMeta()
    run(world, meta, audience=of_earlier(first, "failed"))
    assert [to for _, to in meta.accepted] == [USER_ID]


def test_of_a_merger_in_the_middle_of_the_load_one_contact_is_tried_again(world: World, by_user_id: ContactId) -> None:
    first = run(world, refusing(USER_ID))
    people = world.add_contacts(20)
    person = ContactId(
        next(contact_id for contact_id in people if shard_of(ContactId(contact_id)) != shard_of(by_user_id))
    )
    again = world.launch(audience=of_earlier(first, "failed"))
    world.start(again)
    tasks = [task for task in world.load_queue.take() if isinstance(task, LoadShard)]
    tasks.sort(key=lambda task: task.shard != shard_of(by_user_id))
    load_shard(world.deps.for_load(), tasks[0], epoch_ms(), lambda: False)
    merge(world, person, by_user_id)
    for task in tasks[1:]:
        load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)
    assert world.books(again).planned == 1
