"""Links to files, as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.media.links import BadLink, document_name, encoded_link


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("https://cdn.example.com/a.png", "https://cdn.example.com/a.png"),
        (" HTTPS://cdn.example.com/a b.png ", "https://cdn.example.com/a%20b.png"),
        ("https://cdn.example.com/año/%C3%A9%20%.png", "https://cdn.example.com/a%C3%B1o/%C3%A9%20%25.png"),
        ("https://cdn.example.com?q=ü&x=[1]#ó", "https://cdn.example.com?q=%C3%BC&x=%5B1%5D#%C3%B3"),
        ("https://cdn.example.com:8443/写真.jpg", "https://cdn.example.com:8443/%E5%86%99%E7%9C%9F.jpg"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://my_bucket.s3.example.com/a", "https://my_bucket.s3.example.com/a"),
        ("https://cdn.example.com/x?next=http://a", "https://cdn.example.com/x?next=http://a"),
    ],
)
def test_what_people_type_is_written_as_a_url(typed: str, link: str) -> None:
    assert encoded_link(typed) == link
    assert encoded_link(link) == link


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("http://cdn.example.com/a.png", "begins with http:"),
        ("ftp://cdn.example.com/a.png", "begins with ftp:"),
        ("cdn.example.com/a.png", "does not begin with https://"),
        ("www.example.com:443/a", "does not begin with https://"),
        ("", "does not begin with https://"),
        ("https:///a.png", "names no host"),
        ("https://user:secret@example.com/a", "user name or a password"),
        ("https://example.com:x/a", "port"),
        ("https://example.com:70000/a", "port"),
        ("https://exa mple.com/a", "no domain name"),
        ("https://straße.example/a", "xn--"),
        ("https://[::1]/a", "no domain name"),
        ("https://-example.com/a", "no domain name"),
        (f"https://{'ü' * 70}.example/", "no domain name"),
    ],
)
def test_a_link_that_is_refused_says_why_and_never_itself(typed: str, why: str) -> None:
    with pytest.raises(BadLink, match=why) as caught:
        encoded_link(typed)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=80))
def test_any_text_is_a_url_in_ascii_or_refused(text: str) -> None:
    try:
        link = encoded_link(f"https://example.com/{text}")
    except UnicodeEncodeError:
        assert not text.isascii()
        return
    assert link.isascii()
    assert " " not in link
    assert encoded_link(link) == link


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://x.example/a/oferta.pdf", "oferta.pdf"),
        ("https://x.example/a%C3%B1o%20nuevo.PDF?v=1#p2", "año nuevo.PDF"),
        ("https://x.example/precios.xlsx", "precios.xlsx"),
        ("https://x.example/..%2f..%2fevil.pdf", "evil.pdf"),
        ("https://x.example/download?file=a.pdf", ""),
        ("https://x.example/page.php", ""),
        ("https://x.example/.pdf", ""),
        ("https://x.example/pdf", ""),
        ("https://x.example", ""),
        ("", ""),
    ],
)
def test_a_document_is_named_as_its_link_ends(link: str, name: str) -> None:
    assert document_name(link) == name
