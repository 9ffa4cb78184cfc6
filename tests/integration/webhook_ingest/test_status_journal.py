"""Statuses wait in a journal: nothing of it is lost or forgotten, whoever dies where, and whatever comes twice."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, cast

import pytest

from functions.webhook_ingest.statuses import compaction as compacting
from functions.webhook_ingest.statuses.compaction import LOST_MS, compact, send_due
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.campaigns.status_journal import pack
from shared.domain.contacts.identity import SHARDS
from shared.errors import RetryableError
from shared.ids import CampaignId, TenantId, new_ulid
from shared.queue_messages import CompactJournal
from shared.store.campaigns import status_journal as journals_stored
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.status_journal import PARTITIONS
from shared.store.engine.database import Database
from tests.support.engine import FakeMeta, RecordingQueue, World, new_test_database
from tests.support.faults import at_once
from tests.support.frozen import frozen_campaign
from tests.support.journals import (
    ask_for_recipients,
    compact_all,
    compaction,
    due,
    due_parts,
    entries_of,
    recipients_told,
    status_message,
    take_in,
    tell,
)

PEOPLE = 64
BLOCKS = [block_number(shard, 0) for shard in range(SHARDS)]
FIRST = [("sent", block, 0) for block in BLOCKS]
SECOND = [*(("delivered", block, 0) for block in BLOCKS[:8]), *(("failed:131026", block, 1) for block in BLOCKS[:5])]
LATER = 120_000


class Died(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module")
def strikable(dynoxide: str) -> Database:
    """A database of one's own, whose calls a test may watch."""
    return new_test_database(dynoxide)


@pytest.fixture
def campaign(world: World) -> CampaignId:
    """A campaign of 64 people, four in a block, all of whom were written to."""
    campaign_id = frozen_campaign(world, PEOPLE)
    world.run_lane(FakeMeta(latency=0.001), rate=2_000.0)
    return campaign_id


def stored(world: World, campaign_id: CampaignId) -> dict[int, StatusBlock]:
    """What the blocks themselves know."""
    found = {block: world.deps.sends.status_block(world.tenant_id, campaign_id, block) for block in BLOCKS}
    return {block: status for block, status in found.items() if status is not None}


def waiting(world: World, campaign_id: CampaignId) -> int:
    return len(list(world.deps.sends.journal.pages(world.tenant_id, campaign_id, 0)))


def noted(world: World, campaign_id: CampaignId) -> bool:
    journal = world.deps.sends.journal
    return any(one.campaign_id == campaign_id for n in range(PARTITIONS) for one in journal.opened(n))


def all_is_told(world: World, campaign_id: CampaignId) -> None:
    blocks = stored(world, campaign_id)
    assert [blocks[block].delivered for block in BLOCKS] == [{0} if i < 8 else set() for i in range(SHARDS)]
    assert [dict(blocks[block].failed) for block in BLOCKS] == [{1: "131026"} if i < 5 else {} for i in range(SHARDS)]
    assert all(block.priced == {"marketing": {0}} for block in blocks.values())
    assert waiting(world, campaign_id) == 0
    assert not noted(world, campaign_id)


def test_a_batch_is_one_page_until_it_is_compacted(world: World, database: Database, campaign: CampaignId) -> None:
    now: int = epoch_ms()
    before = stored(world, campaign)
    tell(world, database, campaign, [*FIRST, *SECOND], now)
    assert stored(world, campaign) == before
    assert (waiting(world, campaign), noted(world, campaign)) == (1, True)
    assert due(due_parts(database), world.tenant_id, now) == []
    books = world.books(campaign)
    assert (books.sent, books.delivered, books.billable, books.failed) == (PEOPLE - 5, 8, SHARDS, 5)
    assert compact_all(database, world.tenant_id, now + LATER) == ["closed"]
    all_is_told(world, campaign)
    assert world.books(campaign) == books


def test_batches_that_come_again_change_nothing(world: World, database: Database, campaign: CampaignId) -> None:
    now: int = epoch_ms()
    messages = [status_message(world.tenant_id, world.phone_number_id, campaign, told) for told in (FIRST, SECOND)]
    for batch in (messages, messages[1:], messages[::-1], messages):
        assert take_in(database, batch, now) == set()
        now += 1
    assert compact_all(database, world.tenant_id, now + LATER) == ["closed"]
    all_is_told(world, campaign)
    assert take_in(database, messages, now) == set()
    assert compact_all(database, world.tenant_id, now + LATER) == ["closed"]
    all_is_told(world, campaign)


