"""A loader whose time is up goes on where it stopped, also when it sealed nothing, and seals the same records."""

import contextlib
from collections.abc import Callable, Iterator

import pytest

from functions.campaign_dispatch.load import dry_run
from functions.campaign_dispatch.load import shard as load
from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.dry_run_part import DryRunPart
from shared.domain.campaigns.load_record import Record
from shared.domain.contacts.identity import SHARDS
from shared.domain.leases import DRY_RUNS
from shared.errors import RetryableError
from shared.ids import CampaignId, ContactId, new_ulid
from shared.queue_messages import LoadShard
from shared.store.engine.database import Database
from tests.support.engine import World
from tests.support.faults import Crash, at_once, crash_at_write

SHARD = 5
PEOPLE = 260


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CONTACTS_BETWEEN_LOOKS", 10)
    monkeypatch.setattr(dry_run, "CONTACTS_BETWEEN_LOOKS", 10)
    monkeypatch.setattr(load, "MAX_SKIPPED", 25)


def add(world: World, tag: Callable[[int], str]) -> None:
    for i in range(PEOPLE):
        attributes = {"phone": f"+55119{i:08}", "name": f"Ana {i}", "region": "BR"}
        contact_id = ContactId(f"{SHARD:x}{i:031x}")
        world.deps.contacts.upsert(world.tenant_id, contact_id, attributes, {}, frozenset({tag(i)}), epoch_ms())
        if 100 <= i < 200:
            world.opt_out(contact_id)


@pytest.fixture
def mixed(world: World) -> None:
    """Long stretches of people who are not meant, of people who are, and of people who said no."""
    add(world, lambda i: "all" if i >= 60 else "other")


def begin(world: World) -> CampaignId:
    campaign_id = world.launch()
    world.start(campaign_id)
    world.load_queue.take()
    return campaign_id


def step(world: World, campaign_id: CampaignId, shard: int = SHARD, run: str = "", *, in_time: bool = False) -> str:
    task = LoadShard(world.tenant_id, campaign_id, shard, run)
    return load_shard(world.deps.for_load(), task, epoch_ms(), lambda: not in_time)


def steps(world: World, campaign_id: CampaignId, run: str = "") -> Iterator[str]:
    while (result := step(world, campaign_id, run=run)) == "continued":
        queue, other = (world.dry_run_queue, world.load_queue) if run else (world.load_queue, world.dry_run_queue)
        assert queue.take() == [LoadShard(world.tenant_id, campaign_id, SHARD, run)]
        assert other.take() == []
        yield result


def records(world: World, campaign_id: CampaignId) -> list[Record]:
    return list(world.deps.sends.records(world.tenant_id, campaign_id, SHARD))


@pytest.fixture
def reference(world: World, mixed: None) -> list[Record]:
    """What is sealed in one go."""
    campaign_id = begin(world)
    assert step(world, campaign_id, in_time=True) == "loaded"
    found = records(world, campaign_id)
    assert [(record.n, record.spill) for record in found] == [(0, 1), (0, 2), (0, 3), (0, 4), (0, 0), (1, 0)]
    return found


def test_a_rare_tag_in_a_large_shard_is_loaded_slice_by_slice(world: World) -> None:
    add(world, lambda i: "all" if i in (7, 255) else "other")
    campaign_id = begin(world)
    assert len(list(steps(world, campaign_id))) == PEOPLE // 10
    for shard in range(SHARDS):
        step(world, campaign_id, shard, in_time=True)
    assert world.campaign(campaign_id).planned == 2
    assert world.books(campaign_id).balanced


