"""The error-rate trip: a campaign that keeps failing for one reason stops by itself before it burns its audience.

Meta refuses at once what it can tell from the request; that a person cannot be reached, or gets enough marketing
(131026, 131049), it tells later by webhook. So answers are watched as they come in (`ErrorTrip`), and what became of
the messages of late is read from the stored outcomes (`RecentOutcomes`).
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.campaigns.blocks import BLOCK_SIZE, Segment, lane_of, split_block_number
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.standing import BlockStanding, positions

WINDOW = 100
"""Outcomes looked at, the last ones of a campaign; at least so many where more are stored."""
SHARE = 0.5
"""Of those, the share refused with one and the same code that stops the campaign."""
RECENT_SECONDS = 120
"""What was sent within this time is looked at in the stored outcomes: failures are told within seconds, and gathered
for 20 before they are kept."""
_REACHED = ("sent", "delivered", "read")


@dataclass(slots=True)
class ErrorTrip:
    """One campaign's last outcomes; the code is "" for a message that was accepted."""

    _codes: deque[str] = field(default_factory=deque)
    _counts: Counter[str] = field(default_factory=Counter)

    def note(self, code: str) -> bool:
        """Whether this refusal is the one too many; the count begins anew afterwards."""
        self._codes.append(code)
        self._counts[code] += 1
        if len(self._codes) > WINDOW:
            self._counts[self._codes.popleft()] -= 1
        if not code or not _too_many(self._counts, code):
            return False
        self._codes.clear()
        self._counts.clear()
        return True


class RecentOutcomes:
    """What is stored of the messages that a campaign's lanes sent last, and since it was last resumed."""

    def __init__(self, campaign: Campaign, work: NumberWork) -> None:
        self._campaign = campaign
        self._counts: Counter[str] = Counter()
        self._first: dict[int, int] = {}
        for lane, cursor in positions(campaign, work).items():
            rate = work.lanes[lane].rate / 1000 if lane in work.lanes else 0
            resumed = dict(enumerate(campaign.resumed_from)).get(lane, 0)
            self._first[lane] = max(resumed, cursor - max(WINDOW, round(rate * RECENT_SECONDS)))

    @property
    def first(self) -> Mapping[int, int]:
        """The position of each lane from which on its messages are looked at."""
        return self._first

    def note(self, block: BlockStanding) -> None:
        """Look at a block, whichever; once each."""
        shard, n = split_block_number(block.number)
        lane = lane_of(shard, self._campaign.lanes)
        segment = Segment(self._campaign.sizes, lane, self._campaign.lanes)
        first = self._first.get(lane, 0) - segment.start_of(shard) - n * BLOCK_SIZE
        for slot in range(max(0, first), min(block.claimed, block.status.size)):
            outcome = block.status.outcome(slot)
            if outcome in _REACHED:
                self._counts[""] += 1
            elif outcome == "failed":
                self._counts[block.status.failed[slot]] += 1

    def failure(self) -> str:
        """The code with which too many of them failed; "" when there is none."""
        code = max(self._counts, key=lambda one: (bool(one), self._counts[one], one), default="")
        return code if code and _too_many(self._counts, code) else ""


def _too_many(counts: Counter[str], code: str) -> bool:
    return counts.total() >= WINDOW and counts[code] >= counts.total() * SHARE
