"""Contacts that are deleted while a campaign is under way, or before one, and those who come back."""

import pytest

from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.identity import contact_id_for, shard_of
from shared.ids import ContactId
from shared.queue_messages import LoadShard
from tests.support import engine
from tests.support.engine import FakeMeta, World, open_test_database


@pytest.fixture
def world(dynoxide: str) -> World:
    return World(open_test_database(dynoxide))


def delete(world: World, contact_id: ContactId) -> None:
    contacts, now = world.deps.contacts, epoch_ms()
    contacts.consent.note_deleted(world.tenant_id, [contact_id], now)
    assert contacts.deletions.apply(world.tenant_id, contact_id, now)


def phone_of(world: World, contact_id: ContactId) -> str:
    found = world.deps.contacts.get(world.tenant_id, contact_id)
    assert found is not None
    return found.phone or ""


def test_who_is_deleted_before_their_turn_is_skipped_and_the_books_balance(world: World) -> None:
    people = world.add_contacts(6)
    campaign = world.send_to_everybody()
    phone = phone_of(world, people[2])
    delete(world, people[2])
    world.add_contacts(1, first=2)
    meta = FakeMeta()
    world.run_lane(meta)
    books = world.books(campaign)
    assert (books.planned, books.sent, books.skipped_by) == (6, 5, {"contact_deleted": 1})
    assert phone not in {to for _, to in meta.accepted}
    assert not meta.twice


def test_who_has_got_it_stays_in_the_books_and_gets_it_once(world: World) -> None:
    people = world.add_contacts(4)
    campaign = world.send_to_everybody()
    meta = FakeMeta()
    world.run_lane(meta)
    delete(world, people[1])
    world.add_contacts(1, first=1)
    world.run_lane(meta)
    books = world.books(campaign)
    assert (books.planned, books.sent, books.skipped) == (4, 4, 0)
    assert not meta.twice


def test_who_is_deleted_while_it_is_loaded_is_not_written_to(world: World) -> None:
    people = world.add_contacts(32)
    campaign = world.launch()
    world.start(campaign)
    tasks = [task for task in world.load_queue.take() if isinstance(task, LoadShard)]
    for i, task in enumerate(tasks):
        if i == len(tasks) // 2:
            for one in people[::2]:
                delete(world, one)
        load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)
    meta = FakeMeta()
    for index in range(4):
        world.run_lane(meta, index=index)
    books = world.books(campaign)
    kept = {phone_of(world, one) for one in people[1::2]}
    assert {to for _, to in meta.accepted} == kept
    assert books.planned == books.sent + books.skipped
    loaded = {task.shard for task in tasks[: len(tasks) // 2]}
    frozen = sum(shard_of(one) in loaded for one in people[::2])
    assert books.skipped_by == ({"contact_deleted": frozen} if frozen else {})


def test_who_was_deleted_in_one_campaign_and_says_no_in_the_next_is_in_the_books_of_each_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person,) = world.add_contacts(1)
    now = epoch_ms()
    with monkeypatch.context() as earlier:
        earlier.setattr(engine, "epoch_ms", lambda: EpochMs(now - 300_000))
        first = world.send_to_everybody()
    world.deps.contacts.consent.note_deleted(world.tenant_id, [person], EpochMs(now - 200_000))
    second = world.send_to_everybody()
    world.opt_out(person)
    meta = FakeMeta()
    world.run_lane(meta)
    assert not meta.accepted
    assert world.books(first).skipped_by == {"contact_deleted": 1}
    assert world.books(second).skipped_by == {"opted_out": 1}


@pytest.mark.parametrize("comes_back", ["by import", "under a user id"])
def test_who_said_no_and_was_deleted_is_not_written_to_when_they_are_there_again(world: World, comes_back: str) -> None:
    (person,) = world.add_contacts(1)
    phone = phone_of(world, person)
    world.opt_out(person)
    delete(world, person)
    if comes_back == "by import":
        world.add_contacts(1)
    else:
        # Whoever wrote this died before the one was merged into the other.
        attributes = {"bsuid": "BR.1", "phone": phone, "name": "Ana", "region": "BR"}
        by_user_id = contact_id_for(world.tenant_id, "bsuid", "BR.1")
        world.deps.contacts.upsert(world.tenant_id, by_user_id, attributes, {}, frozenset({"all"}), epoch_ms())
    meta = FakeMeta()
    campaign = world.send_to_everybody()
    world.run_lane(meta)
    assert not meta.accepted
    assert world.books(campaign).skipped_by == {"opted_out": 1}


def test_who_was_deleted_keeps_nobody_with_their_number_out(world: World) -> None:
    (person,) = world.add_contacts(1)
    phone = phone_of(world, person)
    delete(world, person)
    by_user_id = contact_id_for(world.tenant_id, "bsuid", "BR.1")
    attributes = {"bsuid": "BR.1", "phone": phone, "name": "Ana", "region": "BR"}
    world.deps.contacts.upsert(world.tenant_id, by_user_id, attributes, {}, frozenset({"all"}), epoch_ms())
    campaign = world.send_to_everybody()
    world.run_lane(FakeMeta())
    assert world.books(campaign).sent == 1
