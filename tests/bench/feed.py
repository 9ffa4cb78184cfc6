"""A tenant's feed of events under many writers: appends a second, and what an append costs.

The database is dynoxide, reached over plain connections: on AWS each writer is a machine of its own, and botocore's own
time would be counted sixteen times here. So rates and CPU are this machine's; calls and capacity units are what
DynamoDB would charge. `FEED_SECONDS` says for how long each row writes (3 unless told).
"""

import os
import threading
import time
from collections.abc import Sequence

from shared.clock import epoch_ms
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.ids import TenantId, new_ulid
from shared.store.engine.database import Database
from shared.store.webhooks.event_feed import MOST_READ, EventFeed
from tests.support.capacity import Meter
from tests.support.dynoxide import BINARY, MISSING, running_dynoxide
from tests.support.engine import World, new_test_database

SECONDS = float(os.environ.get("FEED_SECONDS", "3"))
WRITERS = (1, 16)
BATCHES = (1, 100)
"""Events an append: a change that comes alone, and the records of one full batch of a stream."""
TARGET = 300
"""Appends a second of one tenant with 16 writers."""


def main() -> None:
    if not BINARY.exists():
        print(MISSING)
        return
    busy = os.getloadavg()[0]
    print(f"load average before: {busy:.1f} on {os.cpu_count()} cores; above half a core figures are the machine's")
    with running_dynoxide() as url:
        database = new_test_database(url)
        World(database)
        meter = Meter(database.client)
        print(f"target: {TARGET} appends/s of one tenant with 16 writers")
        print("writers  events each  appends/s  calls    WRU    RRU  CPU ms  p99 ms")
        for events in BATCHES:
            for writers in WRITERS:
                _row(database, meter, writers, _events(events))


def _events(count: int) -> list[str]:
    """As large as a message that came in makes them."""
    return [
        TenantEvent(
            f"evt_{new_ulid()}",
            EventType.MESSAGE_RECEIVED,
            epoch_ms(),
            {
                "conversation_id": os.urandom(16).hex(),
                "message_id": f"{epoch_ms()}-{new_ulid()}",
                "status": None,
                "error_code": None,
                "message": {"type": "text", "direction": "in", "author": "contact", "text": f"When do you open? {i}"},
            },
        ).to_json()
        for i in range(count)
    ]


def _row(database: Database, meter: Meter, writers: int, events: Sequence[str]) -> None:
    tenant_id = TenantId(new_ulid())
    start = EventFeed(database).end(tenant_id, epoch_ms())
    calls, writes, reads = meter.calls.total(), meter.writes.total(), meter.reads.total()
    began, busy = time.perf_counter(), time.process_time()
    taken = sorted(_write(database, tenant_id, writers, events))
    seconds, busy, appends = time.perf_counter() - began, time.process_time() - busy, len(taken)
    calls, writes, reads = meter.calls.total() - calls, meter.writes.total() - writes, meter.reads.total() - reads
    _check(database, tenant_id, start, appends * len(events))
    print(
        f"{writers:7} {len(events):12} {appends / seconds:10,.0f} {calls / appends:6.2f} {writes / appends:6.2f} "
        f"{reads / appends:6.2f} {busy / appends * 1_000:7.2f} {taken[int(appends * 0.99)] * 1_000:7.1f}"
    )


def _write(database: Database, tenant_id: TenantId, writers: int, events: Sequence[str]) -> list[float]:
    """Seconds of each append."""
    taken: list[float] = []
    until = time.perf_counter() + SECONDS

    def write() -> None:
        feed = EventFeed(database)
        while (began := time.perf_counter()) < until:
            feed.append(tenant_id, events, epoch_ms())
            taken.append(time.perf_counter() - began)

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _check(database: Database, tenant_id: TenantId, cursor: str, events: int) -> None:
    """Everything is there: a reader for whom no time passes meets no number without a chunk."""
    feed, now, found, more = EventFeed(database), epoch_ms(), 0, True
    while more:
        news = feed.read(tenant_id, cursor, now)
        assert len(news.events) <= MOST_READ
        found, cursor, more = found + len(news.events), news.cursor, news.more
    assert found == events, f"{found} of {events} events"
