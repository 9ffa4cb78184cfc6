"""The books of a campaign: planned = sent + failed + skipped + cancelled + unknown + waiting, at every moment.

Status truth is a join over `sent < delivered < read`, failed apart; every set only grows, so any order and any
number of webhooks gives one result.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from shared.domain.campaigns.dispatch_note import DispatchNote
from shared.domain.contacts.market import count_markets

SKIP_PREFIX = "skip:"
"""A failure code with this prefix is a recipient the gate held back at the moment of sending."""
FREE_PREFIX = "free_"
"""A price with this prefix is one of Meta's types that cost nothing (free_entry_point and the like)."""
UNKNOWN_PRICE = "unknown"
"""The price of what is charged in a category that has no name, or none that could be one."""
CANCELLED = "cancelled"
"""The failure code of a recipient who waited for another try when the campaign was cancelled."""


@dataclass(frozen=True, slots=True)
class StatusBlock:
    """What is known of one block's slots. `failed` maps slot to Meta's error code, or to `skip:<reason>`.

    `priced` maps Meta's price category (marketing, utility, …), or the type of what is free (free_entry_point), to the
    slots it was told for; `markets` packs their countries (see shared.domain.contacts.market). `held` are those that
    Meta took but keeps back to see what others make of the template; when it lets them go their statuses follow.
    `unconfirmed` are those that were given up on: nobody knows whether they got it. `noted` packs when their
    messages left (see shared.domain.campaigns.dispatch_note).
    """

    size: int
    sent: frozenset[int] = frozenset()
    delivered: frozenset[int] = frozenset()
    read: frozenset[int] = frozenset()
    replied: frozenset[int] = frozenset()
    unconfirmed: frozenset[int] = frozenset()
    failed: Mapping[int, str] = field(default_factory=dict)
    priced: Mapping[str, frozenset[int]] = field(default_factory=dict)
    held: frozenset[int] = frozenset()
    markets: str = ""
    reacted: frozenset[int] = frozenset()
    admitted: Mapping[int, int] = field(default_factory=dict)
    noted: Mapping[str, bytes] = field(default_factory=dict)

    def arrived(self) -> frozenset[int]:
        return self.delivered | self.read

    def outcome(self, slot: int) -> str | None:
        """read, delivered, failed, skipped, cancelled, sent, unknown (given up on), or None: nothing is stored."""
        if slot in self.read:
            return "read"
        if slot in self.delivered:
            return "delivered"
        if slot in self.failed:
            code = self.failed[slot]
            return CANCELLED if code == CANCELLED else "skipped" if code.startswith(SKIP_PREFIX) else "failed"
        if slot in self.sent:
            return "sent"
        if slot in self.unconfirmed:
            return "unknown"
        return "sent" if slot in self.held else None

    def kept_back(self) -> frozenset[int]:
        """Held, and nothing has been heard of them since."""
        return self.held - self.sent - self.arrived() - self.failed.keys() - self.unconfirmed


@dataclass(slots=True)
class StatusChange:
    """What to add to a status block. Sets only grow; a failure code stays once it is there. `noted` is told by the lane
    alone, of what it handed to Meta."""

    sent: set[int] = field(default_factory=set)
    delivered: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)
    replied: set[int] = field(default_factory=set)
    unconfirmed: set[int] = field(default_factory=set)
    failed: dict[int, str] = field(default_factory=dict)
    priced: dict[str, set[int]] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    reacted: set[int] = field(default_factory=set)
    admitted: dict[int, int] = field(default_factory=dict)
    noted: dict[int, DispatchNote] = field(default_factory=dict)


