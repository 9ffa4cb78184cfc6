"""One slice of a lane on Lambda: wiring, the event loop, and the hand-over to the next slice."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from functions.campaign_dispatch.lane.lane import LEASE_MS, Lane, LaneEnd
from functions.campaign_dispatch.lane.logic.claims import has_work
from functions.campaign_dispatch.lane.logic.pacing import Rate
from functions.campaign_dispatch.lane.parts import LaneParts
from functions.campaign_dispatch.lane.pause import AutoPause, is_cancelled, pause_idle_number
from functions.campaign_dispatch.lane.reservation import wake_and_keep
from functions.campaign_dispatch.lane.results import Results
from functions.campaign_dispatch.lane.trail import Trail
from functions.campaign_dispatch.lane.transmitter import GraphTransmitter, latest_category
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.number_work import LaneState
from shared.domain.numbers.number import Number
from shared.ids import TenantId, new_ulid
from shared.observability import concerns, count, say
from shared.queue_messages import WakeLane
from shared.sqs_batch import log_failure

T = TypeVar("T")


class SystemClock:
    def now(self) -> EpochMs:
        return epoch_ms()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def run_blocking(call: Callable[[], T], /) -> T:
    return await asyncio.to_thread(call)


def run_slice(parts: LaneParts, wake: WakeLane, trail: Trail) -> LaneEnd | None:
    """Work on the lane this message names and wake the next slice when there is more. None when the lane is taken,
    the number is nobody's or may not send, or sending is stopped. `trail` says what it did, also where it raises."""
    now = epoch_ms()
    # First of all: whoever dies from here on is missed when the lease ends, and not when the reservation does.
    taken = parts.lanes.acquire(wake.phone_number_id, wake.lane, new_ulid(), wake.handoff, now, EpochMs(now + LEASE_MS))
    if taken is None:
        say(result="held, or kept for another turn")
        return None
    say(fence=taken.fence)
    tenant_id = parts.accounts.tenant_of_number(wake.phone_number_id)
    if tenant_id is None:
        say(result="nobody's number")
        parts.lanes.release(wake.phone_number_id, wake.lane, taken.fence)
        return None
    concerns(tenant_id)
    if parts.stops.of(tenant_id) is not None:
        say(result="sending is stopped")
        # Nobody is woken: once it is lifted the sweep wakes lanes that have work.
        parts.lanes.release(wake.phone_number_id, wake.lane, taken.fence)
        return None
    number = parts.accounts.number(tenant_id, wake.phone_number_id)
    if pause_idle_number(parts.campaigns, parts.lanes, tenant_id, number, now):
        say(result="the number may not send")
        parts.lanes.release(wake.phone_number_id, wake.lane, taken.fence)
        _wake_for_what_is_left(parts, tenant_id, wake)
        return None
    keep_time()
    end = asyncio.run(_run(parts, tenant_id, number, taken, trail))
    if end.more:
        wake_and_keep(
            parts.lanes, parts.lane_queue, tenant_id, wake.phone_number_id, wake.lane, fence=end.fence, now=epoch_ms()
        )
    else:
        _wake_for_what_is_left(parts, tenant_id, wake)
    return end


def _wake_for_what_is_left(parts: LaneParts, tenant_id: TenantId, wake: WakeLane) -> None:
    """A campaign that opened between the last look and the release woke a lane that was still held."""
    if has_work(parts.lanes.work(wake.phone_number_id), wake.lane):
        parts.lane_queue.send(WakeLane(wake.phone_number_id, wake.lane), group=tenant_id)


def keep_time() -> None:
    """Let nothing in the interpreter hold up the messages for long: a message that leaves late crowds the next second.

    A thread that talks to the database gives way after half a millisecond (5 by default), and garbage collection need
    not look through what was there before the slice (20 ms and more, whenever it looks through everything).
    """
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()


async def _run(parts: LaneParts, tenant_id: TenantId, number: Number, taken: LaneState, trail: Trail) -> LaneEnd:
    access = parts.meta.of_account(tenant_id, parts.accounts.waba(tenant_id, number.waba_id), epoch_ms())
    runs = [run for run in parts.lanes.work(number.phone_number_id).runs if run.tenant_id == tenant_id]
    categories = {run.campaign_id: latest_category(parts.campaigns, parts.templates, run) for run in runs}
    rate = number.rate_of_lane(run.lanes for run in runs)
    graph = parts.graph()
    try:
        return await Lane(
            phone_number_id=number.phone_number_id,
            taken=taken,
            lanes=parts.lanes,
            sends=parts.sends,
            consent=parts.consent,
            results=Results(
                sends=parts.sends,
                lanes=parts.lanes,
                consent=parts.consent,
                pause=AutoPause(parts.campaigns, parts.lanes),
                cancelled=partial(is_cancelled, parts.campaigns),
                new_id=new_ulid,
            ),
            stopped=lambda: parts.stops.of(tenant_id) is not None,
            transmit=GraphTransmitter(graph, access, number.phone_number_id, categories),
            blocking=run_blocking,
            clock=SystemClock(),
            new_token=lambda: os.urandom(9).hex(),
            report=_report,
            rate=Rate(cap=rate, current=rate),
            slice_seconds=parts.slice_seconds,
            trail=trail,
        ).run()
    finally:
        await graph.aclose()


def _report(error: Exception) -> None:
    log_failure("lane", error)
    count("LaneWriteFailed")
