"""The feed of events over a real DynamoDB: whoever reads, while many write, misses nothing."""

import json
import random
import zlib
from threading import Event, Thread

import pytest
from botocore.exceptions import ReadTimeoutError

from shared.clock import EpochMs, epoch_ms
from shared.domain.webhooks.tenant_event import FeedPart
from shared.errors import InvalidInput, RetryableError
from shared.ids import TenantId
from shared.store.engine.cursor import encode_cursor
from shared.store.engine.database import Database
from shared.store.webhooks.event_feed import CHUNK, GAP_MS, KEEP_MS, MOST_AT_WORK, MOST_READ, CursorExpired, EventFeed
from tests.support.capacity import Meter
from tests.support.faults import Crash, answer_lost, at_once, before_call, crash_at_write, sent_twice

NOW = EpochMs(1_800_000_000_000)
LATER = EpochMs(NOW + GAP_MS)
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


def standing(database: Database, tenant: TenantId) -> list[int]:
    """The numbers that have a chunk."""
    items = database.client.query(
        TableName=database.sends,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :e)",
        ExpressionAttributeValues={":pk": {"S": f"T#{tenant}#EVENTS"}, ":e": {"S": "E#"}},
        ConsistentRead=True,
    )["Items"]
    return [int(item["sk"]["S"].removeprefix("E#")) for item in items]


def die_with_a_number(database: Database, feed: EventFeed, tenant: TenantId) -> None:
    """A writer that takes a number, and nothing comes under it."""
    with crash_at_write(database, 2, "before"), pytest.raises(Crash):
        feed.append(tenant, [event("never")], NOW)


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