def test_few_blocks_are_written_at_once(world: World, database: Database, campaign: CampaignId) -> None:
    tell(world, database, campaign, FIRST[:3], epoch_ms())
    assert not noted(world, campaign)
    assert stored(world, campaign)[BLOCKS[0]].priced == {"marketing": {0}}


@contextmanager
def struck(database: Database, at: int, *, after: bool, calls: list[str]) -> Iterator[None]:
    """The process dies at its `at`-th write, before it or after it took effect; `calls` are the writes there were."""
    lock = Lock()

    def meet(model: Any, **_: object) -> None:
        if model.name not in ("PutItem", "UpdateItem", "DeleteItem"):
            return
        with lock:
            calls.append(model.name)
            if len(calls) >= at:
                raise Died

    event = "after-call.dynamodb" if after else "before-call.dynamodb"
    database.client.meta.events.register(event, meet)
    try:
        yield
    finally:
        database.client.meta.events.unregister(event, meet)


def _appended(world: World, database: Database, campaign_id: CampaignId, now: int, _told: RecordingQueue) -> None:
    messages = [status_message(world.tenant_id, world.phone_number_id, campaign_id, told) for told in (FIRST, SECOND)]
    assert take_in(database, messages, now) == set()


def _compacted(world: World, database: Database, _campaign_id: CampaignId, now: int, told: RecordingQueue) -> None:
    compact_all(database, world.tenant_id, now + LATER, told)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("dies", [_appended, _compacted])
def test_whoever_dies_at_any_write_leaves_what_the_next_one_does(
    dynoxide: str, strikable: Database, dies: Callable[..., None], after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "_WRITERS", 1)
    for at in itertools.count(1):
        world, now, told = World(strikable), epoch_ms(), RecordingQueue()
        ask_for_recipients(strikable, world.tenant_id)
        campaign_id = frozen_campaign(world, PEOPLE)
        world.run_lane(FakeMeta(latency=0.001), rate=2_000.0)
        if dies is _compacted:
            _appended(world, strikable, campaign_id, now, told)
        calls: list[str] = []
        died = False
        try:
            with struck(strikable, at, after=after, calls=calls):
                dies(world, strikable, campaign_id, now, told)
        except Died:
            died = True
        if dies is _appended and died:
            _appended(world, strikable, campaign_id, now + 5, told)
        for later in (1, 2):
            compact_all(strikable, world.tenant_id, now + later * (LATER + LOST_MS), told)
        all_is_told(world, campaign_id)
        events = recipients_told(told)
        assert len({event.event_id for event in events}) == 1, "told again, it is the same event"
        assert Counter(one["outcome"] for one in entries_of(events[0])) == {"sent": 8, "delivered": 8, "failed": 5}
        if not died:
            assert len(events) == 1
            assert at > (2 if dies is _appended else SHARDS + 2)
            return


