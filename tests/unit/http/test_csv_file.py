"""CSV that leaves the platform: nothing in it is run, and numbers stay numbers."""

import ast
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.campaigns.recipients import as_csv
from functions.api.http.csv_file import inert, restored, write_rows
from shared.domain.campaigns.fate import Fate
from shared.ids import ContactId


@pytest.mark.parametrize(
    "cell", ["=1", "@x", "+x", "-x", "\tx", "\rx", "\n=x", " =1", "+1-cmd", "+1e5", "-(1)", "\uff0b1x"]
)
def test_what_a_spreadsheet_would_run_is_marked_as_text(cell: str) -> None:
    assert inert(cell) == "'" + cell


@pytest.mark.parametrize(
    "cell", ["+5511912345678", "-5", "+34 600 100-066", "+1 (555) 010-0001", "-12.5", "Ana", "", "'x", "3=3"]
)
def test_a_signed_number_and_plain_text_stay_as_they_are(cell: str) -> None:
    assert inert(cell) == cell


@given(st.text(max_size=30).filter(lambda text: not text.lstrip(" ").startswith("'")))
def test_what_went_out_comes_back(cell: str) -> None:
    assert restored(inert(cell)) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), min_size=1))
def test_no_cell_of_a_file_begins_a_formula(cells: list[str]) -> None:
    out = io.StringIO(newline="")
    write_rows(out, [cells])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    for cell in row:
        assert not cell.startswith(tuple("=@\t\r\n"))
        assert not cell.startswith(tuple("+-")) or cell[1].isdigit()


def test_recipients_go_out_with_their_numbers_and_without_formulas() -> None:
    people = [
        Fate(ContactId("0" * 32), "sent", to="+5511912345678"),
        Fate(ContactId("1" * 32), "failed", "@1", "=HYPERLINK(1)"),
    ]
    rows = list(csv.reader(io.StringIO(as_csv(people), newline="")))
    assert rows[1][1] == "+5511912345678"
    assert rows[2][1:] == ["'=HYPERLINK(1)", "failed", "'@1"]


def test_csv_is_written_in_one_place() -> None:
    writers = [
        path.name
        for folder in ("functions", "shared")
        for path in Path(folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter")
    ]
    assert writers == ["csv_file.py"]
