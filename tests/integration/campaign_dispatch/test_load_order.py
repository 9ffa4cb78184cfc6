"""Whichever of several campaigns for the same people starts first, and whenever the others come: nobody is in two."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from functions.campaign_dispatch.load.shard import load_shard
from functions.campaign_dispatch.sweep.logic.loading import LONGEST_WAIT_MS
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import Audience, EarlierCampaign, FrequencyCap, State
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.domain.campaigns.stop_reasons import next_action
from shared.errors import Conflict
from shared.ids import CampaignId
from shared.queue_messages import LoadShard
from shared.store.engine.database import Database
from tests.support.engine import FakeMeta, World, open_test_database
from tests.support.faults import Crash, at_once, before_kth_call, crash_at_write

CAP: dict[str, Any] = {"frequency_cap": FrequencyCap(1, 7)}
Changes = dict[str, Any]


@pytest.fixture
def database(dynoxide: str) -> Database:
    return open_test_database(dynoxide)


@pytest.fixture
def world(database: Database) -> World:
    made = World(database)
    made.add_contacts(40)
    return made


def shards(world: World) -> list[LoadShard]:
    """What is queued to be loaded; the accounts of what was closed before are left out."""
    return [task for task in world.load_queue.take() if isinstance(task, LoadShard)]


def load(world: World, task: LoadShard) -> str:
    return load_shard(world.deps.for_load(), task, epoch_ms(), lambda: False)


def tried(*outcomes: str, codes: tuple[str, ...] = ()) -> Callable[[CampaignId], Changes]:
    return lambda first: {"audience": Audience(source=EarlierCampaign(first, outcomes, codes))}


def first_of_all(world: World) -> CampaignId:
    """One in which some failed and of some nobody knows; it is closed."""

    def answer(to: str, _n: int) -> Outcome | None:
        if to[-1] in "3456":
            return Outcome(Kind.REFUSED, "131026")
        return Outcome(Kind.UNKNOWN, "no_answer") if to[-1] == "7" else None

    first = world.send_to_everybody(category="UTILITY")
    world.run_lane(FakeMeta(answer))
    assert world.sweep(first, EpochMs(epoch_ms() + 60_000)) == "closed"
    return first


PAIRS: dict[str, tuple[Callable[[CampaignId], Changes], Callable[[CampaignId], Changes], int]] = {
    "two retries": (tried("failed"), tried("failed"), 16),
    "a retry and a campaign for some who failed": (tried("failed"), tried("failed", codes=("131026",)), 16),
    "two resends to whom nobody knows of": (tried("unknown"), tried("unknown"), 4),
    "two under the cap": (lambda _: CAP, lambda _: CAP, 40),
    "a retry under the cap and a campaign under it": (lambda one: {**tried("failed")(one), **CAP}, lambda _: CAP, 40),
}  # fmt: skip


@pytest.mark.parametrize("kinds", PAIRS)
def test_the_later_of_two_starts_first_and_is_half_loaded_when_the_earlier_starts(world: World, kinds: str) -> None:
    of_earlier, of_later, people = PAIRS[kinds]
    first = first_of_all(world)
    if "cap" in kinds:
        world.deps.campaigns.change(world.tenant_id, first, lambda c: replace(c, frozen_at=EpochMs(1)))
    earlier, later = world.launch(**of_earlier(first)), world.launch(**of_later(first))
    world.start(later)
    tasks = shards(world)
    for task in tasks[: len(tasks) // 2]:
        assert load(world, task) == "loaded"
    world.start(earlier)
    assert {load(world, task) for task in shards(world)} == {"waiting"}
    for task in tasks[len(tasks) // 2 :]:
        assert load(world, task) == "loaded"
    world.load()
    meta = FakeMeta()
    world.run_lane(meta)
    per = Counter(to for _, to, _ in meta.requests)
    assert (len(per), set(per.values())) == (people, {1})
    assert world.books(later).balanced
    assert world.books(earlier).balanced


def test_another_starts_and_loads_half_before_any_call_of_a_start(database: Database) -> None:
    for k in count(1):
        world = World(database)
        world.add_contacts(6)
        one, other = world.launch(**CAP), world.launch(**CAP)
        left: list[LoadShard] = []

        def meanwhile(world: World = world, other: CampaignId = other, left: list[LoadShard] = left) -> None:
            world.start(other)
            left += shards(world)
            for task in left[::2]:
                load(world, task)

        with before_kth_call(database, k, meanwhile) as came_to_it:
            world.start(one)
        if not came_to_it():
            break
        world.load_queue.messages += left[1::2]
        world.load()
        assert sorted((world.campaign(one).load_order, world.campaign(other).load_order)) == [1, 2]
        assert sorted((world.campaign(one).recipients, world.campaign(other).recipients)) == [0, 6]
    assert k > 5


def test_many_that_start_and_load_at_once_have_numbers_of_their_own_and_nobody_twice(world: World) -> None:
    campaigns = [world.launch(**CAP) for _ in range(4)]
    at_once(4, lambda i: world.start(campaigns[i]))
    assert sorted(world.campaign(one).load_order for one in campaigns) == [1, 2, 3, 4]
    while tasks := shards(world):
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda task: load(world, task), tasks))
    assert sorted(world.campaign(one).recipients for one in campaigns) == [0, 0, 0, 40]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", [1, 2])
def test_a_start_that_dies_at_any_write_comes_again_and_has_one_number(
    world: World, database: Database, k: int, when: Any
) -> None:
    one, other = world.launch(**CAP), world.launch(**CAP)
    with crash_at_write(database, k, when) as came_to_it, pytest.raises(Crash):
        world.start(one)
    assert came_to_it()
    world.start(other)
    world.start(one)
    world.load()
    assert sorted((world.campaign(one).load_order, world.campaign(other).load_order)) == [1, 2]
    assert sorted((world.campaign(one).recipients, world.campaign(other).recipients)) == [0, 40]


def test_a_load_takes_the_number_that_the_start_could_not(world: World) -> None:
    earlier = world.launch()
    later = world.launch(audience=Audience(tags=("all",), exclude_campaigns=(earlier,)))
    world.start(later)
    assert world.campaign(later).load_order == 0
    world.deps.campaigns.change(
        world.tenant_id, earlier, lambda c: replace(c, state=State.CANCELLED, finished_at=epoch_ms())
    )
    assert set(world.load()) == {"loaded"}
    assert (world.campaign(later).load_order, world.books(later).planned) == (1, 40)


def test_a_wait_is_shown_and_does_not_last_for_ever(world: World) -> None:
    """The one that is waited for is due, and its start fails each time."""
    earlier = world.launch()
    later = world.launch(audience=Audience(tags=("all",), exclude_campaigns=(earlier,)))
    world.start(later)
    now = epoch_ms()
    assert world.sweep(later, EpochMs(now + LONGEST_WAIT_MS - 60_000)) == "waiting"
    shown = world.campaign(later)
    assert (shown.state, earlier in shown.reason, bool(next_action(shown.reason))) == (State.LOADING, True, True)
    world.sweep(later, EpochMs(now + LONGEST_WAIT_MS + 60_000))
    over = world.campaign(later)
    assert (over.state, over.closed, earlier in over.reason) == (State.CANCELLED, True, True)
    assert "start a new campaign" in next_action(over.reason)
    world.start(earlier)
    world.load_queue.messages = [t for t in world.load_queue.messages if getattr(t, "campaign_id", "") == earlier]
    assert set(world.load()) == {"loaded"}


def test_the_reason_of_a_wait_goes_when_it_is_over(world: World) -> None:
    one, other = world.launch(**CAP), world.launch(**CAP)
    world.start(one)
    world.start(other)
    assert world.sweep(other, EpochMs(epoch_ms() + 60_000)) == "waiting"
    assert one in world.campaign(other).reason
    while {"waiting"} & set(world.load()):
        pass
    assert (world.campaign(other).state, world.campaign(other).reason) == (State.SENDING, "")


def test_a_campaign_under_the_cap_waits_until_the_lanes_know_of_one_that_was_cancelled(world: World) -> None:
    one = world.send_to_everybody(**CAP)
    world.deps.campaigns.change(world.tenant_id, one, lambda c: replace(c, state=State.CANCELLED))
    other = world.launch(**CAP)
    world.start(other)
    tasks = shards(world)
    assert {load(world, task) for task in tasks} == {"waiting"}
    while world.sweep(one, EpochMs(epoch_ms() + 60_000)) != "closed":
        pass
    for task in tasks:
        load(world, task)
    assert world.campaign(other).recipients == 40


def test_one_that_is_not_being_loaded_gets_no_number(world: World) -> None:
    one = world.launch()
    with pytest.raises(Conflict):
        world.deps.campaigns.put_in_order(world.tenant_id, one)
    world.start(one)
    assert world.deps.campaigns.put_in_order(world.tenant_id, one).load_order == 1
