"""What is noted of each message that a lane handed to Meta: when, and enough of its id to know an answer to it."""

import hashlib
from dataclasses import dataclass

from shared.clock import EpochMs

_DIGEST_BYTES, _TIME_BYTES = 3, 6


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

    def to_bytes(self) -> bytes:
        """Nine bytes, so that the notes of a whole block and their keys stay within 1 KB: one write unit."""
        return self.at.to_bytes(_TIME_BYTES, "big") + self.digest

    @classmethod
    def from_bytes(cls, data: bytes) -> "DispatchNote":
        return cls(EpochMs(int.from_bytes(data[:_TIME_BYTES], "big")), data[_TIME_BYTES:])


def _digest(wamid: str) -> bytes:
    return hashlib.sha256(wamid.encode("utf-8", "replace")).digest()[:_DIGEST_BYTES]
