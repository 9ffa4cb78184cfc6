import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.media.file_name import content_disposition, safe_name

_HEADER = re.compile(r"(inline|attachment); filename=\"([^\"\\/\r\n]+)\"(?:; filename\*=UTF-8''([!-~]+))?")


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("offer.pdf", "offer.pdf"),
        ("Oferta de otoño.pdf", "Oferta de otoño.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\list.xlsx", "list.xlsx"),
        ('a"b;\r\nSet-Cookie: x=1.txt', "a_b;Set-Cookie_ x=1.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        (".htaccess", "htaccess"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("a" * 300, "a" * 120),
    ],
)
def test_names_are_made_safe(given_name: str, safe: str) -> None:
    assert safe_name(given_name, "pdf") == safe


def test_the_header_has_both_forms_when_one_is_not_enough() -> None:
    assert content_disposition("offer.pdf", inline=False) == 'attachment; filename="offer.pdf"'
    header = content_disposition("otoño.jpg", inline=True)
    assert header == "inline; filename=\"otono.jpg\"; filename*=UTF-8''oto%C3%B1o.jpg"
    assert content_disposition("优子.pdf", inline=False).startswith('attachment; filename="file.pdf"; filename*=')


@given(st.text(max_size=400))
def test_no_name_breaks_the_header(text: str) -> None:
    name = safe_name(text, "bin")
    assert 0 < len(name) <= 120
    match = _HEADER.fullmatch(content_disposition(name, inline=False))
    assert match is not None
    assert match[2].isascii()
    if match[3]:
        assert unquote(match[3]) == name
