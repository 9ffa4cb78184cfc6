"""The one way in which CSV leaves the platform (RFC 4180).

A spreadsheet runs a cell that begins with one of a few characters as a formula, also when the file came from us and the
cell from a stranger. So such a cell is written behind an apostrophe, which spreadsheets take for "this is text" (OWASP,
CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection, read 2026-11-29). A number with its sign, as a
phone is, does nothing and stays as it is. `restored` takes the apostrophe off again, when a file comes back corrected.
"""

import csv
import re
from collections.abc import Iterable
from typing import IO

# The last four are the first four in the width of CJK, which spreadsheets take for the same.
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-][0-9]([0-9 ().-]*[0-9])?", re.ASCII)
_MARK = "'"


def _is_formula(cell: str) -> bool:
    # Blanks before it are passed over when a file is opened.
    return cell.lstrip(" ").startswith(_STARTS_FORMULA) and not _NUMBER.fullmatch(cell)


def inert(cell: object) -> str:
    """The cell as a spreadsheet shows it and does nothing with it."""
    text = str(cell)
    return _MARK + text if _is_formula(text) else text


def restored(cell: str) -> str:
    """What was meant by a cell that `inert`, or a spreadsheet, marked as text."""
    return cell[1:] if cell.startswith(_MARK) and _is_formula(cell[1:]) else cell


def write_rows(out: IO[str], rows: Iterable[Iterable[object]]) -> None:
    """`out` must not translate line ends (newline="")."""
    csv.writer(out).writerows([inert(cell) for cell in row] for row in rows)
