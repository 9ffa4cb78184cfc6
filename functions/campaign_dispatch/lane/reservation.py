"""Who works on a lane next, while every worker is busy: one is woken, and the lane is kept until its turn comes."""

from shared.clients.queue import Queue
from shared.clock import EpochMs
from shared.ids import TenantId
from shared.queue_messages import WakeLane
from shared.store.campaigns.lanes import Lanes

RESERVED_MS = 300_000
"""With every worker busy, a message waits for minutes; the sweep, which comes by each minute, wakes no second one."""


def wake_and_keep(lanes: Lanes, queue: Queue, tenant_id: TenantId, wake: WakeLane, fence: int, now: EpochMs) -> None:
    """Wake a worker for a lane that had this fence, and keep the lane for it (`now` in epoch ms).

    In this order: who dies in between leaves a lane that anybody may take, and never one that is kept for nobody.
    """
    queue.send(wake, group=tenant_id)
    lanes.reserve(wake.phone_number_id, wake.lane, fence, wake.handoff, now, EpochMs(now + RESERVED_MS))