def test_a_thousand_events_are_one_read(feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    events = [event(i) for i in range(MOST_READ)]
    feed.append(tenant, events, NOW)
    news = feed.read(tenant, start, NOW)
    assert (news.events, news.more) == (events, False)


def test_as_many_are_one_read_when_each_came_alone(feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    events = [event(i) for i in range(120)]
    for one in events:
        feed.append(tenant, [one], NOW)
    news = feed.read(tenant, start, NOW)
    assert (news.events, news.more) == (events, False)


def test_more_than_a_thousand_are_read_in_parts(feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    events = [event(i) for i in range(MOST_READ + 1)]
    feed.append(tenant, events, NOW)
    first = feed.read(tenant, start, NOW)
    assert first.more
    assert len(first.events) == MOST_READ
    assert rest(feed, tenant, start)[0] == events


def test_a_read_ends_before_it_is_larger_than_an_answer(feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    events = [json.dumps({"id": i, "text": "x" * 50_000}) for i in range(50)]
    feed.append(tenant, events, NOW)
    first = feed.read(tenant, start, NOW)
    assert first.more
    assert 1_000_000 < sum(map(len, first.events)) <= 2_000_000
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


@pytest.mark.parametrize("write", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_leaves_a_chunk_or_nothing(
    database: Database, feed: EventFeed, tenant: TenantId, write: int, when: str
) -> None:
    """A number without a chunk is voided; what it was to tell is told when its work is done again."""
    start = feed.end(tenant, NOW)
    with crash_at_write(database, write, when), pytest.raises(Crash):  # type: ignore[arg-type]
        feed.append(tenant, [event(1)], NOW)
    feed.append(tenant, [event(2)], NOW)
    whole = (write, when) == (2, "after")
    assert rest(feed, tenant, start, LATER)[0] == ([event(1), event(2)] if whole else [event(2)])


@pytest.mark.parametrize("operation", ["UpdateItem", "PutItem"])
def test_a_request_that_the_client_repeats_appends_once(
    database: Database, feed: EventFeed, tenant: TenantId, operation: str
) -> None:
    start = feed.end(tenant, NOW)
    for i in range(2):
        with sent_twice(database, operation):
            feed.append(tenant, [event(i)], NOW)
    assert rest(feed, tenant, start)[0] == [event(0), event(1)]
    assert standing(database, tenant) == [1, 2]


def test_a_repeated_request_between_those_of_others_appends_once(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    """Others took numbers since: the repeated call takes another one, and nothing comes under the first."""
    start = feed.end(tenant, NOW)
    with sent_twice(database, "UpdateItem", between=lambda: feed.append(tenant, [event("other")], NOW)):
        feed.append(tenant, [event("mine")], NOW)
    assert standing(database, tenant) == [2, 3]
    assert rest(feed, tenant, start)[0] == []
    assert rest(feed, tenant, start, LATER)[0] == [event("other"), event("mine")]


@pytest.mark.parametrize("operation", ["UpdateItem", "PutItem"])
def test_what_is_appended_again_is_the_same_event_again(
    database: Database, feed: EventFeed, tenant: TenantId, operation: str
) -> None:
    """As a batch of changes is, whose consumer heard nothing of its success."""
    start = feed.end(tenant, NOW)
    with answer_lost(database, operation), pytest.raises(ReadTimeoutError):
        feed.append(tenant, [event(1)], NOW)
    feed.append(tenant, [event(1)], NOW)
    assert rest(feed, tenant, start, LATER)[0] == [event(1)] * (2 if operation == "PutItem" else 1)


# --- numbers that nothing comes under


def test_a_gap_is_voided_after_five_seconds_and_not_before(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    start = feed.end(tenant, NOW)
    feed.append(tenant, [event(1)], NOW)
    die_with_a_number(database, feed, tenant)
    feed.append(tenant, [event(3)], EpochMs(NOW + HOUR))
    early = EpochMs(NOW + HOUR + GAP_MS - 1)
    first = feed.read(tenant, start, early)
    assert (first.events, first.more) == ([event(1)], False)
    assert (feed.read(tenant, first.cursor, early).events, standing(database, tenant)) == ([], [1, 3])
    assert feed.read(tenant, first.cursor, EpochMs(early + 1)).events == [event(3)]
    assert standing(database, tenant) == [1, 2, 3]


def test_a_number_that_nothing_follows_stays_its_writers(database: Database, feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    with before_call(database, "PutItem", lambda: feed.read(tenant, start, LATER)):
        feed.append(tenant, [event(1)], NOW)
    assert standing(database, tenant) == [1]


def test_a_writer_that_comes_late_appends_under_a_new_number(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    """Its number was voided meanwhile: what it has to tell comes behind what was told since, all of it, in order."""
    start = feed.end(tenant, NOW)
    seen: list[str] = []

    def meanwhile() -> None:
        feed.append(tenant, [event("other")], NOW)
        seen.extend(feed.read(tenant, start, LATER).events)

    events = [event(i) for i in range(2 * CHUNK + 1)]
    with before_call(database, "PutItem", meanwhile):
        feed.append(tenant, events, NOW)
    assert seen == [event("other")]
    assert rest(feed, tenant, start, LATER)[0] == [event("other"), *events]
    assert standing(database, tenant) == list(range(1, 8))


def test_a_writer_whose_numbers_are_voided_again_and_again_says_so(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    start = feed.end(tenant, NOW)

    def meanwhile() -> None:
        feed.append(tenant, [event("other")], NOW)
        feed.read(tenant, start, LATER)

    with before_call(database, "PutItem", meanwhile, always=True), pytest.raises(RetryableError):
        feed.append(tenant, [event("mine")], NOW)


def test_a_chunk_that_only_does_not_show_yet_is_read_and_not_voided(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    """A query may miss for a moment what is there (DynamoDB, read consistency)."""
    start = feed.end(tenant, NOW)
    for i in range(3):
        feed.append(tenant, [event(i)], NOW)
    key = {"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": f"E#{2:012d}"}}
    hidden = database.client.get_item(TableName=database.sends, Key=key)["Item"]
    database.client.delete_item(TableName=database.sends, Key=key)
    show = lambda: database.client.put_item(TableName=database.sends, Item=hidden)  # noqa: E731
    with before_call(database, "PutItem", show):
        assert feed.read(tenant, start, LATER).events == [event(0), event(1), event(2)]


def test_a_cursor_at_a_void_number_is_as_old_as_what_follows_it(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    """Else it would still be good when what follows it is gone."""
    start = feed.end(tenant, NOW)
    die_with_a_number(database, feed, tenant)
    large = [json.dumps({"id": i, "text": "x" * 99_000}) for i in range(21)]
    feed.append(tenant, large, EpochMs(NOW + HOUR))
    feed.read(tenant, start, EpochMs(NOW + HOUR + GAP_MS))
    news = feed.read(tenant, start, EpochMs(NOW + 20 * HOUR))
    assert news.events == large[:20]
    with pytest.raises(CursorExpired):
        feed.read(tenant, news.cursor, EpochMs(NOW + 26 * HOUR))
    key = {"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": f"E#{1:012d}"}}
    void = database.client.get_item(TableName=database.sends, Key=key)["Item"]
    assert int(void["at"]["N"]) == NOW + HOUR


def test_numbers_that_a_made_up_cursor_asks_for_are_not_voided_by_the_million(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    database.client.put_item(
        TableName=database.sends,
        Item={"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": "HEAD"}, "n": {"N": "1000000"}},
    )
    feed.append(tenant, [event(1)], NOW)
    made_up = encode_cursor("events", {"n": "0", "at": str(NOW)})
    assert feed.read(tenant, made_up, LATER).events == []
    assert len(standing(database, tenant)) <= 101


def aged(database: Database, tenant: TenantId, feed: EventFeed, number: int, at: int) -> None:
    """The feed's only chunk is this one: those before are gone by their age."""
    head = {"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": "HEAD"}, "n": {"N": str(number - 1)}}
    database.client.put_item(TableName=database.sends, Item=head)
    feed.append(tenant, [event(number)], EpochMs(at))


@pytest.mark.parametrize("n", [0, 1, 9_000, 9_998])
def test_numbers_below_what_is_kept_are_passed_without_a_write(
    database: Database, feed: EventFeed, tenant: TenantId, n: int
) -> None:
    """Nobody lives who could still use them."""
    aged(database, tenant, feed, 10_000, NOW - 2 * HOUR)
    spent = Meter(database.client)
    news = feed.read(tenant, encode_cursor("events", {"n": str(n), "at": str(NOW)}), NOW)
    assert (news.events, news.more) == ([event(10_000)], False)
    assert spent.writes.total() == 0


def test_of_numbers_below_what_is_kept_so_many_are_voided_as_writers_may_be_at_work(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    """However often somebody asks, and wherever they begin."""
    aged(database, tenant, feed, 10_000, NOW)
    for n in (0, 5_000, 9_950, 8_950, 8_500, 0):
        assert rest(feed, tenant, encode_cursor("events", {"n": str(n), "at": str(NOW)}), LATER)[0] == [event(10_000)]
    assert standing(database, tenant) == list(range(10_000 - MOST_AT_WORK, 10_001))


def test_a_late_writer_is_waited_for_in_a_feed_that_was_quiet(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    """What it tells is not passed by, though all that was before it is gone."""
    aged(database, tenant, feed, 10_000, NOW)
    place = {"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": f"E#{10_000:012d}"}}
    late = database.client.delete_item(TableName=database.sends, Key=place, ReturnValues="ALL_OLD")["Attributes"]
    feed.append(tenant, [event("quick")], NOW)
    start = encode_cursor("events", {"n": "9999", "at": str(NOW)})
    assert feed.read(tenant, start, NOW).events == []
    database.client.put_item(TableName=database.sends, Item=late)
    assert feed.read(tenant, start, LATER).events == [event(10_000), event("quick")]


def test_a_cursor_of_a_time_to_come_is_refused(feed: EventFeed, tenant: TenantId) -> None:
    feed.append(tenant, [event(1)], NOW)
    for at in (999_999_999_999_999, NOW + 61_000):
        with pytest.raises(InvalidInput, match="not one this API returned"):
            feed.read(tenant, encode_cursor("events", {"n": "0", "at": str(at)}), NOW)
    ahead = feed.end(tenant, EpochMs(NOW + 30_000))
    assert feed.read(tenant, ahead, NOW).events == []


def test_whoever_reads_past_many_numbers_that_nothing_came_under_is_told_to_read_on(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    start = feed.end(tenant, NOW)
    database.client.put_item(
        TableName=database.sends,
        Item={"pk": {"S": f"T#{tenant}#EVENTS"}, "sk": {"S": "HEAD"}, "n": {"N": "250"}},
    )
    feed.append(tenant, [event(1)], NOW)
    assert rest(feed, tenant, start, LATER)[0] == [event(1)], "while there is more"
    assert rest(feed, tenant, start, LATER)[0] == [event(1)], "also where others voided them"


# --- many writers


def test_writers_at_once_cost_each_other_nothing(database: Database, tenant: TenantId) -> None:
    """Two writes an append however many write, no number without a chunk, and the order of each is kept."""
    writers, each = 16, 8
    start = EventFeed(database).end(tenant, epoch_ms())

    def write(writer: int) -> None:
        feed = EventFeed(database)
        for i in range(each):
            feed.append(tenant, [event(f"{writer}-{i}")], epoch_ms())

    spent = Meter(database.client)
    at_once(writers, write)
    assert spent.calls == {"UpdateItem": writers * each, "PutItem": writers * each}
    assert spent.writes == spent.calls, "1 WRU each"
    assert standing(database, tenant) == list(range(1, writers * each + 1))
    found, _ = rest(EventFeed(database), tenant, start, epoch_ms())
    assert sorted(found) == sorted(event(f"{w}-{i}") for w in range(writers) for i in range(each))
    for w in range(writers):
        assert [text for text in found if f"evt_{w}-" in text] == [event(f"{w}-{i}") for i in range(each)]


def test_the_events_of_a_large_append_take_one_number_call(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    spent = Meter(database.client)
    feed.append(tenant, [event(i) for i in range(3 * CHUNK)], NOW)
    feed.append(tenant, [], NOW)
    assert spent.calls == {"UpdateItem": 1, "PutItem": 3}


def test_numbers_go_on_from_those_of_a_head_without_a_token(
    database: Database, feed: EventFeed, tenant: TenantId
) -> None:
    """As it was while the head and a chunk were written in one transaction."""
    partition = {"S": f"T#{tenant}#EVENTS"}
    client, table = database.client, database.sends
    client.put_item(TableName=table, Item={"pk": partition, "sk": {"S": "HEAD"}, "n": {"N": "7"}})
    client.put_item(
        TableName=table,
        Item={
            "pk": partition,
            "sk": {"S": f"E#{7:012d}"},
            "events": {"B": zlib.compress(json.dumps([event("old")]).encode())},
            "at": {"N": str(NOW)},
            "tok": {"S": "t"},
            "ttl": {"N": str(NOW // 1000 + 90_000)},
        },
    )
    cursor = encode_cursor("events", {"n": "6", "at": str(NOW)})
    feed.append(tenant, [event("new")], NOW)
    assert rest(feed, tenant, cursor)[0] == [event("old"), event("new")]


# --- cursors


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
        feed.append(tenant, [event(f"{i}-{j}") for j in range(CHUNK)], EpochMs(NOW + i * HOUR))
    news = feed.read(tenant, start, EpochMs(NOW + 20 * HOUR))
    assert news.events == [event(f"{i}-{j}") for i in range(4) for j in range(CHUNK)]
    assert len(feed.read(tenant, news.cursor, EpochMs(NOW + 26 * HOUR)).events) == CHUNK
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


PEOPLE, HAPPENINGS = frozenset({FeedPart.PEOPLE}), frozenset({FeedPart.HAPPENINGS})


def test_nobody_reads_past_what_campaigns_did_to_people(feed: EventFeed, database: Database, tenant: TenantId) -> None:
    """However much of it there is: a console's look costs the same, and finds what comes at once."""
    start = feed.end(tenant, NOW)
    outcomes = [event(f"people {i}") for i in range(MOST_READ + 1)]
    feed.append(tenant, outcomes, NOW, FeedPart.PEOPLE)
    feed.append(tenant, [event(1)], NOW)
    meter = Meter(database.client)
    news = feed.read(tenant, start, NOW)
    assert (news.events, news.more) == ([event(1)], False)
    assert (sum(meter.calls.values()), sum(meter.reads.values())) == (1, 0.5)


def test_who_reads_one_part_misses_nothing_of_the_other(feed: EventFeed, tenant: TenantId) -> None:
    start = feed.end(tenant, NOW)
    feed.append(tenant, [event("people")], NOW, FeedPart.PEOPLE)
    feed.append(tenant, [event(1)], NOW)
    seen = feed.read(tenant, start, NOW)
    feed.append(tenant, [event(2)], NOW)
    people = feed.read(tenant, seen.cursor, NOW, PEOPLE)
    assert (seen.events, people.events) == ([event(1)], [event("people")])
    assert feed.read(tenant, people.cursor, NOW, HAPPENINGS | PEOPLE).events == [event(2)]


def test_a_read_of_both_parts_gives_no_more_than_one_and_comes_to_the_end_of_each(
    feed: EventFeed, tenant: TenantId
) -> None:
    start = feed.end(tenant, NOW)
    happened, outcomes = ([event(f"{kind} {i}") for i in range(MOST_READ)] for kind in ("happened", "people"))
    feed.append(tenant, happened, NOW)
    feed.append(tenant, outcomes, NOW, FeedPart.PEOPLE)
    found: list[str] = []
    cursor, more = start, True
    while more:
        news = feed.read(tenant, cursor, NOW, HAPPENINGS | PEOPLE)
        assert len(news.events) <= MOST_READ
        found, cursor, more = found + news.events, news.cursor, news.more
    assert [one for one in found if "people" in one] == outcomes
    assert [one for one in found if "people" not in one] == happened


def test_a_cursor_expires_for_the_part_that_was_not_read_for_a_day(feed: EventFeed, tenant: TenantId) -> None:
    cursor = feed.end(tenant, NOW)
    for hours in range(1, 30):
        cursor = feed.read(tenant, cursor, EpochMs(NOW + hours * HOUR)).cursor
    later = EpochMs(NOW + 30 * HOUR)
    assert feed.read(tenant, cursor, later).events == []
    with pytest.raises(CursorExpired):
        feed.read(tenant, cursor, later, PEOPLE)


def test_a_cursor_from_before_there_were_two_parts_begins_the_second(feed: EventFeed, tenant: TenantId) -> None:
    feed.append(tenant, [event(1)], NOW)
    feed.append(tenant, [event("people")], NOW, FeedPart.PEOPLE)
    before = encode_cursor("events", {"n": "1", "at": str(NOW)})
    news = feed.read(tenant, before, NOW, HAPPENINGS | PEOPLE)
    assert news.events == [event("people")]


@pytest.mark.parametrize(("n", "at"), [("1.2", "1"), ("1", "1.2"), ("1.2.3", "1.2.3"), (".1", ".1"), ("1.", "1.")])
def test_a_cursor_of_other_parts_is_refused(feed: EventFeed, tenant: TenantId, n: str, at: str) -> None:
    with pytest.raises(InvalidInput):
        feed.read(tenant, encode_cursor("events", {"n": n, "at": at}), EpochMs(2))