def test_slices_seal_what_is_sealed_in_one_go(world: World, reference: list[Record]) -> None:
    campaign_id = begin(world)
    assert len(list(steps(world, campaign_id))) > 20
    assert records(world, campaign_id) == reference
    for shard in range(SHARDS):
        step(world, campaign_id, shard, in_time=True)
    assert world.campaign(campaign_id).skipped == {"opted_out": 100}
    assert world.books(campaign_id).balanced


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_write_of_a_slice_changes_nothing(
    database: Database, world: World, reference: list[Record], when: str
) -> None:
    for k in (1, 2, 5, 9, 14, 20):
        campaign_id = begin(world)
        with contextlib.suppress(Crash), crash_at_write(database, k, when):  # type: ignore[arg-type]
            list(steps(world, campaign_id))
            pytest.fail("it never came to that write")
        list(steps(world, campaign_id))
        assert records(world, campaign_id) == reference


def test_workers_that_slice_one_shard_at_once_seal_what_one_does(world: World, reference: list[Record]) -> None:
    campaign_id = begin(world)

    def work(i: int) -> None:
        for turn in range(80):
            with contextlib.suppress(RetryableError):
                if step(world, campaign_id, in_time=(turn + i) % 7 == 0) != "continued":
                    return

    at_once(4, work)
    assert step(world, campaign_id) == "loaded"
    assert records(world, campaign_id) == reference


def test_what_a_late_worker_kept_of_long_ago_is_not_gone_on_with(world: World, reference: list[Record]) -> None:
    campaign_id = begin(world)
    slices, key = world.deps.slices, (world.tenant_id, campaign_id, "", SHARD)
    step(world, campaign_id)
    early = slices.kept(*key)
    assert early is not None
    while len(records(world, campaign_id)) < 3:
        step(world, campaign_id)
    slices.keep(*key, early.work, epoch_ms())
    world.load_queue.take()
    list(steps(world, campaign_id))
    assert records(world, campaign_id) == reference


def test_a_loader_that_seals_nothing_is_not_taken_for_dead(world: World) -> None:
    add(world, lambda _: "other")
    campaign_id = begin(world)
    for shard in range(SHARDS):
        if shard != SHARD:
            step(world, campaign_id, shard, in_time=True)
    later = EpochMs(epoch_ms() + 200_000)
    load_shard(world.deps.for_load(), LoadShard(world.tenant_id, campaign_id, SHARD), later, lambda: True)
    world.load_queue.take()
    assert world.sweep(campaign_id, EpochMs(later + 60_000)) == "loading"
    assert world.sweep(campaign_id, EpochMs(later + 200_000)) == "reloading"
    assert world.load_queue.take() == [LoadShard(world.tenant_id, campaign_id, SHARD)]


def test_a_dry_run_in_slices_counts_what_it_counts_in_one_go(world: World, mixed: None) -> None:
    nameless = {"phone": "+5511911111111", "region": "BR"}
    world.deps.contacts.upsert(
        world.tenant_id, ContactId(f"{SHARD:x}{'f' * 31}"), nameless, {}, frozenset({"all"}), epoch_ms()
    )
    campaign_id = world.launch()
    parts = []
    for in_time in (True, False):
        run = new_ulid()
        if in_time:
            assert step(world, campaign_id, run=run, in_time=True) == "counted"
        else:
            assert len(list(steps(world, campaign_id, run))) == PEOPLE // 10
        (part,) = world.deps.sends.dry_run(world.tenant_id, campaign_id, run)
        parts.append(DryRunPart.from_json(part))
    assert parts[0] == parts[1]
    assert (parts[0].planned, parts[0].sendable) == (201, 100)
    assert parts[0].skipped == {"opted_out": 100, "missing_variable": 1}


def test_whoever_stores_the_last_part_of_a_dry_run_gives_its_place_back(world: World, mixed: None) -> None:
    campaign_id, now = world.launch(), epoch_ms()
    leases = world.deps.leases
    leases.take(world.tenant_id, DRY_RUNS, "run", campaign_id, until=EpochMs(now + 60_000), now=now)
    for shard in range(16):
        assert set(leases.read(world.tenant_id, DRY_RUNS).held) == {"run"}
        assert step(world, campaign_id, shard, "run", in_time=True) == "counted"
    assert not leases.read(world.tenant_id, DRY_RUNS).held
    assert step(world, campaign_id, 0, "run", in_time=True) == "counted", "a part that comes again"
