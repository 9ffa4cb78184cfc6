"""What reading a campaign's journal costs whoever looks at the campaign, and that it ends in time."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.campaigns.recipients import Recipients
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.books import Books, StatusChange
from shared.domain.campaigns.chunks import FOR_SWEEP, JOURNAL_MS, BooksNotReady, Reading
from shared.domain.campaigns.status_journal import pack
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, TenantId
from shared.store.campaigns.books import CampaignBooks, read_books
from shared.store.campaigns.journal_reader import PAGES_BETWEEN_LOOKS, JournalReader
from shared.store.campaigns.recent_folds import MOST, RecentFold, RecentFolds
from shared.store.campaigns.status_journal import StatusJournal
from shared.store.engine.database import Database
from tests.support.engine import FakeMeta, World, new_test_database
from tests.support.frozen import frozen_campaign

PEOPLE = 320
LONG = PAGES_BETWEEN_LOOKS + 1
NOW = EpochMs(1_800_000_000_000)
CHUNKED = Reading(floor_ms=60_000, share=0.5, chunk_blocks=1, exact_blocks=0, journal_ms=JOURNAL_MS)


@pytest.fixture(scope="module")
def database(dynoxide: str) -> Database:
    return new_test_database(dynoxide)


@pytest.fixture
def campaign(world: World) -> CampaignId:
    campaign_id = frozen_campaign(world, PEOPLE)
    world.run_lane(FakeMeta(latency=0.001), rate=2_000.0)
    return campaign_id


@pytest.fixture
def looked_up(database: Database) -> Iterator[list[str]]:
    """Each reading of a journal, or of a further page of it."""
    found: list[str] = []

    def meet(params: Any, model: Any, **_: object) -> None:
        body = params["body"].decode() if isinstance(params["body"], bytes) else str(params["body"])
        if model.name == "Query" and "#J0" in body:
            found.append(body)

    database.client.meta.events.register("before-call.dynamodb", meet)
    yield found
    database.client.meta.events.unregister("before-call.dynamodb", meet)


def tell(world: World, campaign_id: CampaignId, pages: int, *, first: int = 0) -> None:
    """So many pages, each of one delivery."""
    for i in range(first, first + pages):
        (page,) = pack({block_number(i % SHARDS, 0): StatusChange(delivered={i // SHARDS})})
        world.deps.sends.journal.append(world.tenant_id, campaign_id, 0, page, people=PEOPLE, now=EpochMs(NOW + i))


def books(world: World, campaign_id: CampaignId, now: int = NOW, *, in_time: bool = True) -> tuple[Books, EpochMs]:
    campaign = world.campaign(campaign_id)
    work = world.deps.lanes.work(world.phone_number_id)
    return read_books(world.deps.sends, world.tenant_id, campaign, work, EpochMs(now), lambda: not in_time)


def test_a_page_of_recipients_reads_the_journal_once_however_many_shards_it_crosses(
    world: World, campaign: CampaignId, looked_up: list[str]
) -> None:
    tell(world, campaign, 3)
    page = Recipients(world.deps.sends, world.read_standing).page(
        world.tenant_id, world.campaign(campaign), "delivered", 500, None
    )
    assert (len(page.items), len(looked_up)) == (3, 1)


def test_whoever_looks_is_told_to_come_again_when_a_journal_is_not_read_in_time(
    world: World, campaign: CampaignId
) -> None:
    tell(world, campaign, LONG - 1)
    assert books(world, campaign, in_time=False)[0].delivered == LONG - 1
    tell(world, campaign, 1, first=LONG - 1)
    with pytest.raises(BooksNotReady) as refused:
        books(world, campaign, in_time=False)
    assert (refused.value.code, refused.value.status) == ("books_not_ready", 503)
    late = Recipients(world.deps.sends, world.read_standing, out_of_time=lambda: True)
    with pytest.raises(BooksNotReady):
        late.page(world.tenant_id, world.campaign(campaign), None, 50, None)
    assert books(world, campaign)[0].delivered == LONG


def test_what_is_read_only_where_there_is_time_does_not_keep_books_from_being_shown(
    world: World, campaign: CampaignId
) -> None:
    at = world.deps.lanes.work(world.phone_number_id)

    def look(now: int, times: Iterator[bool]) -> CampaignBooks:
        found = CampaignBooks(
            world.deps.sends, world.tenant_id, world.campaign(campaign), at, EpochMs(now), CHUNKED, lambda: next(times)
        )
        found.look()
        return found

    assert look(NOW, iter([False] * 100)).books.balanced
    tell(world, campaign, LONG)
    later = look(NOW + 120_000, iter([False, *[True] * 100]))
    later.catch_up()
    assert (later.books.balanced, later.books.delivered) == (True, 0)


def test_a_long_journal_is_read_once_in_some_seconds_for_all_who_only_look(
    world: World, campaign: CampaignId, looked_up: list[str]
) -> None:
    tell(world, campaign, LONG)
    first, as_of = books(world, campaign)
    assert (first.delivered, as_of, len(looked_up)) == (LONG, NOW, 1)
    tell(world, campaign, 1, first=LONG)
    again, as_of = books(world, campaign, NOW + JOURNAL_MS)
    assert (again, as_of, len(looked_up)) == (first, NOW, 1), "it says that it is of then"
    assert books(world, campaign, NOW + JOURNAL_MS + 1)[0].delivered == LONG + 1
    assert len(looked_up) == 2


def test_who_decides_reads_a_journal_as_it_stands(world: World, campaign: CampaignId, looked_up: list[str]) -> None:
    tell(world, campaign, LONG)
    books(world, campaign)
    tell(world, campaign, 1, first=LONG)
    work = world.deps.lanes.work(world.phone_number_id)
    look = CampaignBooks(
        world.deps.sends, world.tenant_id, world.campaign(campaign), work, NOW, FOR_SWEEP, lambda: False
    )
    look.look()
    assert (look.books.delivered, len(looked_up)) == (LONG + 1, 2)
    JournalReader(world.deps.sends, world.tenant_id, world.campaign(campaign)).of_shard(0)
    assert len(looked_up) == 3


def test_what_is_compacted_after_a_journal_was_read_is_missed_by_nobody(world: World, campaign: CampaignId) -> None:
    tell(world, campaign, LONG)
    first, _ = books(world, campaign)
    journal = world.deps.sends.journal
    for key, _ in list(journal.pages(world.tenant_id, campaign, 0)):
        journal.remove(world.tenant_id, campaign, 0, key)
    for i in range(LONG):
        change = StatusChange(delivered={i // SHARDS})
        assert world.deps.sends.record(world.tenant_id, campaign, block_number(i % SHARDS, 0), change)
    assert books(world, campaign, NOW + 1)[0] == first


def test_of_the_journals_that_were_read_those_of_late_are_kept(world: World, campaign: CampaignId) -> None:
    folded = JournalReader(world.deps.sends, world.tenant_id, world.campaign(campaign)).of_shard(0)
    recent = RecentFolds()
    for i in range(MOST + 1):
        recent.keep(world.tenant_id, campaign, i, RecentFold(EpochMs(i), folded))
    assert set(recent.of(world.tenant_id, campaign, EpochMs(0), EpochMs(MOST - 1))) == set(range(1, MOST))
    assert recent.of(world.tenant_id, CampaignId("another"), EpochMs(0), EpochMs(MOST)) == {}


def test_a_part_is_not_forgotten_over_a_page_that_came_after_it_was_read(database: Database, tenant: TenantId) -> None:
    """Whatever page was its first: the number that its note begins with follows from that."""
    journal = StatusJournal(database)
    for n in range(40):
        campaign_id = CampaignId(f"C{n}")
        first, later = (pack({block_number(0, n): StatusChange(sent={i})})[0] for i in (0, 1))
        journal.append(tenant, campaign_id, 0, first, people=1, now=NOW)
        seen = journal.claim(tenant, campaign_id, 0, latest=NOW, now=NOW)
        assert seen is not None
        journal.append(tenant, campaign_id, 0, later, people=1, now=NOW)
        assert not journal.close(tenant, campaign_id, 0, seen)
