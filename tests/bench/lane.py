"""The lane: what rate it holds, how evenly, and what a message costs it, next to other ways to send.

Every variant runs in this process, pinned to one core where the machine allows it, over dynoxide, against the same
upstream that answers after 300 ms. `peak/s` is the most that arrived in any one second; `steady` leaves out seconds in
which the upstream itself stood still for 10 ms or more, and then read at once what had come. `LANE_SECONDS` sets how
long the run at 72/s lasts (600 for the long one); the one at 225/s takes a fifth of that.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from functions.campaign_dispatch.lane.slice import SystemClock, keep_time
from functions.campaign_dispatch.lane.transmitter import GraphTransmitter
from infra.local.standstill import Standstill, peak
from shared.clients.graph import GraphAccess, GraphClient
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Outcome, from_answer
from shared.ids import PhoneNumberId, new_ulid
from tests.bench.per_item import send_per_item
from tests.bench.without_ledger import send_bare, send_with_pywa
from tests.support.capacity import Meter
from tests.support.dynoxide import BINARY, MISSING, running_dynoxide
from tests.support.engine import World, open_measured_database
from tests.support.frozen import frozen_campaign

LATENCY_MS = 300


@dataclass(frozen=True)
class Measured:
    name: str
    messages: int
    seconds: float
    cpu_ms: float
    peak: int
    steady: int
    wru: float

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    def row(self, cap: float) -> str:
        held = f"{self.rate / cap:6.1%}" if cap else "     -"
        return (
            f"{self.name:44} {self.messages:8} {self.rate:9.1f}/s {held} {self.peak:6} {self.steady:6} "
            f"{self.cpu_ms / self.messages:8.2f} {self.wru / self.messages:7.3f}"
        )


@contextmanager
def upstream() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.bench.upstream", str(LATENCY_MS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def journal(url: str) -> tuple[list[float], list[Standstill]]:
    """Arrival times, and when the upstream stood still, since the last call."""
    with urllib.request.urlopen(f"{url}/journal", timeout=30) as answer:
        told = json.load(answer)
    return sorted(told["arrivals"]), [(ended, seconds) for ended, seconds in told["standstills"]]


class OverHttpx(GraphClient):
    """Hands messages to httpx's own transport."""

    def __init__(self, base_url: str, version: str, max_connections: int = 200) -> None:
        super().__init__(base_url, version, max_connections)
        limits = httpx.Limits(max_connections=max_connections)
        self._http = httpx.AsyncClient(base_url=f"{base_url}/{version}/", timeout=30, limits=limits)

    async def send(
        self,
        phone_number_id: PhoneNumberId,
        access: GraphAccess,
        body: Mapping[str, object],
        endpoint: str = "messages",
        *,
        seconds: float = 30.0,
    ) -> Outcome:
        content, headers = json.dumps(body).encode(), {"authorization": f"Bearer {access.token}"}
        query = {"appsecret_proof": access.proof}
        answer = await self._http.post(f"{phone_number_id}/{endpoint}", content=content, headers=headers, params=query)
        return from_answer(answer.status_code, answer.json())


class Variant:
    """One way to send, measured from the first arrival to the last."""

    def __init__(self, url: str, dynamodb: str) -> None:
        self.url = url
        self.database = open_measured_database(dynamodb)

    def measure(self, name: str, work: Callable[[], int]) -> Measured:
        journal(self.url)
        meter = Meter(self.database.client)
        cpu = time.process_time()
        count = work()
        cpu = time.process_time() - cpu
        times, standstills = journal(self.url)
        assert len(times) == count, f"{len(times)} arrived, {count} were sent"
        seconds = (times[-1] - times[0]) * count / max(1, count - 1)
        return Measured(name, count, seconds, cpu * 1000, peak(times), peak(times, standstills), meter.writes.total())

    def lane(self, name: str, messages: int, rate: float, *, plain_httpx: bool = False, paused: int = 0) -> Measured:
        world = World(self.database)
        for _ in range(paused):
            world.deps.lanes.runs.set_state(world.phone_number_id, frozen_campaign(world, 1, shards=(0,)), "paused")
        campaign = frozen_campaign(world, messages)

        async def run() -> None:
            graph = (OverHttpx if plain_httpx else GraphClient)(self.url, "v26.0", max_connections=900)
            sender = GraphTransmitter(graph, GraphAccess.of("token", "secret"), world.phone_number_id)

            async def transmit(run: Run, body: dict[str, object]) -> Outcome:
                return await sender(run, body)

            lane = world.lane(transmit, rate=rate, seconds=1e9, clock=SystemClock())  # type: ignore[arg-type]
            await lane.run()
            await graph.aclose()

        def work() -> int:
            asyncio.run(run())
            books = world.books(campaign)
            assert books.sent == messages, books
            return messages

        return self.measure(name, work)

    def per_item(self, name: str, messages: int, rate: float) -> Measured:
        return self.measure(
            name, lambda: asyncio.run(send_per_item(self.database, self.url, new_ulid(), messages, rate))
        )

    def without_ledger(
        self, name: str, messages: int, at_once: int, send: Callable[[str, int, int], Coroutine[Any, Any, int]]
    ) -> Measured:
        return self.measure(name, lambda: asyncio.run(send(self.url, messages, at_once)))


def keep_to_one_core() -> None:
    """The upstream and the database, which run already, keep to the others."""
    if not hasattr(os, "sched_setaffinity"):
        return
    mine, *others = sorted(os.sched_getaffinity(0))
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    for child in children if others else ():
        for thread in Path(f"/proc/{child}/task").iterdir():
            os.sched_setaffinity(int(thread.name), others)
    os.sched_setaffinity(0, {mine})


def main() -> None:
    if not BINARY.exists():
        print(MISSING)
        return
    seconds = int(os.environ.get("LANE_SECONDS", "20"))
    print(f"upstream answers after {LATENCY_MS} ms; WRU without load and statuses")
    print(f"{'':44} {'messages':>8} {'achieved':>11} {'held':>6} {'peak/s':>6} {'steady':>6} {'CPU ms':>8} {'WRU':>7}")
    with upstream() as url, running_dynoxide() as dynamodb:
        keep_to_one_core()
        keep_time()
        variant = Variant(url, dynamodb)
        for cap, lasting in ((72, seconds), (225, max(20, seconds // 5))):
            print(variant.lane(f"lane, cap {cap}/s, {lasting} s", cap * lasting, cap).row(cap), flush=True)
        held_up = variant.lane("lane, cap 225/s, beside 100 paused campaigns", 2_250, 225, paused=100)
        print(held_up.row(225), flush=True)
        fast = variant.lane("lane, as fast as one core goes", 12_000, 2_000.0)
        print(fast.row(0), flush=True)
        print(
            variant.lane("(a) lane over httpx's own transport, 225/s", 1_500, 225, plain_httpx=True).row(225),
            flush=True,
        )
        print(variant.per_item("(b) one item per message, as fast as it goes", 6_000, 2_000.0).row(0), flush=True)
        loops = [
            variant.without_ledger(f"(c) a plain loop with pywa_async, {n} at a time", 40 * n, n, send_with_pywa)
            for n in (10, 25, 100)
        ]
        bare = variant.without_ledger("(d) the HTTP client alone, 600 at a time", 12_000, 600, send_bare)
        for row in (*loops, bare):
            print(row.row(0), flush=True)
        print(
            f"the lane at full speed: {fast.rate / max(row.rate for row in loops):.1f} times the best loop with pywa, "
            f"{fast.rate / bare.rate:.0%} of the HTTP client alone"
        )
