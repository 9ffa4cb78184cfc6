"""The feed of events over a real DynamoDB: whoever reads, while many write, misses nothing."""

import json
import random
from threading import Event, Thread

import pytest
from botocore.exceptions import ReadTimeoutError

from shared.clock import EpochMs, epoch_ms
from shared.errors import InvalidInput
from shared.ids import TenantId
from shared.store.engine.database import Database
from shared.store.webhooks.event_feed import CHUNK, KEEP_MS, CursorExpired, EventFeed
from tests.support.faults import Crash, answer_lost, at_once, crash_at_write, sent_twice

NOW = EpochMs(1_800_000_000_000)
HOUR = 3_600_000


@pytest.fixture
def feed(database: Database) -> EventFeed:
    return EventFeed(database)


def event(name: object) -> str:
    return json.dumps({"id": f"evt_{name}"})


def rest(feed: EventFeed, tenant: TenantId, cursor: str, now: EpochMs = NOW) -> tuple[list[str], str]:
    """All that follows a cursor, and the cursor behind it."""
    found: list[str] = []
    more = True
    while more:
        news = feed.read(tenant, cursor, now)
        found += news.events
        cursor, more = news.cursor, news.more
    return found, cursor


def test_what_is_appended_comes_in_order_and_once(feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    feed.append(tenant, [event(1), event(2)], NOW)
    feed.append(tenant, [event(3)], NOW)
    found, cursor = rest(feed, tenant, start)
    assert found == [event(1), event(2), event(3)]
    assert rest(feed, tenant, cursor)[0] == []
    feed.append(tenant, [event(4)], NOW)
    assert rest(feed, tenant, cursor)[0] == [event(4)]


def test_without_a_cursor_a_reader_begins_now(feed: EventFeed, tenant: TenantId) -> None:
    feed.append(tenant, [event("before")], NOW)
    start = feed.end(tenant, NOW)
    feed.append(tenant, [event("after")], NOW)
    assert rest(feed, tenant, start)[0] == [event("after")]


def test_a_large_batch_is_read_in_parts(feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    events = [event(i) for i in range(7 * CHUNK + 1)]
    feed.append(tenant, events, NOW)
    first = feed.read(tenant, start, NOW)
    assert first.more
    assert len(first.events) < len(events)
    assert rest(feed, tenant, start)[0] == events


def test_events_of_any_size_fit(feed: EventFeed, tenant: TenantId) -> None:
    """Random letters, which no compression makes smaller."""
    letters = random.Random(1)
    start = feed.end(tenant, NOW)
    events = [json.dumps({"id": i, "text": f"{letters.getrandbits(80_000):x}"}) for i in range(60)]
    feed.append(tenant, events, NOW)
    assert rest(feed, tenant, start)[0] == events


def test_readers_miss_nothing_while_many_write(database: Database, tenant: TenantId) -> None:
    writers, each = 8, 12
    start = EventFeed(database).end(tenant, epoch_ms())
    done = Event()
    seen: list[list[str]] = [[], [], []]

    def read(into: list[str]) -> None:
        feed, cursor = EventFeed(database), start
        last_look = False
        while True:
            news = feed.read(tenant, cursor, epoch_ms())
            into += news.events
            cursor = news.cursor
            if not news.events and last_look:
                return
            last_look = done.is_set()

    readers = [Thread(target=read, args=(into,)) for into in seen]
    for reader in readers:
        reader.start()

    def write(writer: int) -> None:
        feed = EventFeed(database)
        for i in range(each):
            feed.append(tenant, [event(f"{writer}-{i}")], epoch_ms())

    at_once(writers, write)
    done.set()
    for reader in readers:
        reader.join()
    for found in seen:
        assert sorted(found) == sorted(event(f"{w}-{i}") for w in range(writers) for i in range(each))
        for w in range(writers):
            mine = [text for text in found if f"evt_{w}-" in text]
            assert mine == [event(f"{w}-{i}") for i in range(each)]
    assert seen[0] == seen[1] == seen[2]


def test_a_number_that_is_not_there_yet_is_waited_for(database: Database, feed: EventFeed, tenant: TenantId) -> None:
    """A query may show a chunk before the one with the number below: the cursor must not pass the gap."""
    start = feed.end(tenant, NOW)
    for i in range(3):
        feed.append(tenant, [event(i)], NOW)
    key = {"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": f"E#{2:012d}"}}
    hidden = database.client.get_item(TableName=database.sends, Key=key)["Item"]
    database.client.delete_item(TableName=database.sends, Key=key)
    news = feed.read(tenant, start, NOW)
    assert news.events == [event(0)]
    again = feed.read(tenant, news.cursor, NOW)
    assert (again.events, again.cursor) == ([], news.cursor)
    database.client.put_item(TableName=database.sends, Item=hidden)
    assert rest(feed, tenant, news.cursor)[0] == [event(1), event(2)]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_leaves_a_chunk_or_nothing(database: Database, feed: EventFeed, tenant: TenantId, when: str) -> None:
    start = feed.end(tenant, NOW)
    with crash_at_write(database, 1, when), pytest.raises(Crash):  # type: ignore[arg-type]
        feed.append(tenant, [event(1)], NOW)
    feed.append(tenant, [event(2)], NOW)
    assert rest(feed, tenant, start)[0] == ([event(1), event(2)] if when == "after" else [event(2)])


def test_a_request_that_the_client_repeats_appends_once(database: Database, feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    for i in range(2):
        with sent_twice(database, "TransactWriteItems"):
            feed.append(tenant, [event(i)], NOW)
    assert rest(feed, tenant, start)[0] == [event(0), event(1)]


def test_what_is_appended_again_is_the_same_event_again(database: Database, feed: EventFeed, tenant: TenantId) -> None:
    """As a batch of changes is, whose consumer heard nothing of its success."""
    start = feed.end(tenant, NOW)
    with answer_lost(database, "TransactWriteItems"), pytest.raises(ReadTimeoutError):
        feed.append(tenant, [event(1)], NOW)
    feed.append(tenant, [event(1)], NOW)
    assert rest(feed, tenant, start)[0] == [event(1), event(1)]


def test_a_cursor_is_good_for_a_day_and_then_says_so(feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    feed.append(tenant, [event(1)], EpochMs(NOW + HOUR))
    assert rest(feed, tenant, start, EpochMs(NOW + KEEP_MS))[0] == [event(1)]
    with pytest.raises(CursorExpired):
        feed.read(tenant, start, EpochMs(NOW + KEEP_MS + 1))


def test_a_cursor_that_is_kept_in_use_never_expires(feed: EventFeed, tenant: TenantId) -> None:
    """Nothing happens for a week; then something does."""
    cursor, now = feed.end(tenant, NOW), NOW
    for _ in range(8):
        now = EpochMs(now + KEEP_MS - HOUR)
        cursor = feed.read(tenant, cursor, now).cursor
    feed.append(tenant, [event(1)], EpochMs(now))
    assert rest(feed, tenant, cursor, now)[0] == [event(1)]


def test_numbers_go_on_after_everything_expired(database: Database, feed: EventFeed, tenant: TenantId) -> None:
    feed.append(tenant, [event(1)], NOW)
    cursor = feed.end(tenant, NOW)
    database.client.delete_item(
        TableName=database.sends, Key={"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": f"E#{1:012d}"}}
    )
    feed.append(tenant, [event(2)], EpochMs(NOW + HOUR))
    assert rest(feed, tenant, cursor, EpochMs(NOW + HOUR))[0] == [event(2)]


def test_chunks_outlive_every_cursor_that_leads_to_them(database: Database, feed: EventFeed, tenant: TenantId) -> None:
    """Reading slowly through a backlog gives cursors as old as the chunks, not as old as the reading."""
    start = feed.end(tenant, NOW)
    for i in range(5):
        feed.append(tenant, [event(i)], EpochMs(NOW + i * HOUR))
    news = feed.read(tenant, start, EpochMs(NOW + 20 * HOUR))
    assert news.events == [event(i) for i in range(4)]
    assert feed.read(tenant, news.cursor, EpochMs(NOW + 26 * HOUR)).events == [event(4)]
    with pytest.raises(CursorExpired):
        feed.read(tenant, news.cursor, EpochMs(NOW + 28 * HOUR))
    key = {"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": f"E#{5:012d}"}}
    item = database.client.get_item(TableName=database.sends, Key=key)["Item"]
    assert int(item["ttl"]["N"]) * 1000 > NOW + 28 * HOUR


def test_feeds_are_each_tenants_own(feed: EventFeed, tenant: TenantId) -> None:
    other = TenantId(f"{tenant}x")
    start = feed.end(other, NOW)
    feed.append(tenant, [event(1)], NOW)
    assert rest(feed, other, start)[0] == []
    feed.append(other, [event(2)], NOW)
    assert rest(feed, other, start)[0] == [event(2)]


@pytest.mark.parametrize("cursor", ["x", "eyJuIjoiMSJ9", "eyJuIjoiLTEiLCJhdCI6IjEifQ", "eyJuIjoi4peUIiwiYXQiOiIxIn0"])
def test_cursors_of_others_are_refused(feed: EventFeed, tenant: TenantId, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        feed.read(tenant, cursor, NOW)