@dataclass(slots=True)
class Books:
    """Counts of people. `sent` includes delivered, read and held; `unknown` includes what is in flight right now.

    `priced` counts those who have the message, by (country, price category): Meta charges on delivery. `billable`
    counts everybody for whom Meta named a price that costs something.
    """

    planned: int = 0
    sent: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: int = 0
    unknown: int = 0
    waiting: int = 0
    delivered: int = 0
    read: int = 0
    replied: int = 0
    reacted: int = 0
    billable: int = 0
    held: int = 0
    unsettled: int = 0
    failed_by: Counter[str] = field(default_factory=Counter)
    skipped_by: Counter[str] = field(default_factory=Counter)
    priced: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, part: "Books") -> None:
        """Add the books of some of its people; `planned` stays, as it counts everybody."""
        for name in COUNTS[1:]:
            setattr(self, name, getattr(self, name) + getattr(part, name))
        self.failed_by.update(part.failed_by)
        self.skipped_by.update(part.skipped_by)
        self.priced.update(part.priced)

    @property
    def balanced(self) -> bool:
        return self.planned == (self.sent + self.failed + self.skipped + self.cancelled + self.unknown + self.waiting)

    @property
    def settled(self) -> bool:
        """Nobody waits any more and no unknown may still change by itself."""
        return self.waiting == 0 and self.unsettled == 0


COUNTS = tuple(one.name for one in fields(Books) if one.type is int)
"""The names of its counts; the first is `planned`."""


def tally(books: Books, block: StatusBlock, claimed: int, retrying: frozenset[int], *, cancelled: bool) -> None:
    """Add one block. `claimed` is how many of its slots lie below the cursor, `retrying` those on a retry list.

    A claimed slot with no stored outcome is unknown: it may have been sent. `unsettled` counts those of them nobody
    has given up on yet. Whose outcome is which is said once, by `StatusBlock.outcome`; here it is said of all at once.
    """
    arrived = block.arrived()
    books.delivered += len(arrived)
    books.read += len(block.read)
    books.replied += len(block.replied)
    books.reacted += len(block.reacted)
    _add_prices(books, block, arrived)
    left = _everybody(block.size) - arrived
    books.sent += block.size - len(left)
    if left and block.failed:
        left = _add_failed(books, block.failed, left)
    sent = left & block.sent
    books.sent += len(sent)
    left -= sent
    if left and (block.unconfirmed or block.held):
        unconfirmed = left & block.unconfirmed
        books.unknown += len(unconfirmed)
        held = (left & block.held) - unconfirmed
        books.sent += len(held)
        books.held += len(held)
        left = left - unconfirmed - held
    if left:
        waiting = len([slot for slot in left if slot >= claimed or slot in retrying])
        if cancelled:
            books.cancelled += waiting
        else:
            books.waiting += waiting
        books.unknown += len(left) - waiting
        books.unsettled += len(left) - waiting


@functools.cache
def _everybody(size: int) -> frozenset[int]:
    return frozenset(range(size))


def _add_failed(books: Books, failed: Mapping[int, str], left: frozenset[int]) -> frozenset[int]:
    """Who of those left has no failure stored."""
    found = left & failed.keys()
    for slot in found:
        code = failed[slot]
        if code == CANCELLED:
            books.cancelled += 1
        elif code.startswith(SKIP_PREFIX):
            books.skipped += 1
            books.skipped_by[code.removeprefix(SKIP_PREFIX)] += 1
        else:
            books.failed += 1
            books.failed_by[code] += 1
    return left - found


def _add_prices(books: Books, block: StatusBlock, arrived: frozenset[int]) -> None:
    """Each slot once: should two prices have been told for one, the first by name counts, and free ones last."""
    seen: set[int] = set()
    for category in sorted(block.priced, key=lambda name: (name.startswith(FREE_PREFIX), name)):
        slots = block.priced[category] - seen
        seen |= slots
        if not category.startswith(FREE_PREFIX):
            books.billable += len(slots)
        for country, count in count_markets(block.markets, slots & arrived).items():
            books.priced[country, category] += count


def add_skipped(books: Books, reasons: Iterable[tuple[str, int]]) -> None:
    """People the load already held back; they are part of `planned`."""
    for reason, count in reasons:
        books.skipped += count
        books.skipped_by[reason] += count