STEPS = range(5)
"""Before the compaction's claim, its reading, its first write, its taking out of a page, its closing."""


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(("kept_at", "noted_at"), list(itertools.combinations_with_replacement(STEPS, 2)))
def test_a_page_that_is_kept_while_its_journal_is_compacted_is_not_forgotten(
    database: Database,
    strikable: Database,
    world: World,
    campaign: CampaignId,
    known: bool,
    kept_at: int,
    noted_at: int,
) -> None:
    """Between any two calls of the compaction a worker keeps a page, and notes it between any later two. `known`: there
    was a page before, else only the note that somebody made of one that is folded already."""
    now, journal = epoch_ms(), Sends(database).journal
    (page,) = pack({block: StatusChange(delivered={0}) for block in BLOCKS})
    place = (world.tenant_id, campaign, 0)
    tell(world, database, campaign, FIRST, now)
    if not known:
        for key, _ in journal.pages(*place):
            journal.remove(*place, key)
    reached = {"UpdateItem": 0, "Query": 1, "DeleteItem": 3}
    seen: set[int] = set()

    def meet(params: Any, model: Any, **_: object) -> None:
        key = params["body"].decode() if isinstance(params["body"], bytes) else str(params["body"])
        step = 4 if "OPEN#" in key and model.name == "DeleteItem" else reached.get(model.name, 0)
        if model.name == "UpdateItem" and "OPEN#" not in key:
            step = 2
        with lock:
            for passed in range(step + 1):
                if passed not in seen:
                    seen.add(passed)
                    _at_step(passed)

    def _at_step(step: int) -> None:
        if step == kept_at:
            journal.keep(*place, page, now=EpochMs(now + 1))
        if step == noted_at:
            journal.note(*place, page, people=PEOPLE, now=EpochMs(now + 1))

    lock = Lock()
    task = CompactJournal(world.tenant_id, campaign, 0, PEOPLE)
    strikable.client.meta.events.register("before-call.dynamodb", meet)
    try:
        compact(compaction(strikable), task, EpochMs(now + LATER), lambda: False)
    finally:
        strikable.client.meta.events.unregister("before-call.dynamodb", meet)
    assert seen == set(STEPS)
    assert noted(world, campaign) or waiting(world, campaign) == 0
    compact_all(database, world.tenant_id, now + 2 * LATER)
    assert all(block.delivered == {0} for block in stored(world, campaign).values())
    assert (waiting(world, campaign), noted(world, campaign)) == (0, False)


def test_a_note_that_is_made_anew_is_not_taken_for_the_one_before(
    world: World, database: Database, campaign: CampaignId
) -> None:
    journal, now, place = Sends(database).journal, epoch_ms(), (world.tenant_id, campaign, 0)
    tell(world, database, campaign, FIRST, now)
    slow = journal.claim(*place, latest=EpochMs(now), now=EpochMs(now + 1))
    assert slow is not None
    assert compact_all(database, world.tenant_id, now + LATER) == ["closed"]
    tell(world, database, campaign, SECOND, now + 5)
    assert not journal.close(*place, slow)
    assert noted(world, campaign)


def test_who_runs_out_of_time_keeps_what_is_done_and_is_due_at_once(
    world: World, database: Database, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "BLOCKS_AT_ONCE", 10)
    now, parts = epoch_ms(), compaction(database)
    tell(world, database, campaign, FIRST, now)
    tell(world, database, campaign, SECOND, now + 1)
    (task,) = due(due_parts(database), world.tenant_id, now + LATER)
    times = iter([False, True])
    assert compact(parts, task, EpochMs(now + LATER), lambda: next(times)) == "out of time"
    assert waiting(world, campaign) == 1
    assert compact_all(database, world.tenant_id, now + LATER) == ["closed"]
    all_is_told(world, campaign)


def test_of_two_that_were_queued_one_compacts(world: World, database: Database, campaign: CampaignId) -> None:
    now, parts = epoch_ms(), compaction(database)
    tell(world, database, campaign, FIRST, now)
    (task,) = due(due_parts(database), world.tenant_id, now + LATER)
    tell(world, database, campaign, SECOND, now + LATER)
    assert parts.sends.journal.claim(task.tenant_id, task.campaign_id, 0, latest=EpochMs(now), now=EpochMs(now + LATER))
    assert compact(parts, task, EpochMs(now + LATER), lambda: False) == "not due"


def test_a_part_that_is_queued_is_not_queued_again_until_somebody_began_or_its_message_is_lost(
    world: World, database: Database, campaign: CampaignId
) -> None:
    now, parts = epoch_ms(), due_parts(database)
    tell(world, database, campaign, FIRST, now)
    (task,) = due(parts, world.tenant_id, now + LATER)
    for minutes in (1, 2, 10, 29):
        assert due(parts, world.tenant_id, now + LATER + minutes * 60_000) == []
    later = now + LATER + LOST_MS
    assert due(parts, world.tenant_id, later) == [task]
    assert due(parts, world.tenant_id, later + 60_000) == []
    tell(world, database, campaign, SECOND, later)
    taken = compact(compaction(database), task, EpochMs(later + 60_000), iter([True]).__next__)
    assert taken == "out of time"
    assert due(parts, world.tenant_id, later + 60_000) == [task]
    assert compact(compaction(database), task, EpochMs(later + 60_000), lambda: False) == "closed"
    all_is_told(world, campaign)


