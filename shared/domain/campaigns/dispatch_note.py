"""What is noted of each message that a lane handed to Meta: when, and enough of its id to know an answer to it."""

import hashlib
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE

NOTED_TOGETHER = 2 * BLOCK_SIZE
"""Messages whose notes stand together: those of two blocks, which with their keys are less than 1 KB, one write unit.
A place among them is the slot in the first block, the one with the even number, or BLOCK_SIZE more in the second."""
_DIGEST_BYTES = 3
_NO_DIGEST = bytes(_DIGEST_BYTES)
_RUN, _NOTE = struct.Struct(">BB"), struct.Struct(f">H{_DIGEST_BYTES}s")
_LONGEST = 2 ** (8 * 2) - 1
"""Between the first and the last of those that are written together, ms."""


@dataclass(frozen=True, slots=True)
class DispatchNote:
    """`at` is when it left (epoch ms); `digest` some bytes that follow from Meta's id of it, none while Meta has not
    told the id."""

    at: EpochMs
    digest: bytes = b""

    @classmethod
    def of(cls, at: EpochMs, wamid: str) -> "DispatchNote":
        return cls(at, _digest(wamid) if wamid else b"")

    def is_of(self, wamid: str) -> bool | None:
        """Whether it is the message with this id (another one is taken for it once in 16 million); None when that
        cannot be told."""
        return self.digest == _digest(wamid) if self.digest else None


def first_of_two(block: int) -> int:
    """The block with whose notes this block's stand."""
    return block - block % 2


def place_of(block: int, slot: int) -> int:
    """Among the notes that stand together."""
    return block % 2 * BLOCK_SIZE + slot


def pack_notes(notes: Mapping[int, DispatchNote]) -> dict[str, bytes]:
    """Notes by place, in texts by names that no other notes have: what is written later stands beside it, and what is
    written again in its place."""
    packed: dict[str, bytes] = {}
    left = dict(sorted(notes.items()))
    while left:
        began = min(note.at for note in left.values())
        part = {place: note for place, note in left.items() if note.at - began <= _LONGEST}
        packed[f"{began:x}.{next(iter(part)):x}"] = b"".join(_runs(part, began))
        left = {place: note for place, note in left.items() if place not in part}
    return packed


def unpack_notes(packed: Mapping[str, bytes]) -> dict[int, DispatchNote]:
    """By place; of several for one place the last that left."""
    found: dict[int, DispatchNote] = {}
    for name, data in packed.items():
        began, offset = int(name.partition(".")[0], 16), 0
        while offset < len(data):
            first, count = _RUN.unpack_from(data, offset)
            offset += _RUN.size
            for place in range(first, first + count):
                after, digest = _NOTE.unpack_from(data, offset)
                offset += _NOTE.size
                note = DispatchNote(EpochMs(began + after), b"" if digest == _NO_DIGEST else digest)
                if place not in found or found[place].at <= note.at:
                    found[place] = note
    return found


def _runs(notes: Mapping[int, DispatchNote], began: EpochMs) -> Iterator[bytes]:
    """Those at places that follow each other, behind the first place and how many they are."""
    for _, run in groupby(enumerate(notes.items()), key=lambda one: one[1][0] - one[0]):
        items = [note for _, note in run]
        yield _RUN.pack(items[0][0], len(items))
        for _, note in items:
            yield _NOTE.pack(note.at - began, note.digest or _NO_DIGEST)


def _digest(wamid: str) -> bytes:
    return hashlib.sha256(wamid.encode("utf-8", "replace")).digest()[:_DIGEST_BYTES]
