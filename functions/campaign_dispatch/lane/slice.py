"""One slice of a lane on Lambda: wiring, the event loop, and the hand-over to the next slice."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from functions.campaign_dispatch.lane.lane import Lane, LaneEnd
from functions.campaign_dispatch.lane.logic.claims import has_work
from functions.campaign_dispatch.lane.logic.pacing import Rate
from functions.campaign_dispatch.lane.parts import LaneParts
from functions.campaign_dispatch.lane.pause import AutoPause, is_cancelled, pause_idle_number
from functions.campaign_dispatch.lane.reservation import wake_and_keep
from functions.campaign_dispatch.lane.results import Results
from functions.campaign_dispatch.lane.transmitter import GraphTransmitter, latest_category
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs, epoch_ms
from shared.ids import CampaignId, TenantId, new_ulid
from shared.observability import count
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


def run_slice(parts: LaneParts, wake: WakeLane) -> LaneEnd | None:
    """Work on the lane this message names and wake the next slice when there is more. None when the lane is taken,
    the number is nobody's or may not send."""
    tenant_id = parts.accounts.tenant_of_number(wake.phone_number_id)
    if tenant_id is None:
        _give_back(parts, wake)
        return None
    number = parts.accounts.number(tenant_id, wake.phone_number_id)
    if pause_idle_number(parts.campaigns, parts.lanes, tenant_id, number, epoch_ms()):
        _give_back(parts, wake)
        # Whoever let its campaigns go on since that look woke a lane that was still kept.
        _wake_for_what_is_left(parts, tenant_id, wake)
        return None
    waba = parts.accounts.waba(tenant_id, number.waba_id)
    access = parts.meta.of_account(tenant_id, waba, epoch_ms())
    rate = number.sending_rate / number.lanes
    runs = [run for run in parts.lanes.work(wake.phone_number_id).runs if run.tenant_id == tenant_id]
    categories = {run.campaign_id: latest_category(parts.campaigns, parts.templates, run) for run in runs}
    keep_time()
    end = asyncio.run(_run(parts, wake, access, rate, categories))
    if end is not None and end.more:
        wake_and_keep(
            parts.lanes, parts.lane_queue, tenant_id, wake.phone_number_id, wake.lane, fence=end.fence, now=epoch_ms()
        )
    elif end is not None:
        _wake_for_what_is_left(parts, tenant_id, wake)
    return end


def _give_back(parts: LaneParts, wake: WakeLane) -> None:
    """Keep the lane for nobody: who may send with it later wakes it without a token."""
    if wake.handoff:
        parts.lanes.give_back(wake.phone_number_id, wake.lane, wake.handoff)


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


async def _run(
    parts: LaneParts, wake: WakeLane, access: GraphAccess, rate: float, categories: Mapping[CampaignId, str]
) -> LaneEnd | None:
    graph = parts.graph()
    try:
        return await Lane(
            phone_number_id=wake.phone_number_id,
            lane=wake.lane,
            owner=new_ulid(),
            handoff=wake.handoff,
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
            transmit=GraphTransmitter(graph, access, wake.phone_number_id, categories),
            blocking=run_blocking,
            clock=SystemClock(),
            new_token=lambda: os.urandom(9).hex(),
            report=_report,
            rate=Rate(cap=rate, current=rate),
            slice_seconds=parts.slice_seconds,
        ).run()
    finally:
        await graph.aclose()


def _report(error: Exception) -> None:
    log_failure("lane", error)
    count("LaneWriteFailed")