def test_what_the_queue_does_not_take_is_queued_the_next_minute(
    world: World, database: Database, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_messages: object) -> None:
        raise RetryableError("no")

    now, parts = epoch_ms(), due_parts(database)
    tell(world, database, campaign, FIRST, now)
    with monkeypatch.context() as down:
        down.setattr(parts.queue, "send_all", refuse)
        assert due(parts, world.tenant_id, now + LATER) == []
    assert len(due(parts, world.tenant_id, now + LATER + 1)) == 1


def test_a_run_that_ends_early_is_gone_on_with_by_the_next(dynoxide: str) -> None:
    database = new_test_database(dynoxide)
    parts, journal = due_parts(database), Sends(database).journal
    (page,) = pack({BLOCKS[0]: StatusChange(delivered={0})})
    tenants = [TenantId(new_ulid()) for _ in range(30)]
    for tenant_id in tenants:
        journal.append(tenant_id, CampaignId("c"), 0, page, people=PEOPLE, now=EpochMs(1))
    queue, found = cast("RecordingQueue", parts.queue), list[list[Any]]()
    for run in range(4):
        left = iter(range(4))
        done = send_due(parts, EpochMs(LATER + run), lambda left=left: next(left, None) is not None, at_once=2)  # type: ignore[misc]
        found.append([cast("CompactJournal", message).tenant_id for message in queue.take()])
        assert done == (run == 3)
    assert [len(one) for one in found] == [8, 8, 8, 6]
    assert sorted(itertools.chain(*found)) == sorted(tenants)
    assert send_due(parts, EpochMs(LATER + LOST_MS + 4), lambda: True, at_once=2)
    assert len(queue.take()) == len(tenants), "a run that came round begins at the beginning"


def test_those_who_look_at_the_same_moment_queue_a_part_once(
    world: World, database: Database, campaign: CampaignId
) -> None:
    now = epoch_ms()
    tell(world, database, campaign, FIRST, now)
    found = at_once(8, lambda _: due(due_parts(database), world.tenant_id, now + LATER))
    assert sum(map(len, found)) == 1


def test_a_part_with_much_in_it_is_due_at_once(
    world: World, database: Database, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not again for what it held then."""
    (page,) = pack({block: StatusChange(delivered={0}) for block in BLOCKS})
    for module in (compacting, journals_stored):
        monkeypatch.setattr(module, "MUCH_BYTES", 3 * page.size)
    journal, now, parts = Sends(database).journal, EpochMs(epoch_ms()), due_parts(database)
    for i in range(2):
        journal.append(world.tenant_id, campaign, 0, page, people=PEOPLE, now=EpochMs(now + i))
    assert due(parts, world.tenant_id, now) == []
    journal.append(world.tenant_id, campaign, 0, page, people=PEOPLE, now=EpochMs(now + 2))
    (task,) = due(parts, world.tenant_id, now)
    assert compact(compaction(database), task, now, lambda: True) == "out of time"
    journal.append(world.tenant_id, campaign, 0, page, people=PEOPLE, now=EpochMs(now + 3))
    assert compact(compaction(database), task, now, lambda: False) == "closed"
    journal.append(world.tenant_id, campaign, 0, page, people=PEOPLE, now=EpochMs(now + 4))
    assert due(parts, world.tenant_id, now) == []
    assert compact(compaction(database), task, now, lambda: False) == "not due"


def test_what_a_journal_says_of_a_block_that_is_not_there_is_counted(
    world: World, database: Database, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: dict[str, int] = {}
    monkeypatch.setattr(compacting, "count", lambda name, value=1: counted.update({name: value}))
    journal, now = Sends(database).journal, epoch_ms()
    (page,) = pack({BLOCKS[0] + 9: StatusChange(sent={1})})
    journal.append(world.tenant_id, campaign, 0, page, people=PEOPLE, now=EpochMs(now))
    assert compact_all(database, world.tenant_id, now + LATER) == ["closed"]
    assert counted["StatusUnmatched"] == 1
    assert (BLOCKS[0] + 9) not in stored(world, campaign)
