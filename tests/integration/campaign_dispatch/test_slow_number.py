"""Meta is slow for one number: its tenant alone has less of it. A worker has one lane at a time, so no other lane is in
an invocation with it, and lets go of it after a slice, whatever Meta does."""

import itertools
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest

from functions.campaign_dispatch.lane import sender as sender_module
from functions.campaign_dispatch.lane import slice as slices
from functions.campaign_dispatch.lane.trail import Trail
from shared.ids import CampaignId
from shared.queue_messages import WakeLane
from shared.store.engine.database import Database
from tests.support.engine import QuickClock, World, open_test_database
from tests.support.template import load_template, resources
from tests.support.world_parts import lane_parts

PEOPLE, FAST = 30, 2
THROUGHPUT = 20
"""Messages a second: a number has more than one slice's."""


class Meta:
    """Accepts every message; the answers to those of `slow` wait for `let`."""

    def __init__(self) -> None:
        self.url, self.slow = "", ""
        self.let: Callable[[], object] = lambda: None
        self.accepted: Counter[tuple[str, str]] = Counter()

    def of(self, number: str) -> int:
        return sum(times for (of, _), times in list(self.accepted.items()) if of == number)


@contextmanager
def serving() -> Iterator[Meta]:
    meta, ids = Meta(), count()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            number = self.path.split("/")[2]
            meta.accepted[number, body.decode()] += 1
            if number == meta.slow:
                meta.let()
            answer = b'{"messages":[{"id":"wamid.%d"}]}' % next(ids)
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        meta.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield meta
        finally:
            server.shutdown()


class Numbers:
    """Tenants with a number each and one queue of lanes, which `workers` take from as Lambda does: one at a time each,
    the oldest first. `turns` are the numbers in the order in which they had a slice."""

    def __init__(self, database: Database, meta: Meta, slice_seconds: int) -> None:
        self._waiting: deque[WakeLane] = deque()
        self._meta, self._slice_seconds = meta, slice_seconds
        self.slow, *self.fast = self.worlds = [World(database, THROUGHPUT) for _ in range(1 + FAST)]
        meta.slow = self.slow.phone_number_id
        self.campaigns: dict[str, CampaignId] = {}
        self.turns: list[str] = []
        for world in self.worlds:
            world.add_contacts(PEOPLE)
            self.campaigns[world.phone_number_id] = world.send_to_everybody()
            self._waiting += [wake for wake in world.lane_queue.take() if isinstance(wake, WakeLane)]

    def send(self, message: WakeLane, **_options: object) -> None:
        self._waiting.append(message)

    def work(self, done: Callable[[], bool]) -> None:
        """Take slices until there is nothing to do, or it is done."""
        while not done():
            try:
                wake = self._waiting.popleft()
            except IndexError:
                return
            (world,) = (world for world in self.worlds if world.phone_number_id == wake.phone_number_id)
            self.turns.append(wake.phone_number_id)
            parts = lane_parts(world, self, graph_url=self._meta.url, slice_seconds=self._slice_seconds)
            slices.run_slice(parts, wake, Trail())

    def are_sent(self) -> bool:
        """Whether all fast ones are."""
        return all(self._meta.of(world.phone_number_id) >= PEOPLE for world in self.fast)

    def check(self, world: World, *, waiting: bool) -> None:
        books = world.books(self.campaigns[world.phone_number_id])
        assert books.balanced
        assert (books.waiting > 0) == waiting
        assert (books.sent + books.waiting, books.unknown) == (PEOPLE, 0)


@pytest.fixture
def database(dynoxide: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(slices, "keep_time", lambda: None)
    monkeypatch.setattr(slices, "SystemClock", QuickClock)
    # So few of a number's messages are without an answer at a time that it has more when its slice is over.
    monkeypatch.setattr(sender_module, "IN_FLIGHT_SECONDS", 0.1)
    return open_test_database(dynoxide)


def test_a_worker_has_one_lane_at_a_time_and_tenants_have_their_share_of_workers() -> None:
    (lane,) = resources(load_template(), "AWS::Serverless::Function")["CampaignLaneFunction"]["Events"].values()
    assert lane["Properties"]["BatchSize"] == 1
    queue = resources(load_template(), "AWS::SQS::Queue")["LaneQueue"]
    assert "FifoQueue" not in queue, "a standard queue, which the group of each message makes a fair one"


def test_while_meta_answers_nothing_of_one_number_another_worker_sends_all_of_the_others(database: Database) -> None:
    with serving() as meta:
        numbers = Numbers(database, meta, slice_seconds=30)
        sent = threading.Event()
        # It would wait for ever if the others had to wait for it.
        meta.let = lambda: sent.wait(60)

        def work() -> None:
            numbers.work(lambda: False)
            if numbers.are_sent():
                sent.set()

        with ThreadPoolExecutor(2) as workers:
            for one in [workers.submit(work) for _ in range(2)]:
                one.result()
        for world in numbers.worlds:
            numbers.check(world, waiting=False)
        assert set(meta.accepted.values()) == {1}


def test_of_the_turns_of_one_worker_a_number_that_meta_is_slow_for_has_one_in_a_round(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All share the one worker there is. Each answer takes longer than a slice, which is a fifth of a second here, and
    what is in line when a slice ends goes back before long."""
    monkeypatch.setattr(sender_module, "STOP_AFTER_SECONDS", 2.0)
    with serving() as meta:
        numbers = Numbers(database, meta, slice_seconds=1)
        meta.let = lambda: threading.Event().wait(0.4)
        numbers.work(numbers.are_sent)
        slow = numbers.slow.phone_number_id
        assert len(numbers.turns) > len(numbers.worlds), "nobody was done in one slice"
        for before, after in itertools.pairwise(numbers.turns):
            assert (before, after) != (slow, slow)
        assert numbers.turns.count(slow) <= max(numbers.turns.count(world.phone_number_id) for world in numbers.fast)
        numbers.check(numbers.slow, waiting=True)
        for world in numbers.fast:
            numbers.check(world, waiting=False)
        assert set(meta.accepted.values()) == {1}
