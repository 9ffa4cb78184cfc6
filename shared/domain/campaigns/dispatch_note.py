"""What is noted of each message that a lane handed to Meta: when, and enough of its id to know an answer to it.

Notes stand in their block's item, beside its outcomes, and are stored with them by one write: those that come together
are one text of 2.5 bytes each and some 20 more. So a block whose people all got and read their message stays within
1 KB, a write unit, and none of its writes costs more for it.
"""

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE

SLACK_MS = 100
"""So much earlier than it did a message may be noted to have left, and never later: Meta tells when somebody answered
in whole seconds. A lane sends evenly, so for those of one text a first and a last moment say it of all."""
_DIGEST_BITS = 20
_DIGEST_MASK = (1 << _DIGEST_BITS) - 1
_HEAD = struct.Struct(">HB")
"""Milliseconds between the first and the last; bytes that say which slots there are, none where there is no gap."""
_LONGEST_MS = 2**16 - 1
_FORMER_RUN, _FORMER_NOTE = 2, struct.Struct(">H3s")
_MARK = "."
"""What the name of such a text begins with, and no other name in a block's item does."""


@dataclass(frozen=True, slots=True)
class DispatchNote:
    """`at` is when it left (epoch ms); `digest` some bits that follow from Meta's id of it, 0 while Meta has not told
    the id."""

    at: EpochMs
    digest: int = 0

    @classmethod
    def of(cls, at: EpochMs, wamid: str) -> "DispatchNote":
        return cls(at, _digest(wamid) if wamid else 0)

    def is_of(self, wamid: str) -> bool | None:
        """Whether it is the message with this id (another one is taken for it once in a million); None when that
        cannot be told."""
        return self.digest == _digest(wamid) if self.digest else None


def digest_of(hashed: bytes) -> int:
    """Of what an id hashes to (SHA-256), or the first three bytes of it."""
    return int.from_bytes(hashed[:3], "big") >> 24 - _DIGEST_BITS


def pack_notes(notes: Mapping[int, DispatchNote]) -> dict[str, bytes]:
    """Notes by slot, in texts by names that no other notes of the block have: what is written later stands beside it,
    and what is written again in its place."""
    return {f"{_MARK}{run.slots[0]:02x}{run.began:x}": _text(run, notes) for run in _runs(sorted(notes), notes)}


def is_notes(name: str) -> bool:
    """Whether what has this name in a block's item is a text of notes."""
    return name.startswith(_MARK)


def unpack_notes(packed: Mapping[str, bytes]) -> dict[int, DispatchNote]:
    """By slot; of several for one slot the last that left."""
    found: dict[int, DispatchNote] = {}
    for name, data in packed.items():
        first, began = int(name[1:3], 16), int(name[3:], 16)
        span, marked = _HEAD.unpack_from(data)
        marks, texts = data[_HEAD.size : _HEAD.size + marked], data[_HEAD.size + marked :]
        if marked:
            bits = int.from_bytes(marks, "little")
            slots = [first + i for i in range(8 * marked) if bits >> i & 1]
        else:
            slots = list(range(first, first + 8 * len(texts) // _DIGEST_BITS))
        digests, last = int.from_bytes(texts, "big"), len(slots) - 1
        for i, slot in enumerate(slots):
            at = EpochMs(began + (span * i // last if last else 0))
            if slot not in found or found[slot].at <= at:
                found[slot] = DispatchNote(at, digests >> (last - i) * _DIGEST_BITS & _DIGEST_MASK)
    return found


def unpack_former_notes(packed: Mapping[str, bytes], *, second: bool) -> dict[int, DispatchNote]:
    """By slot of the first of two blocks, or of the second, as notes were kept until there were those above: texts of
    five bytes for each place among both, named after a moment and their first place."""
    found: dict[int, DispatchNote] = {}
    offset = BLOCK_SIZE if second else 0
    for name, data in packed.items():
        began, at = int(name.partition(".")[0], 16), 0
        while at < len(data):
            first, count = data[at : at + _FORMER_RUN]
            notes = _FORMER_NOTE.iter_unpack(data[at + _FORMER_RUN : at + _FORMER_RUN + count * _FORMER_NOTE.size])
            for slot, (after, hashed) in enumerate(notes, first - offset):
                left = EpochMs(began + after)
                if 0 <= slot < BLOCK_SIZE and (slot not in found or found[slot].at <= left):
                    found[slot] = DispatchNote(left, digest_of(hashed))
            at += _FORMER_RUN + count * _FORMER_NOTE.size
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    """Slots of which a line says when each message left: the first at `began`, the last `span` ms later."""

    slots: Sequence[int]
    began: EpochMs
    span: int


def _runs(slots: Sequence[int], notes: Mapping[int, DispatchNote]) -> Iterator[_Run]:
    """Where the lane stood still, a new one begins."""
    if not slots:
        return
    times = [notes[slot].at for slot in slots]
    span, last = times[-1] - times[0], len(slots) - 1
    late = [at - times[0] - (span * i // last if last else 0) for i, at in enumerate(times)]
    if 0 <= span <= _LONGEST_MS and max(late) - min(late) <= SLACK_MS:
        yield _Run(slots, EpochMs(times[0] + min(late)), span)
        return
    cut = max(range(1, len(slots)), key=lambda i: abs(times[i] - times[i - 1]))
    yield from _runs(slots[:cut], notes)
    yield from _runs(slots[cut:], notes)


def _text(run: _Run, notes: Mapping[int, DispatchNote]) -> bytes:
    first, marks, digests = run.slots[0], b"", 0
    if run.slots[-1] - first >= len(run.slots):
        bits = sum(1 << slot - first for slot in run.slots)
        marks = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for slot in run.slots:
        digests = digests << _DIGEST_BITS | notes[slot].digest
    length = (len(run.slots) * _DIGEST_BITS + 7) // 8
    return _HEAD.pack(run.span, len(marks)) + marks + digests.to_bytes(length, "big")


def _digest(wamid: str) -> int:
    return digest_of(hashlib.sha256(wamid.encode("utf-8", "replace")).digest())
