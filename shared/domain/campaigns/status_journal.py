"""The journal of a campaign's statuses: what was told of many people, in a few bytes each, until it is folded into
their blocks. Pure.

A status costs a write of its own where it goes into its block alone, because consumers take them from a queue at random
and those of one block come in many batches. So a batch is kept as it is, as a page, and one that reads all pages of
some minutes writes each block once. A page is a set: keeping or folding it twice changes nothing.
"""

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.contacts.identity import SHARDS

PAGE_STATUSES = 5_000
"""Of a page at most: 20 KB, and 290 KB where each of them had a code or a price of its own (DynamoDB: 400 KB)."""
PART_PEOPLE = 2_000_000
"""Of a campaign that one of its parts is for: 25,000 blocks, which are written in less than a minute."""
MUCH_BYTES = 4_000_000
"""A part with so much in it is compacted at once: a million statuses, which whoever looks at the campaign reads in half
a second of CPU and 1,000 RRU. A number that sends 1,000 messages a second gets there in 400 s; one of 80 never does,
and at 15 minutes its blocks are written half as often (tests/bench/statuses.py)."""
_PAGE_BYTES = 250
"""What a page takes beside its statuses."""
_SENT, _DELIVERED, _READ, _PRICED = 1, 2, 4, 8
_FLAGS = _SENT | _DELIVERED | _READ | _PRICED
_SLOT_BITS, _FLAG_BITS = 7, 5
"""A word is block number (20 bits), slot (7), flags (5): 32 bits in all."""
_SLOTS = (1 << _SLOT_BITS) - 1


@dataclass(frozen=True, slots=True)
class JournalPage:
    """`words` are what is common: four bytes for each person, who may be sent, delivered, read, and priced as `price`
    at once. `failed` maps a code, and `priced` another price, to the places it was told of, four bytes each."""

    words: bytes
    price: str = ""
    failed: Mapping[str, bytes] = field(default_factory=dict)
    priced: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes that it takes to keep, or a few more."""
        rare = sum(len(name) + len(places) for kind in (self.failed, self.priced) for name, places in kind.items())
        return _PAGE_BYTES + len(self.words) + rare


def journal_part_count(people: int) -> int:
    """How many parts the journal of a campaign of so many people has: as many as it takes to compact it side by side,
    a power of two up to one for each shard."""
    parts = 1
    while parts < SHARDS and people > parts * PART_PEOPLE:
        parts *= 2
    return parts


def part_of(shard: int, parts: int) -> int:
    """Which part holds the statuses of this shard's blocks: whole runs of shards."""
    return shard * parts // SHARDS


def pack(changes: Mapping[int, StatusChange]) -> list[JournalPage]:
    """Pages that hold these changes, by block number; the same ones for the same changes. Only what statuses tell can
    be kept: sent, delivered, read, failed, priced."""
    pages: list[JournalPage] = []
    page: dict[int, StatusChange] = {}
    size = 0
    for block, change in sorted(changes.items()):
        count = _statuses(change)
        if count == 0:
            continue
        if page and size + count > PAGE_STATUSES:
            pages.append(_page(page))
            page, size = {}, 0
        page[block] = change
        size += count
    return [*pages, _page(page)] if page else pages


def _statuses(change: StatusChange) -> int:
    common = len(change.sent) + len(change.delivered) + len(change.read) + len(change.failed)
    return common + sum(len(slots) for slots in change.priced.values())


def _page(changes: Mapping[int, StatusChange]) -> JournalPage:
    prices = Counter[str]()
    for change in changes.values():
        prices.update({price: len(slots) for price, slots in change.priced.items()})
    price = min(prices, key=lambda name: (-prices[name], name), default="")
    flags = Counter[int]()
    failed: dict[str, list[int]] = {}
    priced: dict[str, list[int]] = {}
    for block, change in changes.items():
        sets = ((_SENT, change.sent), (_DELIVERED, change.delivered), (_READ, change.read))
        for flag, slots in (*sets, (_PRICED, change.priced.get(price, ()))):
            for slot in slots:
                flags[_place(block, slot)] |= flag
        for slot, code in change.failed.items():
            failed.setdefault(code, []).append(_place(block, slot))
        for name in change.priced.keys() - {price}:
            priced.setdefault(name, []).extend(_place(block, slot) for slot in change.priced[name])
    return JournalPage(
        _bytes(place << _FLAG_BITS | flag for place, flag in sorted(flags.items())),
        price,
        {code: _bytes(sorted(places)) for code, places in sorted(failed.items())},
        {name: _bytes(sorted(places)) for name, places in sorted(priced.items())},
    )


