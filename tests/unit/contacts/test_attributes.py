import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.contacts.logic.attributes import ATTRIBUTES, LONGEST_EMAIL, checked_attribute
from functions.api.contacts.logic.language_tags import language_tag
from shared.errors import InvalidInput


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        *(("pt", "pt"), ("PT-br", "pt-BR"), ("pt_BR", "pt-BR"), ("por-BR", "pt-BR"), ("POR", "pt"), ("ger", "de")),
        *(("zh-hant-tw", "zh-Hant-TW"), ("es_419", "es-419"), ("fil", "fil"), ("zh-yue", "zh-yue"), ("iw", "he")),
        *(("sl-rozaj-biske", "sl-rozaj-biske"), ("de-CH-1996", "de-CH-1996"), ("en-u-ca-buddhist", "en-u-ca-buddhist")),
        *(
            ("Spanish", "es"),
            (" Español ", "es"),
            ("ESPANOL", "es"),
            ("Portuguese", "pt"),
            ("中文", "zh"),
            ("filipino", "fil"),
        ),
        *(("Tiếng Việt", "vi"), ("Bahasa Indonesia", "id"), ("en-x-shop", "en-x-shop")),
    ],
)
def test_a_language_is_read_as_people_write_it(written: str, tag: str) -> None:
    assert language_tag(written) == tag
    assert language_tag(tag) == tag


@pytest.mark.parametrize(
    "written", ["", "x", "xx", "qq-BR", "n/a", "yes please", "pt-", "pt--BR", "pt-BR-BR", "klingonese", "12", "en-a"]
)
def test_what_names_no_language(written: str) -> None:
    assert language_tag(written) is None


@given(st.text(max_size=40) | st.from_regex(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{1,8}){0,5}", fullmatch=True))
def test_a_tag_is_read_as_itself(written: str) -> None:
    tag = language_tag(written)
    assert tag is None or language_tag(tag) == tag


@pytest.mark.parametrize(
    ("name", "written", "stored"),
    [
        ("language", "es_MX", "es-MX"),
        ("time_zone", "europe/madrid", "Europe/Madrid"),
        ("time_zone", "UTC", "UTC"),
        ("email", " Ana.Souza+wa@Mail.Example.COM ", "Ana.Souza+wa@mail.example.com"),
        ("email", "ana@bücher.example", "ana@bücher.example"),
        ("email", "用户@例子.广告", "用户@例子.广告"),
        ("email", "o'neil@example.ie", "o'neil@example.ie"),
        *((name, " ", "") for name in ATTRIBUTES),
    ],
)
def test_a_value_as_it_is_stored(name: str, written: str, stored: str) -> None:
    assert checked_attribute(name, written) == stored


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *(
            ("time_zone", "+02:00"),
            ("time_zone", "Europe/Nowhere"),
            ("time_zone", "../etc/passwd"),
            ("time_zone", "CET DST"),
        ),
        *(
            ("email", text)
            for text in ("eva", "eva@", "@example.org", "eva@example", "e v@example.com", "eva@@example.com")
        ),
        *(
            ("email", text)
            for text in ("ana@1.2.3.4", "ana@-a.com", "ana.@example.com", "a..b@example.com", "<a@b.com>")
        ),
        *(
            ("email", text)
            for text in ("a@b.com; c@d.com", "a@b.com\u200b", "a\ufffd@b.com", f"{'a' * 65}@example.com")
        ),
        ("email", f"ana@{'a' * LONGEST_EMAIL}.com"),
        ("language", "none"),
    ],
)
def test_what_is_none_is_refused_without_being_repeated(name: str, written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_attribute(name, written)
    assert (refused.value.field, refused.value.code) == (name, f"invalid_{name}")
    assert written not in refused.value.message
