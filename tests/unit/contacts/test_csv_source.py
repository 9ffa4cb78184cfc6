import io
from typing import cast

import pytest

from functions.api.contacts.imports.logic import csv_source
from functions.api.contacts.imports.logic.csv_source import BadFile, CsvSource


def rows(content: bytes) -> list[tuple[int, list[str]]]:
    return list(CsvSource(io.BytesIO(content)).records())


@pytest.mark.parametrize(
    "content",
    [
        "phone,name\n1,José\n".encode(),
        b"\xef\xbb\xbf" + "phone,name\n1,José\n".encode(),
        "phone,name\r\n1,José\r\n".encode("utf-16"),
        b"\xfe\xff" + "phone,name\n1,José".encode("utf-16-be"),
        "phone;name\n1;José\n".encode(),
        "phone\tname\n1\tJosé\n".encode(),
        "sep=;\nphone;name\n1;José\n".encode(),
        '\n\n"phone","name"\n\n;;\n1,José\n'.encode().replace(b";;", b",,"),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16", "utf-16-be", "semicolon", "tab", "sep-line", "blank-lines"],
)
def test_every_usual_form_gives_the_same_cells(content: bytes) -> None:
    source = CsvSource(io.BytesIO(content))
    assert source.header == ["phone", "name"]
    assert [cells for _, cells in source.records()] == [["1", "José"]]


def test_rows_know_the_line_they_begin_on() -> None:
    assert rows(b'phone,name\n1,"two\nlines"\n\n2,b\n') == [(2, ["1", "two\nlines"]), (5, ["2", "b"])]


def test_what_was_marked_as_text_is_restored_in_whatever_line_it_stands() -> None:
    source = CsvSource(io.BytesIO(b"phone,'=of\n'@a,'b\n\"'=x\ny\",c\n=d,e\n\"f\n\",'-g\n"))
    assert source.header == ["phone", "=of"]
    assert [cells for _, cells in source.records()] == [["@a", "'b"], ["=x\ny", "c"], ["=d", "e"], ["f\n", "-g"]]


def test_a_comma_inside_quotes_does_not_decide_the_delimiter() -> None:
    assert CsvSource(io.BytesIO(b'"last, first";"a,b,c,d";phone\n')).header == ["last, first", "a,b,c,d", "phone"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 bytes"),
        (b"\n\n  \n", "no header"),
        ("phone,name\n1,José\n".encode("latin-1"), "not UTF-8"),
        ("phone,name\n1,“x”\n".encode("cp1252"), "not UTF-8"),
        ("phone,name\n1,x\n".encode("utf-16-le"), "NUL"),
        ("phone,name\n1,Jos\ufffd\n".encode(), "line 2"),
        (b'phone,name\n1,a\n2,"b\n3,c\n', "line 3 is never closed"),
        (b'phone,name\n1,"a"b\n', "after a closing quotation mark in the row on line 2"),
    ],
)
def test_an_unreadable_file_says_what_is_wrong(content: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        rows(content)


def test_a_huge_line_is_refused_without_being_held() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def seek(self, offset: int, whence: int = 0) -> int:
            self.taken = offset
            return offset

        def tell(self) -> int:
            return self.taken

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            start = b"phone,name\n" if self.taken == 0 else b""
            self.taken += len(buffer)
            buffer[:] = start + b"x" * (len(buffer) - len(start))
            return len(buffer)

    endless = Endless()
    with pytest.raises(BadFile, match="longer than 1,000,000"):
        list(CsvSource(io.BufferedReader(cast("io.RawIOBase", endless))).records())
    assert endless.taken < 2 * csv_source.LINE_LIMIT


def test_a_quote_that_swallows_the_file_is_found_before_its_end() -> None:
    content = b'phone,name\n1,"a\n' + b"2,b\n" * 5_000 + b'3,"c"\n'
    with pytest.raises(BadFile, match="line 2 is never closed"):
        rows(content)
