"""Who works on a lane next, while every worker is busy: one is woken, and the lane is kept until its turn comes."""

from shared.clients.queue import Queue
from shared.clock import EpochMs
from shared.ids import PhoneNumberId, TenantId
from shared.queue_messages import WakeLane
from shared.store.campaigns.lanes import Lanes

RESERVED_MS = 120_000
"""With every worker busy, a message waits for minutes; the sweep, which comes by each minute, wakes no second one
before this is over. So long a lane stands still when its worker dies between its message and its lane."""


def turn_after(fence: int) -> str:
    """What whoever takes a lane after this fence shows. All who were woken for one turn show the same: the one who has
    waited longest takes it, and whoever comes for a turn that is over finds the lane held or kept for a later one."""
    return f"after {fence}"


def wake_and_keep(
    lanes: Lanes,
    queue: Queue,
    tenant_id: TenantId,
    phone_number_id: PhoneNumberId,
    lane: int,
    *,
    fence: int,
    now: EpochMs,
) -> None:
    """Wake a worker for a lane that had this fence (0 for none), and keep the lane for it (`now` in epoch ms).

    In this order: who dies in between leaves a lane that anybody may take, and never one that is kept for nobody.
    """
    turn = turn_after(fence)
    queue.send(WakeLane(phone_number_id, lane, turn), group=tenant_id)
    lanes.reserve(phone_number_id, lane, fence, turn, now, EpochMs(now + RESERVED_MS))
