"""What came in and what went out, kept for tests to read.

Bodies and answers are kept as the bytes on the wire and spliced into the journal's JSON, so that reading 100,000
entries costs no re-encoding. An entry is a plain tuple of atoms, which the garbage collector does not need to walk.
"""

import json
from collections.abc import Iterator, Sequence

REQUEST_FIELDS = (
    "seq",
    "monotonic",
    "wall",
    "method",
    "path",
    "body",
    "status",
    "answer",
    "accepted",
    "phone_number_id",
    "to",
    "callback",
    "wamid",
    "fault",
)
STANDSTILL_FIELDS = ("seq", "monotonic", "seconds")
WEBHOOK_FIELDS = ("seq", "monotonic", "wall", "url", "attempt", "status", "updates", "error", "body")

Atom = bytes | str | int | float | bool | None
_CHUNK = 500


class Journal:
    """An append-only list of entries, numbered from 1."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        self._entries: list[tuple[Atom, ...]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, *values: Atom) -> None:
        """Keep one entry: the values of all fields but `seq`. Bytes must be valid JSON (or empty, shown as null)."""
        self._entries.append((len(self._entries) + 1, *values))

    def read(self, since: int, limit: int, wanted: Sequence[str]) -> Iterator[bytes]:
        """The JSON text of the entries with seq > `since`, in pieces; `next` is the `since` for the following read.

        Raises:
            KeyError: a wanted field does not exist.
        """
        names = wanted or self.fields
        columns = [(f'"{name}":'.encode(), self._column(name)) for name in names]
        start = max(since, 0)
        stop = len(self._entries) if limit <= 0 else min(len(self._entries), start + limit)
        return self._pieces(start, max(start, stop), columns)

    def _column(self, name: str) -> int:
        if name not in self.fields:
            raise KeyError(name)
        return self.fields.index(name)

    def _pieces(self, start: int, stop: int, columns: list[tuple[bytes, int]]) -> Iterator[bytes]:
        yield b'{"entries":['
        for begin in range(start, stop, _CHUNK):
            rows = self._entries[begin : min(begin + _CHUNK, stop)]
            text = b",".join(
                b"{" + b",".join(key + _encoded(row[column]) for key, column in columns) + b"}" for row in rows
            )
            yield text if begin == start else b"," + text
        yield b'],"next":' + str(stop).encode() + b"}"


def _encoded(value: Atom) -> bytes:
    if isinstance(value, bytes):
        return value or b"null"
    return json.dumps(value).encode()
