"""Reading a CSV file (RFC 4180, and what spreadsheets make of it) line by line, in bounded memory.

Lines and fields are limited to a million characters. Everything that makes a file unreadable raises BadFile, which
says where and what to do.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from functions.api.http.csv_file import restored
from shared.errors import InvalidInput

MOST_BYTES = 200 * 1024 * 1024
LINE_LIMIT = 1_000_000
MOST_BYTES = 200 * 1024 * 1024
MOST_COLUMNS = 1_000
HEADER_LIMIT = 50_000
"""Characters. What becomes of each column is stored with the import, in an item of 400 KB at most."""
_RECORD_LINES = 1_000
_DELIMITERS = ",;\t|"
_SAVE_AS = "save the file as UTF-8 (in Excel: CSV UTF-8) and upload it again"

csv.field_size_limit(LINE_LIMIT)


class BadFile(InvalidInput):
    """The file as a whole cannot be imported; nothing of it was."""

    code = "bad_file"


def encoding_of(head: bytes) -> str:
    """From the byte order mark; UTF-8 without one. Raises BadFile for an empty file."""
    if not head:
        raise BadFile("the file is empty (0 bytes)")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def delimiter_of(header: str) -> str:
    """The separator that occurs most often outside quotes in the first line."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _check_header(names: Sequence[str]) -> None:
    """Raises BadFile for a header that is none: a file without one, or with all of it on one line."""
    if len(names) > MOST_COLUMNS:
        raise BadFile(
            f"the header has {len(names):,} columns; at most {MOST_COLUMNS:,} are read. Leave columns out, and check "
            "that the first line names the columns",
            code="too_many_columns",
        )
    if sum(map(len, names)) > HEADER_LIMIT:
        raise BadFile(
            f"the names of the columns are longer than {HEADER_LIMIT:,} characters together; shorten them, and check "
            "that the first line names the columns",
            code="header_too_long",
        )


class CsvSource:
    """The records of a file. `header` is the first line that is not blank."""

    def __init__(self, raw: BinaryIO) -> None:
        """Raises BadFile when there is no header."""
        encoding = encoding_of(raw.read(4))
        raw.seek(0)
        self._text = io.TextIOWrapper(raw, encoding=encoding, newline="")
        self._line = 0
        self._record_start = 1
        self._marked = False
        lines = self._lines()
        first = next((line for line in lines if line.strip()), None)
        if first is not None and first.lower().startswith("sep=") and len(first.strip()) == 5:
            delimiter, first = first[4], next(lines, None)
        else:
            delimiter = delimiter_of(first or "")
        if first is None:
            raise BadFile("the file has no header line")
        self._record_start = self._line
        self._reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
        self.header = [cell.strip() for cell in next(self._records())[1]]
        _check_header(self.header)

    def _lines(self) -> Iterator[str]:
        while True:
            try:
                line = self._text.readline(LINE_LIMIT + 1)
            except UnicodeError as exc:
                raise BadFile(f"the file is not UTF-8 (near line {self._line + 1}); {_SAVE_AS}") from exc
            if not line:
                return
            self._line += 1
            self._marked = self._marked or "'" in line
            if len(line) > LINE_LIMIT:
                raise BadFile(f"line {self._line} is longer than {LINE_LIMIT:,} characters; is this a CSV file?")
            if "\0" in line:
                raise BadFile(f"line {self._line} holds NUL characters, so this is not UTF-8 text; {_SAVE_AS}")
            if "\ufffd" in line:
                raise BadFile(f"line {self._line} holds characters that an earlier conversion lost; {_SAVE_AS}")
            if self._line - self._record_start > _RECORD_LINES:
                raise self._unclosed()
            yield line

    def _unclosed(self) -> BadFile:
        return BadFile(f"a quotation mark that opens in the row on line {self._record_start} is never closed")

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            try:
                cells = next(self._reader, None)
            except csv.Error as exc:
                if "expected after" in str(exc):
                    raise BadFile(
                        f"there is text after a closing quotation mark in the row on line {self._record_start}; "
                        "quotation marks inside a cell are doubled"
                    ) from exc
                raise self._unclosed() from exc
            if cells is None:
                return
            at = self._record_start
            self._record_start = self._line + 1
            marked, self._marked = self._marked, False
            if any(cells):
                yield at, [restored(cell) for cell in cells] if marked else cells

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """(line number, cells) of every row that is not blank. Raises BadFile."""
        return self._records()

    def close(self) -> None:
        self._text.close()