def _place(block: int, slot: int) -> int:
    return block << _SLOT_BITS | slot


def _bytes(words: Iterable[int]) -> bytes:
    """Each as four bytes, the highest first."""
    packed = array("I", words)
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()


def _words(packed: bytes) -> Iterable[int]:
    words = array("I")
    words.frombytes(packed)
    if sys.byteorder == "little":
        words.byteswap()
    return words


@dataclass(slots=True)
class _Rare:
    """What is told of few of a block's people."""

    priced: dict[str, int] = field(default_factory=dict)
    """By price, a bit for each slot."""
    failed: dict[int, str] = field(default_factory=dict)


class JournalFold:
    """Pages folded by block: some 300 bytes for each block, however many statuses there are."""

    __slots__ = ("_flags", "_price", "_rare")

    def __init__(self) -> None:
        self._flags: dict[int, bytearray] = {}
        """By block, the flags of each slot. `_PRICED` is at `_price`: that of the first page that names one."""
        self._price = ""
        self._rare: dict[int, _Rare] = {}

    def __len__(self) -> int:
        """Blocks."""
        return len(self._flags)

    def add(self, page: JournalPage) -> None:
        """In any order, any number of times."""
        self._price = self._price or page.price
        of_another = page.price != self._price
        self._add_words(_words(page.words), _FLAGS & ~_PRICED if of_another else _FLAGS)
        if of_another:
            self._add_price(page.price, (word >> _FLAG_BITS for word in _words(page.words) if word & _PRICED))
        for name, places in page.priced.items():
            self._add_price(name, _words(places))
        for code, places in page.failed.items():
            for place in _words(places):
                failed, slot = self._rare_of(place).failed, place & _SLOTS
                # One of several codes must win whatever the order: the smallest does.
                failed[slot] = min(code, failed.get(slot, code))

    def _add_words(self, words: Iterable[int], flags: int) -> None:
        """Once for each status of a journal: what is called here takes most of the time that reading one does."""
        of_block, last, marks = self._flags, -1, bytearray()
        for word in words:
            block = word >> _FLAG_BITS + _SLOT_BITS
            if block != last:
                last, marks = block, of_block.get(block) or of_block.setdefault(block, bytearray(_SLOTS + 1))
            marks[word >> _FLAG_BITS & _SLOTS] |= word & flags

    def _add_price(self, name: str, places: Iterable[int]) -> None:
        for place in places:
            priced = self._rare_of(place).priced
            priced[name] = priced.get(name, 0) | 1 << (place & _SLOTS)

    def _rare_of(self, place: int) -> _Rare:
        block = place >> _SLOT_BITS
        self._flags.setdefault(block, bytearray(_SLOTS + 1))
        return self._rare.setdefault(block, _Rare())

    def changes(self) -> Iterator[tuple[int, StatusChange]]:
        """(block number, what to add to it), in order."""
        for block in sorted(self._flags):
            change = self.change(block)
            if change is not None:
                yield block, change

    def change(self, block: int) -> StatusChange | None:
        """What was told of this block; None when nothing was."""
        marks = self._flags.get(block)
        if marks is None:
            return None
        rare = self._rare.get(block) or _Rare()
        priced = {price: _slots(bits) for price, bits in rare.priced.items()}
        if at_the_usual := _having(marks, _PRICED):
            priced[self._price] = priced.get(self._price, set()) | at_the_usual
        return StatusChange(
            sent=_having(marks, _SENT),
            delivered=_having(marks, _DELIVERED),
            read=_having(marks, _READ),
            priced=priced,
            failed=dict(rare.failed),
        )

    def over(self, block: int, stored: StatusBlock) -> StatusBlock:
        """A block as it will be when this is folded into it: what is known of it now."""
        change = self.change(block)
        return stored if change is None else with_change(stored, change)


def _having(marks: bytearray, flag: int) -> set[int]:
    return {slot for slot, flags in enumerate(marks) if flags & flag}


def _slots(bits: int) -> set[int]:
    return {slot for slot in range(bits.bit_length()) if bits >> slot & 1}


def with_change(block: StatusBlock, change: StatusChange) -> StatusBlock:
    """The block with what statuses tell of it added, as storing it does: sets grow, and the first failure stays."""
    prices = block.priced.keys() | change.priced.keys()
    return replace(
        block,
        sent=block.sent | change.sent,
        delivered=block.delivered | change.delivered,
        read=block.read | change.read,
        failed={**change.failed, **block.failed},
        priced={name: block.priced.get(name, frozenset()) | change.priced.get(name, set()) for name in prices},
    )
