"""Books from summaries: the same as from every block where nothing is stale, and balanced however old they are."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pytest

from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import BLOCK_SIZE, Segment
from shared.domain.campaigns.books import Books, StatusChange
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.chunks import BooksNotReady, ChunkId, Reading, Summary
from shared.domain.campaigns.number_work import NumberWork, RetryBatch
from shared.domain.campaigns.standing import positions, slots_in_retry
from shared.ids import CampaignId, new_ulid
from shared.store.campaigns.books import CampaignBooks
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.summaries import Summaries
from shared.store.engine.database import Database
from tests.support.engine import World
from tests.support.exact_books import contradictions, exact_books
from tests.support.frozen import frozen_campaign

SMALL = {"chunk_blocks": 2, "exact_blocks": 0}
NEVER_STALE = Reading(floor_ms=10**12, share=0.0, **SMALL)
ALWAYS_STALE = Reading(floor_ms=0, share=0.0, **SMALL)
SHARDS_USED = (0, 3)
PEOPLE = 900
LEASE_MS = 10**9
HOUR_MS = 3_600_000


def in_time() -> bool:
    return False


def at_once() -> bool:
    return True


@dataclass
class Story:
    """A campaign over 14 blocks to which anything happens that may; `now` goes on by itself."""

    world: World
    rng: random.Random
    now: EpochMs = field(default_factory=epoch_ms)

    def __post_init__(self) -> None:
        self.campaign_id = frozen_campaign(self.world, PEOPLE, shards=SHARDS_USED)
        lanes, number = self.world.deps.lanes, self.world.phone_number_id
        state = lanes.acquire(number, 0, new_ulid(), "", self.now, EpochMs(self.now + LEASE_MS))
        assert state is not None
        self.fence = state.fence

    @property
    def work(self) -> NumberWork:
        return self.world.deps.lanes.work(self.world.phone_number_id)

    @property
    def cursor(self) -> int:
        return positions(self.world.campaign(self.campaign_id), self.work)[0]

    def open_slots(self) -> list[tuple[int, int]]:
        """Claimed, not on a retry list."""
        campaign = self.world.campaign(self.campaign_id)
        waiting = slots_in_retry(self.campaign_id, self.work)
        claimed = Segment(campaign.sizes, 0, 1).locate(0, self.cursor)
        return [(block, slot) for block, slot in claimed if slot not in waiting.get(block, frozenset())]

    def claim(self, people: int) -> None:
        to = min(PEOPLE, self.cursor + people)
        moves = {self.campaign_id: (self.cursor, to)}
        self.world.deps.lanes.claim(
            self.world.phone_number_id, 0, self.fence, moves, new_ulid(), self.now, EpochMs(self.now + LEASE_MS), 0
        )

    def record(self, changes: Mapping[int, StatusChange]) -> None:
        for block, change in changes.items():
            assert self.world.deps.sends.record(self.world.tenant_id, self.campaign_id, block, change)

    def arrive(self, slots: Iterable[tuple[int, int]]) -> None:
        """All of these are sent, whatever was heard of them before."""
        changes: dict[int, StatusChange] = defaultdict(StatusChange)
        for block, slot in slots:
            changes[block].sent.add(slot)
        self.record(changes)

    def hear(self) -> None:
        """Of some who were claimed, anything that can be told."""
        changes: dict[int, StatusChange] = defaultdict(StatusChange)
        for block, slot in self.rng.sample(self.open_slots(), len(self.open_slots()) // 3):
            change = changes[block]
            match self.rng.randrange(8):
                case 0 | 1:
                    change.sent.add(slot)
                case 2:
                    change.delivered.add(slot)
                    change.priced.setdefault("marketing", set()).add(slot)
                case 3:
                    change.read.add(slot)
                    change.priced.setdefault("utility", set()).add(slot)
                case 4:
                    change.failed[slot] = self.rng.choice(["131026", "131049", "skip:opted_out"])
                case 5:
                    change.held.add(slot)
                case 6:
                    change.replied.add(slot)
                    change.reacted.add(slot)
                case _:
                    change.unconfirmed.add(slot)
        self.record(changes)

    def put_back(self) -> None:
        """Some wait for another try; of some of them something may have been heard after all."""
        slots = self.open_slots()
        entries = [(*one, 2) for one in self.rng.sample(slots, min(len(slots), 5))]
        if entries:
            self.world.deps.lanes.add_retries(
                self.world.phone_number_id, 0, self.fence, self.campaign_id, self.now, new_ulid(), entries
            )

    def try_again(self) -> None:
        batches: tuple[RetryBatch, ...] = self.work.retries
        if batches:
            self.world.deps.lanes.claim_retries(self.world.phone_number_id, self.rng.choice(batches))

    def cancel(self) -> None:
        self.world.deps.campaigns.change(
            self.world.tenant_id, self.campaign_id, lambda one: replace(one, state=State.CANCELLED)
        )

    def books(self, reading: Reading, out_of_time=in_time) -> CampaignBooks:  # type: ignore[no-untyped-def]
        self.now = EpochMs(self.now + 1)
        deps, campaign = self.world.deps, self.world.campaign(self.campaign_id)
        return CampaignBooks(deps.sends, self.world.tenant_id, campaign, self.work, self.now, reading, out_of_time)

    def look(self, reading: Reading) -> Books:
        look = self.books(reading)
        look.look()
        look.catch_up()
        return look.books

    def exact(self) -> Books:
        deps = self.world.deps
        return exact_books(deps.sends, deps.lanes, self.world.tenant_id, self.world.campaign(self.campaign_id))

    def summaries(self) -> dict[ChunkId, Summary]:
        return self.world.deps.sends.summaries.of(self.world.tenant_id, self.campaign_id)

    def go_on(self) -> None:
        step = self.rng.choice((self.hear, self.hear, self.put_back, self.try_again, self.move_on))
        step()

    def move_on(self) -> None:
        self.claim(self.rng.choice((7, 80, 200, 400)))


@pytest.fixture
def story(world: World) -> Story:
    return Story(world, random.Random(7))


@pytest.fixture
def sent(story: Story) -> Story:
    """Everybody is claimed, and of a third something is heard."""
    story.claim(PEOPLE)
    story.hear()
    return story


@pytest.mark.parametrize("seed", range(9))
def test_where_nothing_is_stale_the_books_are_those_of_every_block(world: World, seed: int) -> None:
    story = Story(world, random.Random(seed))
    for step in range(14):
        story.go_on()
        if step == 10 and seed % 3 == 0:
            story.cancel()
        assert story.look(ALWAYS_STALE) == story.exact()
    assert len(story.summaries()) >= story.cursor // (2 * BLOCK_SIZE) - 2


@pytest.mark.parametrize("seed", range(100, 109))
def test_however_stale_they_balance_and_nobody_is_settled_too_early(world: World, seed: int) -> None:
    story = Story(world, random.Random(seed))
    for step in range(16):
        story.go_on()
        if step == 12 and seed % 3 == 0:
            story.cancel()
        books, exact = story.look(NEVER_STALE), story.exact()
        assert contradictions(books, exact) == []


def test_chunks_beyond_the_cursor_and_settled_ones_are_not_read(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.claim(400)
    story.arrive(story.open_slots())
    story.look(NEVER_STALE)
    read: list[tuple[int, int, int | None]] = []
    whole = Sends.status_blocks

    def watched(sends: Sends, tenant, campaign, shard: int, start: int = 0, *, stop: int | None = None):  # type: ignore[no-untyped-def]
        read.append((shard, start, stop))
        return whole(sends, tenant, campaign, shard, start, stop=stop)

    monkeypatch.setattr(Sends, "status_blocks", watched)
    books = story.look(NEVER_STALE)
    assert (books.sent, books.waiting) == (400, 500)
    assert read == [(0, 4, 5)]


def test_who_dies_between_reading_and_storing_leaves_nothing_wrong(
    sent: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Summaries, "put", die)
        with pytest.raises(KeyboardInterrupt):
            sent.look(NEVER_STALE)
    assert sent.summaries() == {}
    assert sent.look(NEVER_STALE) == sent.exact()


def test_of_two_readers_the_one_that_read_later_is_kept(sent: Story) -> None:
    earlier, later = sent.books(ALWAYS_STALE), sent.books(ALWAYS_STALE)
    earlier.look()
    earlier.catch_up()
    old = sent.summaries()
    sent.hear()
    later.look()
    later.catch_up()
    newer = sent.summaries()
    for chunk, summary in old.items():
        expires_at = EpochMs(sent.now + HOUR_MS)
        sent.world.deps.sends.summaries.put(sent.world.tenant_id, sent.campaign_id, chunk, summary, expires_at)
    assert sent.summaries() == newer != old
    assert sent.look(NEVER_STALE) == sent.exact()


def test_what_was_never_summed_up_is_read_in_turns(sent: Story) -> None:
    for turn in range(1, 6):
        with pytest.raises(BooksNotReady) as refused:
            sent.books(NEVER_STALE, at_once).look()
        error = refused.value
        assert (error.code, error.status, error.retryable) == ("books_not_ready", 503, True)
        assert int(str(error.extensions["retry_after_seconds"])) > 0
        assert len(sent.summaries()) == turn
    look = sent.books(NEVER_STALE, at_once)
    look.look()
    assert look.books == sent.exact()


def test_without_time_an_old_summary_does_and_says_how_old_it_is(sent: Story) -> None:
    sent.look(NEVER_STALE)
    read_at = sent.now
    sent.hear()
    sent.now = EpochMs(sent.now + HOUR_MS)
    hurried = sent.books(ALWAYS_STALE, at_once)
    hurried.look()
    hurried.catch_up()
    assert (hurried.as_of, hurried.books.balanced) == (read_at, True)
    patient = sent.books(ALWAYS_STALE)
    patient.look()
    patient.catch_up()
    assert (patient.as_of, patient.books) == (sent.now, sent.exact())


def test_a_part_that_misses_somebody_does_not_balance_and_is_not_kept(sent: Story) -> None:
    sends = sent.world.deps.sends
    key = {"pk": {"S": f"T#{sent.world.tenant_id}#C#{sent.campaign_id}#0"}, "sk": {"S": "S#0002"}}
    sends._client.delete_item(TableName="SendsTable", Key=key)
    assert not sent.look(NEVER_STALE).balanced
    assert ChunkId(0, 2) not in sent.summaries()
    assert len(sent.summaries()) == 5


def test_who_is_given_up_on_is_looked_at_first(sent: Story) -> None:
    """The summaries are from before everybody was heard of but two."""
    sent.look(NEVER_STALE)
    kept = sent.open_slots()[5], sent.open_slots()[600]
    sent.arrive(set(sent.open_slots()) - set(kept))
    look = sent.books(NEVER_STALE)
    look.look()
    assert look.books.unsettled > 500
    assert look.give_up(lambda chunk: chunk.unsettled > 0, lambda block: block.unsettled)
    exact = sent.exact()
    assert exact.settled
    assert look.books == exact == sent.look(NEVER_STALE)
    statuses = [sent.world.deps.sends.status_block(sent.world.tenant_id, sent.campaign_id, block) for block, _ in kept]
    for status, (_, slot) in zip(statuses, kept, strict=True):
        assert status is not None
        assert status.outcome(slot) in ("unknown", "sent", "delivered", "read", "failed", "skipped")


def test_giving_up_goes_in_turns_too(sent: Story) -> None:
    sent.look(NEVER_STALE)
    turns = 0
    while True:
        turns += 1
        look = sent.books(NEVER_STALE, at_once)
        look.look()
        if look.give_up(lambda chunk: chunk.unsettled > 0, lambda block: block.unsettled):
            break
    assert turns == len(sent.summaries()) == 6
    assert sent.exact().settled


def test_whether_anybody_is_unknown_is_not_believed_of_an_old_summary(sent: Story) -> None:
    sent.look(NEVER_STALE)
    sent.arrive(sent.open_slots())
    hurried, patient = sent.books(NEVER_STALE, at_once), sent.books(NEVER_STALE)
    hurried.look()
    patient.look()
    assert hurried.books.unknown == patient.books.unknown > 0
    assert hurried.has_unknown()
    assert not patient.has_unknown()


def test_all_that_books_hold_is_kept_and_given_back(database: Database) -> None:
    books = Books(
        planned=9,
        sent=3,
        failed=1,
        skipped=2,
        cancelled=1,
        unknown=2,
        waiting=0,
        delivered=2,
        read=1,
        replied=1,
        reacted=1,
        billable=3,
        held=1,
        unsettled=1,
        failed_by=Counter({"131026": 1}),
        skipped_by=Counter({"opted_out": 2}),
        priced=Counter({("BR", "marketing"): 2, ("", "a|b"): 1}),
    )
    summaries, campaign = Summaries(database), CampaignId(new_ulid())
    tenant = World(database).tenant_id
    for chunk, kept in ((ChunkId(15, 65_280), books), (ChunkId(0, 0), Books(planned=1, sent=1))):
        summaries.put(tenant, campaign, chunk, Summary(EpochMs(5), EpochMs(3), kept), EpochMs(10**12))
    assert summaries.of(tenant, campaign) == {
        ChunkId(0, 0): Summary(EpochMs(5), EpochMs(3), Books(planned=1, sent=1)),
        ChunkId(15, 65_280): Summary(EpochMs(5), EpochMs(3), books),
    }
