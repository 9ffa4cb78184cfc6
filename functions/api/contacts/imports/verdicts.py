"""What becomes of each row of a file, and the counts of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from functions.api.contacts.imports.job import Counts
from functions.api.contacts.imports.logic.csv_source import CsvSource
from functions.api.contacts.imports.rows import Rejection, Row, RowReader
from shared.errors import InvalidInput
from shared.store.contacts.contacts import Change

Result = Change | Literal["too_large"]
"""What became of a row that was fine by itself; `too_large` where it would make its contact larger than an item."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of one row: exactly one of the three."""

    line: int
    cells: Sequence[str]
    row: Row | None = None
    rejection: Rejection | None = None


def verdicts(source: CsvSource, reader: RowReader) -> Iterator[Verdict]:
    """One per row; a contact that an earlier row gave has neither row nor rejection.

    Remembers eight bytes of every contact id: 64 MB for the million rows that a file may have.
    """
    seen: set[int] = set()
    for line, cells in source.records():
        try:
            row = reader.read(cells)
        except InvalidInput as error:
            yield Verdict(line, cells, rejection=Rejection(line, error.message, error.code))
            continue
        key = int(row.contact_id[:16], 16)
        if key in seen:
            yield Verdict(line, cells)
        else:
            seen.add(key)
            yield Verdict(line, cells, row)


def add(counts: Counts, changes: Sequence[Result], duplicate: int, rejected: int) -> Counts:
    """The counts after some more rows; they add up by construction."""
    return Counts(
        rows=counts.rows + len(changes) + duplicate + rejected,
        created=counts.created + changes.count("created"),
        updated=counts.updated + changes.count("updated"),
        unchanged=counts.unchanged + changes.count("unchanged"),
        duplicate=counts.duplicate + duplicate,
        rejected=counts.rejected + rejected + changes.count("too_large"),
    )
